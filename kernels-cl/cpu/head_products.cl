// head_products.cl: out[b,h,i,:] = x[b,h,i,:] * W[h]^T: every head with a matrix of its own, in panels of its own.
// in  x by its view, `inner` components, of type x_type; w: panels of 32 columns, [heads][ceil(columns/32)]
// out by its view, `columns` components, of type out_type
// build ROWS, WGT, COLUMNS = 32     launch {ceil(columns/32), batch * heads} single work-items
// include common/head_products.cl cpu/vectors.cl
// include cpu/row_panel.cl unless cpu/row_panel_quantized.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void head_products(__global const void *x, const int x_type, __global const TYPE(WGT) *w, __global void *out,
                   const int out_type, const head_products_params p)
{
    const int b = (int)get_group_id(1) / p.heads, h = (int)get_group_id(1) % p.heads;
    const int column = (int)get_group_id(0) * 32, columns = min(32, p.columns - column);
    const int panel = h * (int)get_num_groups(0) + (int)get_group_id(0);
    float tile[ROWS * COLUMNS];
    for (int row = 0; row < p.rows; row += ROWS) {
        const int rows = min(ROWS, p.rows - row);
        multiply_panel(x, x_type, view_index(p.x, b, h, row), p.x.row, rows, w, 0, p.inner, panel, tile);
        for (int r = 0; r < rows; r++) {
            const size_t to = view_index(p.out, b, h, row + r) + (size_t)column;
            for (int i = 0; i < columns; i++) store_any(out, out_type, to + i, tile[r * COLUMNS + i]);
        }
    }
}
