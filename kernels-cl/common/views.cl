// views.cl: four dimensions laid over a buffer, and the ways in which a cache keeps its rows.
// Element (b, h, s, c) of a view lies at  offset + b*batch + h*head + s*row + c.

typedef struct {
    int offset, batch, head, row;
} view_t;

// How row j of a sequence finds its place.
typedef struct {
    int kind;     // ROWS_PLAIN: row j.  ROWS_RING: row j % period.  ROWS_PAGED: row j % period of block
                  // table[b * columns + j / period], blocks being `batch` elements apart
    int period;   // capacity of the ring, or rows of a block
    int columns;  // blocks per sequence in the table
} rows_t;

#define ROWS_PLAIN 0
#define ROWS_RING 1
#define ROWS_PAGED 2

inline size_t view_index(const view_t view, const int b, const int h, const int s)
{
    return (size_t)view.offset + (size_t)b * view.batch + (size_t)h * view.head + (size_t)s * view.row;
}

inline size_t row_index(const view_t view, const rows_t rows, __global const int *table, const int b, const int h,
                        const int j)
{
    if (rows.kind == ROWS_PLAIN) return view_index(view, b, h, j);
    const int block = rows.kind == ROWS_PAGED ? table[b * rows.columns + j / rows.period] : b;
    return view_index(view, block, h, j % rows.period);
}
