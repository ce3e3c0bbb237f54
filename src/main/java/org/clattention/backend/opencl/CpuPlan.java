package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.KernelSet;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.RowLayout;

/** Picks kernels and tiles for CPU devices: pure functions of the device and the shape. */
final class CpuPlan {
    /** Keys that flash_attention takes at a time: their scores fit the first-level cache. */
    static final int FLASH_KEYS = 256;

    private static final int FLASH_ROWS = 12;
    private static final int MAX_HEAD_SIZE = 512;

    /** Rows up to which weights are read as a stream, once. */
    private static final int STREAM_ROWS = 4;

    /** Rows of a product's tile, best first: 32 registers of 16 floats hold 14 rows of 32 columns and what feeds them. */
    private static final int[] PRODUCT_ROWS_512 = {13, 14, 12, 8};

    /** 16 registers of 8 floats hold 3 rows of 32 columns. */
    private static final int[] PRODUCT_ROWS_256 = {3, 2};

    private CpuPlan() {}

    /** True for devices that the kernels in {@code cpu/} are made for: vectors in registers, no local memory. */
    static boolean fits(DeviceProfile device) {
        return device.set() == KernelSet.CPU;
    }

    /** Whether so few rows should stream the weights. */
    static boolean streams(int rows) {
        return rows <= STREAM_ROWS;
    }

    /** Rows that row_product is built for, given the rows of a call. */
    static int streamRows(int rows) {
        return rows <= 2 ? rows : STREAM_ROWS;
    }

    /**
     * Rows of a product's tile: as many accumulators of 32 columns as registers hold, and of those sizes the one that wastes
     * least at the end. Few sizes, because each is a program to build.
     */
    static int productRows(DeviceProfile device, int rows) {
        int[] sizes = device.vectorFloats() >= 16 ? PRODUCT_ROWS_512 : PRODUCT_ROWS_256;
        int best = sizes[0];
        for (int size : sizes) {
            if (cost(rows, size) < cost(rows, best)) {
                best = size;
            }
        }
        return best;
    }

    /** Of a product by tiles of this size: each tile's rows, and one more for the weights that it reads. */
    private static int cost(int rows, int size) {
        return (rows + size - 1) / size * (size + 1);
    }

    /** Query rows of a flash_attention tile, for so many rows that share a key-value head. */
    static int flashRows(DeviceProfile device, int rows) {
        int most = device.vectorFloats() >= 16 ? FLASH_ROWS : 3;
        if (rows == 1) {
            return 1;
        }
        return rows <= 4 ? Math.min(4, most) : most;
    }

    /** The size of a head that flash_attention's arrays are made for. */
    static int flashMaxSize(int headSize, int valueSize) {
        int size = 64;
        while (size < Math.max(headSize, valueSize)) {
            size *= 2;
        }
        return size;
    }

    /** Why the fused kernel cannot take this call; empty if it can. */
    static String unfusable(DeviceProfile device, AttentionStep step) {
        AttentionStep.Wanted wanted = step.wanted();
        if (!fits(device)) {
            return "the kernels in use are not those for CPUs";
        }
        if (wanted.weights() != null || wanted.scores() != null || wanted.summaries()) {
            return "scores or weights are asked for";
        }
        if (step.shape().valueSize() % 16 != 0) {
            return "the value head size " + step.shape().valueSize() + " is not a multiple of 16";
        }
        if (step.shape().headSize() > MAX_HEAD_SIZE || step.shape().valueSize() > MAX_HEAD_SIZE) {
            return "the head size is over " + MAX_HEAD_SIZE;
        }
        return "";
    }

    /** Whether values can be read where they are: f32 rows, one behind the other. */
    static boolean valuesInPlace(AttentionStep step) {
        return step.keyRows().kind() == RowLayout.Kind.PLAIN
                && step.value().array().type() == DataType.F32;
    }
}
