package org.clattention.heads;

/**
 * Where things are in the picture, in pixels.
 *
 * @param columns the heads beside each other
 * @param side the width and height of a head; every weight has as many pixels as another where they fit
 * @param rowsBefore for each layer, how many rows of heads there are above it; and how many in all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PictureLayout(int columns, int side, int[] rowsBefore) {
    static final int MARGIN = 24;
    static final int LEGEND = 240;
    private static final int HEADER = 60;
    private static final int FOOTER = 60;
    private static final int NAMES = 30;
    private static final int GAP = 10;
    private static final int TEXT = 34;
    private static final int MOST_COLUMNS = 16;
    private static final int LEAST_INNER = 400;

    static PictureLayout of(HeadWeights weights) {
        int widest = 0;
        for (var heads : weights.layers()) {
            widest = Math.max(widest, heads.size());
        }
        int columns = Math.min(MOST_COLUMNS, widest);
        int[] rows = new int[weights.layers().size() + 1];
        for (int layer = 0; layer + 1 < rows.length; layer++) {
            rows[layer + 1] = rows[layer] + (weights.layers().get(layer).size() + columns - 1) / columns;
        }
        int wanted = weights.headCount() <= 32 ? 128 : weights.headCount() <= 256 ? 88 : 56;
        int tokens = Math.max(weights.queries().size(), weights.keys().size());
        int whole = wanted / tokens * tokens;
        return new PictureLayout(columns, whole == 0 ? wanted : whole, rows);
    }

    int width() {
        return 2 * MARGIN + inner();
    }

    int height() {
        return MARGIN + HEADER + rowsBefore[rowsBefore.length - 1] * (side + TEXT) + FOOTER + MARGIN;
    }

    /** The width between the margins. */
    int inner() {
        return Math.max(LEAST_INNER, NAMES + columns * (side + GAP) - GAP);
    }

    int x(int head) {
        return MARGIN + NAMES + head % columns * (side + GAP);
    }

    int y(int layer, int head) {
        return MARGIN + HEADER + (rowsBefore[layer] + head / columns) * (side + TEXT);
    }

    int legendY() {
        return height() - MARGIN - FOOTER + GAP;
    }
}
