// quantized_row_product.cl: row_product over weights in blocks.
// include cpu/row_panel_quantized.cl cpu/row_product.cl
