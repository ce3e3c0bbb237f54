package org.clattention.internal.backend.opencl.plan;

import org.clattention.config.KernelSet;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;

/** Picks kernels and tiles for GPUs: pure functions of the device and the shape. */
public final class GpuPlan {
    /** Work-items of a group of row_product. */
    public static final int ROW_PRODUCT_ITEMS = 64;

    /** Work-items of a group of flash_attention and of split_attention. */
    public static final int ATTENTION_ITEMS = 128;

    /** Work-items of a group that finishes rows. */
    public static final int ROW_ITEMS = 64;

    /** Keys that the attention kernels take at a time. */
    public static final int KEYS = 64;

    private static final ProductTile LARGE_TILE = new ProductTile(128, 128, 16, 16, 16);
    private static final ProductTile SMALL_TILE = new ProductTile(64, 64, 16, 16, 16);

    /** What each tile below fits into; any OpenCL GPU has it. */
    private static final long LOCAL_BYTES = 32 << 10;

    private static final int MOST_ITEMS = 256;

    private static final int STREAM_ROWS = 8;
    private static final int MOST_SPLIT_ROWS = 16;
    private static final int MAX_VALUE_SIZE = 512;
    private static final int MAX_SPLITS = 128;

    private GpuPlan() {}

    /** True for devices whose set of kernels is {@code gpu/}. */
    public static boolean fits(DeviceProfile device) {
        return device.set() == KernelSet.GPU;
    }

    /** What a device lacks for these kernels; empty if nothing. */
    public static String lacks(DeviceProfile device) {
        if (device.localMemoryBytes() < LOCAL_BYTES) {
            return "the local memory of " + device.localMemoryBytes() + " bytes is less than " + LOCAL_BYTES;
        }
        if (device.maxWorkGroupSize() < MOST_ITEMS) {
            return "work-groups of " + device.maxWorkGroupSize() + " items are smaller than " + MOST_ITEMS;
        }
        return "";
    }

    /** Whether so few rows should stream the weights. */
    public static boolean streams(int rows) {
        return rows <= STREAM_ROWS;
    }

    /** Rows that row_product is built for: few sizes, because each is a program to build. */
    public static int streamRows(int rows) {
        return rows == 1 ? 1 : rows <= 4 ? 4 : STREAM_ROWS;
    }

    /** The large tile if its groups keep the device busy, else the small one. */
    public static ProductTile productTile(DeviceProfile device, int rows, int columns) {
        long[] groups = LARGE_TILE.groups(rows, columns, 1);
        boolean small = rows <= SMALL_TILE.m() || columns <= SMALL_TILE.n();
        return small || groups[0] * groups[1] < device.computeUnits() ? SMALL_TILE : LARGE_TILE;
    }

    /** Whether few rows share a key-value head, as in decoding: then their keys may be split over groups. */
    public static boolean fewRows(AttentionOp.Shape shape) {
        return sharingRows(shape) <= MOST_SPLIT_ROWS;
    }

    /** Query rows of a key-value head: those of all heads that share it. */
    public static int sharingRows(AttentionOp.Shape shape) {
        return Math.multiplyExact(shape.queryHeads() / shape.kvHeads(), shape.queryLength());
    }

    /** Rows that split_attention is built for. */
    public static int splitRows(int sharingRows) {
        return sharingRows == 1 ? 1 : sharingRows <= 4 ? 4 : 8;
    }

    /** Components of values that flash_attention is built for. */
    public static int flashMaxSize(int valueSize) {
        int size = 64;
        while (size < valueSize) {
            size *= 2;
        }
        return size;
    }

    /** Rows of a flash_attention tile: its context lies in registers, so large heads have fewer. */
    public static int flashRows(int valueSize) {
        return valueSize <= 128 ? 64 : 32;
    }

    /**
     * Over how many groups to split the keys of each tile. Splitting costs a pass over the parts, so it must gain: tiles alone
     * leave units idle, and there are keys enough. The smallest split that comes near the best use of the last wave.
     */
    public static int splits(DeviceProfile device, long tiles, int keys) {
        int units = device.computeUnits();
        int blocks = (keys + KEYS - 1) / KEYS;
        if (tiles >= 0.8 * units || blocks <= 4) {
            return 1;
        }
        int most = Math.min(Math.min(units, blocks), MAX_SPLITS);
        double best = 0;
        for (int splits = 1; splits <= most; splits++) {
            best = Math.max(best, waveEfficiency(tiles, splits, blocks, units));
        }
        int splits = 1;
        while (waveEfficiency(tiles, splits, blocks, units) < 0.85 * best) {
            splits++;
        }
        return splits;
    }

    /** The share of the device's time that is used, given that each split takes whole blocks of keys. */
    private static double waveEfficiency(long tiles, int splits, int blocks, int units) {
        long waves = (tiles * splits + units - 1) / units;
        int blocksEach = (blocks + splits - 1) / splits;
        return (double) tiles * blocks / ((double) waves * units * blocksEach);
    }

    /** Why the fused kernels cannot take this call; empty if they can. */
    static String unfusable(DeviceProfile device, AttentionOp step) {
        AttentionOp.Wanted wanted = step.wanted();
        AttentionOp.Shape shape = step.shape();
        if (!fits(device)) {
            String lacks = lacks(device);
            return lacks.isEmpty() ? "the kernels in use are not those for GPUs" : lacks;
        }
        if (wanted.weights() != null || wanted.scores() != null || wanted.summaries()) {
            return "scores or weights are asked for";
        }
        if (shape.valueSize() > MAX_VALUE_SIZE) {
            return "the value head size " + shape.valueSize() + " is over " + MAX_VALUE_SIZE;
        }
        if (step.key().array().type() != step.value().array().type()) {
            return "keys and values are stored in different types";
        }
        if (step.key().array().type().isQuantized()) {
            return "keys and values are stored in blocks";
        }
        if ((long) shape.allHeads() * shape.queryLength() > Integer.MAX_VALUE - MOST_ITEMS) {
            return "there are too many rows to count";
        }
        return "";
    }

    /** Elements that loads and stores take at a time: 4 if all rows begin at and end with a multiple of them, else 1. */
    public static int width(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        boolean quads = (shape.headSize() | shape.valueSize()) % 4 == 0
                && aligned(step.query())
                && aligned(step.key())
                && aligned(step.value())
                && aligned(step.context());
        return quads ? 4 : 1;
    }

    /** The same for a product. */
    public static int width(int inputs, HeadTarget... targets) {
        boolean quads = inputs % 4 == 0;
        for (HeadTarget target : targets) {
            quads &= target.size() % 4 == 0 && aligned(target.view());
        }
        return quads ? 4 : 1;
    }

    private static boolean aligned(HeadView view) {
        return (view.offset() | view.batchStride() | view.headStride() | view.rowStride()) % 4 == 0;
    }
}
