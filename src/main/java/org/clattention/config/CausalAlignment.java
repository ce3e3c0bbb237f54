package org.clattention.config;

/**
 * Where the queries of a call stand among its keys, for causal masks, windows and ALiBi: query {@code i} of S has the
 * position {@code offset + i}, and key {@code j} of T the position {@code j}. Systems disagree on the offset.
 */
public enum CausalAlignment {
    /** Offset 0 without a past, P after a past of P keys. ONNX Attention; PyTorch's {@code is_causal}. */
    TOP_LEFT,
    /** Offset T − S: the last query sees the last key. FlashAttention from 2.1 on. */
    BOTTOM_RIGHT,
    /** Offset {@code lengths[b]} − S: the lengths describe a cache whose last S keys belong to the queries. */
    LENGTHS
}
