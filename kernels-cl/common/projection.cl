// projection.cl: where the columns of a projection go: up to three targets, each head by head by its view.
// Filled by ProjectionParams.java.
// include common/views.cl

typedef struct {
    int columns;  // heads * size; 0 = target absent
    int size;     // components of a head
    view_t view;
} head_target;

typedef struct {
    int rows, length, inner;
    int first_column;  // of the weights and the bias
    int columns;       // sum over the targets
    int has_bias;
    head_target target[3];
} projection_params;
