// packed_product.cl: C = A * W^T + bias. One work-item makes ROWS x COLUMNS results, 32 columns at a time in vector registers.
// in  a: pack_rows' blocks [ceil(rows/ROWS)][inner][ROWS]; w: panels of 32 columns; bias [ceil(columns/32) * 32]
// out up to three targets of type out_type, head by head, as in qkv_projection; finished as finish_products.cl has it
// build ROWS, WGT, NEAR, FINISH, COLUMNS     launch {blocks, columns / COLUMNS} single work-items
// include cpu/product_order.cl cpu/finish_products.cl cpu/store_columns.cl
// include cpu/packed_panel.cl unless cpu/packed_panel_quantized.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void packed_product(__global const float *a, __global const TYPE(WGT) *w, __global const float *bias,
                    __global void *out0, __global void *out1, __global void *out2, const int out_type,
                    const projection_params p FINISH_ARGUMENTS)
{
    const place_t place = place_of(PANEL_BYTES(p.inner) * (COLUMNS / 32));
    const int row0 = place.block * ROWS, rows = min(ROWS, p.rows - row0), column = place.panel * COLUMNS;
    float tile[ROWS * COLUMNS];
    for (int n = 0; n < COLUMNS; n += 32)
        multiply_panel(a + (size_t)row0 * p.inner, w, p.has_bias ? bias : 0, p.inner, (p.first_column + column + n) / 32,
                       tile + n);
    FINISH_TILE(tile, p, row0, rows, column);
    store_tile(out0, out1, out2, out_type, p, row0, rows, column, tile);
}
