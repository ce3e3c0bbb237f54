package org.clattention.internal.backend.opencl.launch;

import java.util.Arrays;
import java.util.List;
import org.clattention.config.KernelSet;
import org.clattention.config.StepPlan.KernelPlan;

/** The kernels, and the file that each is in; what a file includes stands in the file. */
public enum KernelId {
    QKV_PROJECTION("portable/qkv_projection.cl"),
    OUTPUT_PROJECTION("portable/output_projection.cl"),
    HEAD_PRODUCTS("portable/head_products.cl"),
    SCALED_SCORES("portable/scaled_scores.cl"),
    SOFTMAX("portable/softmax.cl"),
    WEIGHTED_VALUES("portable/weighted_values.cl"),
    STORE_HEADS("portable/store_heads.cl"),
    STORE_BLOCKS("portable/store_blocks.cl"),
    NORM_ROWS("portable/norm_rows.cl"),
    CPU_NORM_ROWS("cpu/norm_rows.cl"),
    PACK_PANELS("cpu/pack_panels.cl"),
    PACK_ROWS("cpu/pack_rows.cl"),
    PACKED_PRODUCT("cpu/packed_product.cl"),
    ROW_PRODUCT("cpu/row_product.cl"),
    CPU_HEAD_PRODUCTS("cpu/head_products.cl"),
    PACK_QUANTIZED("cpu/pack_quantized.cl"),
    QUANTIZED_PRODUCT("packed_product", "cpu/quantized_product.cl"),
    QUANTIZED_ROW_PRODUCT("row_product", "cpu/quantized_row_product.cl"),
    QUANTIZED_HEAD_PRODUCTS("head_products", "cpu/quantized_head_products.cl"),
    PACK_KEYS("cpu/pack_keys.cl"),
    FLASH_ATTENTION("cpu/flash_attention.cl"),
    CPU_SCALED_SCORES("cpu/scaled_scores.cl"),
    CPU_SOFTMAX("cpu/softmax.cl"),
    CPU_WEIGHTED_VALUES("cpu/weighted_values.cl"),
    STREAM_ATTENTION("cpu/stream_attention.cl"),
    JOIN_STREAMS("cpu/join_streams.cl"),
    TILED_PRODUCT("gpu/tiled_product.cl"),
    GPU_ROW_PRODUCT("gpu/row_product.cl"),
    GPU_FLASH_ATTENTION("gpu/flash_attention.cl"),
    SPLIT_ATTENTION("gpu/split_attention.cl"),
    COMBINE_SPLITS("gpu/combine_splits.cl"),
    EXACT_ROWS("gpu/exact_rows.cl"),
    ACTIVATE("activate", "portable/elementwise.cl"),
    GATE("gate", "portable/elementwise.cl"),
    ADD("add", "portable/elementwise.cl"),
    ROW_SUMMARY("row_summary", "portable/summaries.cl"),
    COLUMN_SUMS("column_sums", "portable/summaries.cl"),
    FMA_PEAK("measure/fma_peak.cl"),
    FILL("fill", "measure/read_peak.cl"),
    READ_PEAK("measure/read_peak.cl");

    /** Where the sources are on the class path. */
    public static final String FOLDER = "/kernels-cl";

    /** Every program begins with it: how values lie in memory. */
    private static final String STORAGE = "common/storage.cl";

    private final String function;
    private final String file;

    /** A kernel with the name of its file. */
    KernelId(String file) {
        this(file.substring(file.lastIndexOf('/') + 1, file.length() - ".cl".length()), file);
    }

    KernelId(String function, String file) {
        this.function = function;
        this.file = file;
    }

    /**
     * The kernels that a device with this set may run, by the names of {@link KernelPlan#path()}: its own, and those portable ones
     * that it has nothing instead of.
     */
    public static List<String> of(KernelSet set) {
        return Arrays.stream(values())
                .filter(id -> id.serves(set))
                .map(id -> KernelPlan.path(id.file, id.function))
                .toList();
    }

    private boolean serves(KernelSet set) {
        String folder = file.substring(0, file.indexOf('/'));
        return switch (folder) {
            case "portable" ->
                switch (this) {
                    case QKV_PROJECTION, OUTPUT_PROJECTION -> set == KernelSet.PORTABLE;
                    // The products of the CPU set gate what they make.
                    case HEAD_PRODUCTS, NORM_ROWS, GATE -> set != KernelSet.CPU;
                    default -> true;
                };
            case "cpu" -> set == KernelSet.CPU;
            case "gpu" -> set == KernelSet.GPU;
            default -> false;
        };
    }

    /** Where its source is, under {@link #FOLDER}. */
    public String file() {
        return file;
    }

    /** The name of the kernel function. */
    public String function() {
        return function;
    }

    /** The files of its program, without what they include. */
    public List<String> files() {
        return List.of(STORAGE, file);
    }
}
