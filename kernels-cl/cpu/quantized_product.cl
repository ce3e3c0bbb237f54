// quantized_product.cl: packed_product over weights in blocks.
// include cpu/packed_panel_quantized.cl cpu/packed_product.cl
