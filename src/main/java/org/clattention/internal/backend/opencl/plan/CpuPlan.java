package org.clattention.internal.backend.opencl.plan;

import java.util.Objects;
import org.clattention.config.DataType;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.RowLayout;

/** Picks kernels and tiles for CPU devices: pure functions of the device and the shape. */
public final class CpuPlan {
    /** Outputs of a panel of weights, and keys of a panel of keys. */
    public static final int PANEL = 32;

    /** Keys that flash_attention takes at a time: their scores fit the first-level cache. */
    public static final int FLASH_KEYS = 128;

    /** Keys of a work-item of stream_attention: few enough that their values fit the first-level cache. */
    public static final int STREAM_KEYS = 128;

    /** Query rows up to which keys are streamed. */
    public static final int MAX_STREAM_ROWS = 16;

    /** The largest head: 512 components and 64 rotated ones, as in multi-head latent attention. */
    public static final int MAX_HEAD_SIZE = 576;

    /** Of weights that a product reads over and over: half of a usual second-level cache. */
    public static final int NEAR_BYTES = 1 << 20;

    private static final int VECTOR = 16;

    /** 32 registers of 16 floats hold 12 rows by 32 keys, and what feeds them; 16 of 8 floats hold 3. */
    private static final int FLASH_ROWS_512 = 12;

    private static final int FLASH_ROWS_256 = 3;

    /** Rows up to which weights are read as a stream, once. */
    private static final int STREAM_ROWS = 4;

    /** Rows of a product's tile, best first: 32 registers of 16 floats hold 13 rows of 32 columns and what feeds them. */
    private static final int[] PRODUCT_ROWS_512 = {13, 8};

    /** Targets of a product, queries and keys, whose heads it can finish. */
    private static final int EPILOGUE_TARGETS = 2;

    /** The most columns that a work-item makes before it finishes their heads: with 13 rows they take 13 KiB. */
    private static final int MOST_EPILOGUE_COLUMNS = 256;

    /** 16 registers of 8 floats hold 3 rows of 32 columns. */
    private static final int[] PRODUCT_ROWS_256 = {3, 2};

    private CpuPlan() {}

    /** True for devices that the kernels in {@code cpu/} are made for: vectors in registers, no local memory. */
    public static boolean fits(DeviceProfile device) {
        return device.set() == KernelSet.CPU;
    }

    /** Whether so few rows should stream the weights. */
    public static boolean streams(int rows) {
        return rows <= STREAM_ROWS;
    }

    /** Whether the products for CPUs can take these weights from the output {@code firstOutput} on. */
    public static boolean takes(WeightLayout weights, int firstOutput) {
        return weights.panels() && firstOutput % PANEL == 0;
    }

    /** Rows that row_product is built for, given the rows of a call; what takes more rows takes so many at a time. */
    public static int streamRows(int rows) {
        return rows <= 2 ? rows : STREAM_ROWS;
    }

    /**
     * Rows of a product's tile: as many accumulators of 32 columns as registers hold, and of those sizes the one that wastes
     * least at the end. Few sizes, because each is a program to build.
     */
    public static int productRows(DeviceProfile device, int rows) {
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

    /**
     * Columns of a product's work-item that hold whole heads of every target, so that it can apply their epilogue; 0 if there is no such
     * number, or if the kernels cannot do what is asked for.
     */
    public static int epilogueColumns(HeadTarget... targets) {
        int columns = PANEL;
        Epilogue.HeadNormRope first = null;
        for (int i = 0; i < targets.length; i++) {
            Epilogue.HeadNormRope epilogue = targets[i].epilogue();
            if (epilogue == null) {
                continue;
            }
            first = first == null ? epilogue : first;
            boolean alike = Objects.equals(epilogue.rotation(), first.rotation())
                    && epilogue.normEpsilon() == first.normEpsilon();
            columns = leastCommonMultiple(columns, targets[i].size());
            if (i >= EPILOGUE_TARGETS || !alike || columns > MOST_EPILOGUE_COLUMNS) {
                return 0;
            }
        }
        for (HeadTarget target : targets) {
            if (first != null && target.columns() % columns != 0) {
                return 0;
            }
        }
        return columns;
    }

    private static int leastCommonMultiple(int a, int b) {
        int multiple = a;
        while (multiple % b != 0) {
            multiple = Math.addExact(multiple, a);
        }
        return multiple;
    }

    /** Query rows of a flash_attention tile. */
    public static int flashRows(DeviceProfile device) {
        return device.vectorFloats() >= 16 ? FLASH_ROWS_512 : FLASH_ROWS_256;
    }

    /** Query rows that read the same keys: those of all query heads that share a key-value head. */
    public static int sharingRows(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        return Math.multiplyExact(shape.queryHeads() / shape.kvHeads(), shape.queryLength());
    }

    /** Whether keys are read once, where they lie: for few rows, packing them would cost more than it gains. */
    public static boolean streamsKeys(AttentionOp step) {
        return sharingRows(step) <= MAX_STREAM_ROWS
                && step.shape().headSize() >= VECTOR
                && step.key().array().type() == step.value().array().type();
    }

    /** Why the fused kernel cannot take this call; empty if it can. */
    static String unfusable(DeviceProfile device, AttentionOp step) {
        AttentionOp.Wanted wanted = step.wanted();
        if (!fits(device)) {
            return "the kernels in use are not those for CPUs";
        }
        if (wanted.weights() != null || wanted.scores() != null || wanted.summaries()) {
            return "scores or weights are asked for";
        }
        if (step.shape().valueSize() < VECTOR) {
            return "the value head size " + step.shape().valueSize() + " is less than " + VECTOR;
        }
        if (step.shape().headSize() > MAX_HEAD_SIZE || step.shape().valueSize() > MAX_HEAD_SIZE) {
            return "the head size is over " + MAX_HEAD_SIZE;
        }
        return "";
    }

    /**
     * Whether the tiles take a call whose scores, weights or summaries are asked for. Not that of a ring whose first keys are
     * gone: packing would make room for them, too.
     */
    public static boolean takesExplicit(DeviceProfile device, AttentionOp step) {
        return fits(device)
                && step.shape().firstKey() == 0
                && step.shape().valueSize() >= VECTOR
                && Math.max(step.shape().headSize(), step.shape().valueSize()) <= MAX_HEAD_SIZE;
    }

    /** Whether values can be read where they are: f32 rows, one behind the other. */
    public static boolean valuesInPlace(AttentionOp step) {
        return step.keyRows().kind() == RowLayout.Kind.PLAIN
                && step.value().array().type() == DataType.F32;
    }
}
