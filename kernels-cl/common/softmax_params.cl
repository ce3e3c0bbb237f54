// softmax_params.cl: the rows of a softmax, and which heads they belong to. Filled by Softmax.java.

typedef struct {
    int columns;        // of a row
    int inner;          // elements from one column to the next; 1 for plain rows, which cpu/softmax.cl alone takes
    int first_head;     // row r belongs to head (first_head + r / rows_per_head) % heads
    int heads, rows_per_head;
    int first_row;      // row of log_sum_exp that each head's first row here is
    int lse_rows;       // rows of log_sum_exp per head
    int has_sinks, has_log_sum_exp;
} softmax_params;
