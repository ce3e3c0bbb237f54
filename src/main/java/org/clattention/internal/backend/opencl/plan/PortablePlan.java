package org.clattention.internal.backend.opencl.plan;

/** Picks tiles for the portable kernels: pure functions of the device and the shape. */
public final class PortablePlan {
    /** Explicit scores are made in slices of at most this size when nobody asked for all of them. */
    static final long SCORES_SLICE_BYTES = 256L << 20;

    private PortablePlan() {}

    /**
     * A square of work-items that every device has room for. Each makes four results by four, or one row by eight when
     * there are few rows, as in decoding: a tall tile would mostly multiply zeros.
     */
    public static ProductTile productTile(DeviceProfile device, long rows) {
        int side = 8;
        while (side > 1 && side * side > device.maxWorkGroupSize()) {
            side /= 2;
        }
        ProductTile tile = rows <= side
                ? new ProductTile(side, 8 * side, 16, side, side)
                : new ProductTile(4 * side, 4 * side, 16, side, side);
        if (tile.localBytes() > device.localMemoryBytes()) {
            tile = new ProductTile(side, side, 4, side, side);
        }
        return tile;
    }

    /** Work-items for the reduction of a row: a power of two. */
    public static int rowItems(DeviceProfile device, int columns) {
        int items = 1;
        while (items < 64 && items < columns && 2 * items <= device.maxWorkGroupSize()) {
            items *= 2;
        }
        return items;
    }

    /**
     * How many heads and rows of scores to hold at a time.
     *
     * @param heads all heads, B·Hq
     */
    public static HeadRange slice(DeviceProfile device, int heads, int rows, int keys) {
        long budget = Math.min(SCORES_SLICE_BYTES, device.maxAllocationBytes()) / 4;
        long perHead = (long) rows * keys;
        if (perHead <= budget) {
            return new HeadRange(0, (int) Math.min(heads, budget / Math.max(1, perHead)), 0, rows);
        }
        return new HeadRange(0, 1, 0, (int) Math.max(1, budget / keys));
    }
}
