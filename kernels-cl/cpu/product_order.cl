// product_order.cl: which tile of a product a work-item makes, for a launch of {blocks, panels} in the order of their numbers.
// As many panels as stay in NEAR bytes of cache take turns with a block of rows, so that the block is fetched once for all of
// them, and each of them once for all blocks.

#define MOST_PANELS 8

typedef struct {
    int block, panel;
} place_t;

inline place_t place_of(const int panel_bytes)
{
    const int blocks = (int)get_num_groups(0), panels = (int)get_num_groups(1);
    const int together = max(1, min(MOST_PANELS, NEAR / panel_bytes));
    const int number = (int)get_group_id(1) * blocks + (int)get_group_id(0);
    const int first = number / (together * blocks) * together, rest = number - first * blocks;
    const int width = min(together, panels - first);
    place_t place;
    place.block = rest / width;
    place.panel = first + rest % width;
    return place;
}
