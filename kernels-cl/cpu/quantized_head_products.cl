// quantized_head_products.cl: head_products over weights in blocks.
// include cpu/row_panel_quantized.cl cpu/head_products.cl
