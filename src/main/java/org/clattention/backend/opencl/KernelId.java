package org.clattention.backend.opencl;

import java.util.ArrayList;
import java.util.List;

/** The kernels, and the files that each is made of. */
enum KernelId {
    QKV_PROJECTION(
            "portable/qkv_projection.cl",
            "common/views.cl",
            "common/projection.cl",
            "common/panels.cl",
            "common/tile.cl"),
    OUTPUT_PROJECTION("portable/output_projection.cl", "common/panels.cl", "common/tile.cl"),
    HEAD_PRODUCTS("portable/head_products.cl", "common/views.cl", "common/tile.cl"),
    SCALED_SCORES(
            "portable/scaled_scores.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "common/masks.cl",
            "common/tile.cl"),
    SOFTMAX("portable/softmax.cl", "common/reductions.cl"),
    WEIGHTED_VALUES(
            "portable/weighted_values.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "common/masks.cl",
            "common/tile.cl"),
    STORE_HEADS("portable/store_heads.cl", "common/views.cl", "common/head_flags.cl", "common/store.cl"),
    STORE_BLOCKS("portable/store_blocks.cl", "common/views.cl", "common/head_flags.cl", "common/store.cl"),
    NORM_ROWS("portable/norm_rows.cl", "common/reductions.cl", "common/norm_flags.cl"),
    CPU_NORM_ROWS("cpu/norm_rows.cl", "common/norm_flags.cl", "cpu/vectors.cl"),
    PACK_PANELS("cpu/pack_panels.cl"),
    PACK_ROWS("cpu/pack_rows.cl", "cpu/vectors.cl"),
    PACKED_PRODUCT(
            "cpu/packed_product.cl",
            "common/views.cl",
            "common/projection.cl",
            "common/head_flags.cl",
            "common/activations.cl",
            "cpu/vectors.cl",
            "cpu/product_order.cl",
            "cpu/finish_products.cl",
            "cpu/store_columns.cl",
            "cpu/put_sums.cl",
            "cpu/packed_panel.cl"),
    ROW_PRODUCT(
            "cpu/row_product.cl",
            "common/views.cl",
            "common/projection.cl",
            "common/head_flags.cl",
            "common/activations.cl",
            "cpu/vectors.cl",
            "cpu/finish_products.cl",
            "cpu/store_columns.cl",
            "cpu/put_sums.cl",
            "cpu/row_panel.cl"),
    CPU_HEAD_PRODUCTS(
            "cpu/head_products.cl", "common/views.cl", "cpu/vectors.cl", "cpu/put_sums.cl", "cpu/row_panel.cl"),
    PACK_QUANTIZED("cpu/pack_quantized.cl"),
    QUANTIZED_PRODUCT(
            "cpu/packed_product.cl",
            "common/views.cl",
            "common/projection.cl",
            "common/head_flags.cl",
            "common/activations.cl",
            "cpu/vectors.cl",
            "cpu/product_order.cl",
            "cpu/quantized_panels.cl",
            "cpu/finish_products.cl",
            "cpu/store_columns.cl",
            "cpu/put_sums.cl",
            "cpu/packed_panel_quantized.cl"),
    QUANTIZED_ROW_PRODUCT(
            "cpu/row_product.cl",
            "common/views.cl",
            "common/projection.cl",
            "common/head_flags.cl",
            "common/activations.cl",
            "cpu/vectors.cl",
            "cpu/quantized_panels.cl",
            "cpu/finish_products.cl",
            "cpu/store_columns.cl",
            "cpu/put_sums.cl",
            "cpu/row_panel_quantized.cl"),
    QUANTIZED_HEAD_PRODUCTS(
            "cpu/head_products.cl",
            "common/views.cl",
            "cpu/vectors.cl",
            "cpu/quantized_panels.cl",
            "cpu/put_sums.cl",
            "cpu/row_panel_quantized.cl"),
    PACK_KEYS("cpu/pack_keys.cl", "common/views.cl", "common/attention_params.cl", "cpu/vectors.cl"),
    FLASH_ATTENTION(
            "cpu/flash_attention.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "cpu/vectors.cl",
            "cpu/exponential.cl",
            "cpu/finish_scores.cl",
            "cpu/finish_row.cl",
            "cpu/tile_products.cl"),
    CPU_SCALED_SCORES(
            "cpu/scaled_scores.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "cpu/vectors.cl",
            "cpu/exponential.cl",
            "cpu/finish_scores.cl",
            "cpu/tile_products.cl"),
    CPU_SOFTMAX("cpu/softmax.cl", "cpu/vectors.cl"),
    CPU_WEIGHTED_VALUES(
            "cpu/weighted_values.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "cpu/vectors.cl",
            "cpu/exponential.cl",
            "cpu/finish_scores.cl",
            "cpu/finish_row.cl",
            "cpu/tile_products.cl"),
    STREAM_ATTENTION(
            "cpu/stream_attention.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "cpu/vectors.cl",
            "cpu/exponential.cl",
            "cpu/finish_scores.cl"),
    JOIN_STREAMS(
            "cpu/join_streams.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "cpu/vectors.cl",
            "cpu/exponential.cl",
            "cpu/finish_scores.cl",
            "cpu/finish_row.cl"),
    TILED_PRODUCT(
            "gpu/tiled_product.cl", "common/views.cl", "common/projection.cl", "gpu/quads.cl", "gpu/store_columns.cl"),
    GPU_ROW_PRODUCT(
            "gpu/row_product.cl", "common/views.cl", "common/projection.cl", "gpu/quads.cl", "gpu/store_columns.cl"),
    GPU_FLASH_ATTENTION(
            "gpu/flash_attention.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "common/masks.cl",
            "gpu/quads.cl",
            "gpu/attention_rows.cl",
            "gpu/end_row.cl"),
    SPLIT_ATTENTION(
            "gpu/split_attention.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "common/masks.cl",
            "gpu/quads.cl",
            "gpu/attention_rows.cl",
            "gpu/end_row.cl"),
    COMBINE_SPLITS("gpu/combine_splits.cl", "common/views.cl", "common/attention_params.cl", "gpu/end_row.cl"),
    EXACT_ROWS(
            "gpu/exact_rows.cl",
            "common/views.cl",
            "common/attention_params.cl",
            "common/masks.cl",
            "common/reductions.cl",
            "gpu/attention_rows.cl"),
    ACTIVATE("activate", "portable/elementwise.cl", "common/activations.cl"),
    GATE("gate", "portable/elementwise.cl", "common/activations.cl"),
    ADD("add", "portable/elementwise.cl", "common/activations.cl"),
    ROW_SUMMARY("row_summary", "portable/summaries.cl"),
    COLUMN_SUMS("column_sums", "portable/summaries.cl"),
    FMA_PEAK("measure/fma_peak.cl"),
    FILL("fill", "measure/read_peak.cl"),
    READ_PEAK("measure/read_peak.cl");

    private final String function;
    private final String file;
    private final List<String> common;

    /** A kernel with the name of its file, or else its name and then the file; then the common parts. */
    KernelId(String first, String... rest) {
        if (first.endsWith(".cl")) {
            function = first.substring(first.lastIndexOf('/') + 1, first.length() - ".cl".length());
            file = first;
            common = List.of(rest);
        } else {
            function = first;
            file = rest[0];
            common = List.of(rest).subList(1, rest.length);
        }
    }

    /** The name of the kernel function. */
    String function() {
        return function;
    }

    /** All files of its program, in order. */
    List<String> files() {
        List<String> files = new ArrayList<>();
        files.add("common/storage.cl");
        files.addAll(common);
        files.add(file);
        return files;
    }
}
