// head_products.cl: the products of heads, each with a matrix of its own. Filled by Products.java.
// include common/views.cl

typedef struct {
    int heads, rows;     // of each batch entry, of each head
    int inner, columns;  // of each matrix
    view_t x, out;
} head_products_params;
