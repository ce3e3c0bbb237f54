package org.clattention.backend.opencl;

import java.util.ArrayList;
import java.util.List;

/** The kernels, and the files that each is made of. */
enum KernelId {
    QKV_PROJECTION("portable/qkv_projection.cl", "common/attention_params.cl", "common/tile.cl"),
    OUTPUT_PROJECTION("portable/output_projection.cl", "common/tile.cl"),
    SCALED_SCORES("portable/scaled_scores.cl", "common/attention_params.cl", "common/masks.cl", "common/tile.cl"),
    SOFTMAX("portable/softmax.cl"),
    WEIGHTED_VALUES("portable/weighted_values.cl", "common/attention_params.cl", "common/masks.cl", "common/tile.cl"),
    COPY_HEADS("portable/copy_heads.cl", "common/attention_params.cl");

    private final String file;
    private final List<String> common;

    KernelId(String file, String... common) {
        this.file = file;
        this.common = List.of(common);
    }

    /** The name of the kernel function: that of its file. */
    String function() {
        return file.substring(file.lastIndexOf('/') + 1, file.length() - ".cl".length());
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
