// row_product.cl: a few rows times W^T + bias: reads each weight once.
// in  x [rows, inner] of type x_type, rows <= ROWS; w: panels of 32 columns; bias
// out as packed_product
// build ROWS, WGT, FINISH, COLUMNS     launch {columns / COLUMNS} single work-items
// include cpu/finish_products.cl cpu/store_columns.cl
// include cpu/row_panel.cl unless cpu/row_panel_quantized.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void row_product(__global const void *x, const int x_type, __global const TYPE(WGT) *w, __global const float *bias,
                 __global void *out0, __global void *out1, __global void *out2, const int out_type,
                 const projection_params p FINISH_ARGUMENTS)
{
    const int column = (int)get_group_id(0) * COLUMNS;
    float tile[ROWS * COLUMNS];
    for (int n = 0; n < COLUMNS; n += 32)
        multiply_panel(x, x_type, 0, p.inner, p.rows, w, p.has_bias ? bias : 0, p.inner, (p.first_column + column + n) / 32,
                       tile + n);
    FINISH_TILE(tile, p, 0, p.rows, column);
    store_tile(out0, out1, out2, out_type, p, 0, p.rows, column, tile);
}
