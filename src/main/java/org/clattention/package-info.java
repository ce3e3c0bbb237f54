/**
 * API: attention on OpenCL devices and in Java. {@link AttentionEngine} opens a device; it makes the layers ({@link
 * MultiHeadAttention}, {@link DotProductAttention}, {@link LatentAttention}, {@link TransformerBlock}, {@link
 * TransformerStack}) and the {@link Tensor tensors} that they read and write. A call takes {@link AttentionInputs} and
 * gives an {@link AttentionResult}; a {@link KvCache} keeps keys and values between calls. Values are in {@code
 * config}, failures in {@code error}. Everything under {@code internal} may change.
 */
@NullMarked
package org.clattention;

import org.jspecify.annotations.NullMarked;
