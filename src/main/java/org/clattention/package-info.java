/**
 * API: attention on OpenCL devices and in Java. {@link AttentionEngine} opens a device; it makes the layers ({@link
 * MultiHeadAttention}, {@link DotProductAttention}, {@link LatentAttention}, {@link TransformerBlock}, {@link
 * TransformerStack}) and the {@link Tensor tensors} that they read and write. A call takes {@link AttentionInputs} and
 * gives an {@link AttentionResult}; a {@link KvCache} keeps keys and values between calls. Values are in {@code
 * config}, failures in {@code error}. Everything under {@code internal} may change.
 *
 * <p>What holds for all of it:
 *
 * <ul>
 *   <li>Shapes are row-major, outermost dimension first. Symbols: B batch, S query length, T key length, P past length,
 *       D model width, Hq and Hkv query and key-value heads, d head size, dv value head size. Sizes are in elements,
 *       memory is in bytes.
 *   <li>Records and enums are immutable values; layers are immutable and thread-safe. Factories and {@code with} methods
 *       copy the arrays that they are given. What is {@code AutoCloseable} and made by an engine is closed with it at
 *       the latest.
 *   <li>A bad argument gives an {@link java.lang.IllegalArgumentException} that names the parameter, the value and the
 *       rule, before anything runs; so does null where it is not allowed. Use of what is closed gives an {@link
 *       java.lang.IllegalStateException}. A device that fails, or has too little memory, gives a {@link
 *       org.clattention.error.DeviceException}.
 *   <li>A sequence takes part in a call with at most 2^31 − 1 elements of queries, keys or values. Sizes beyond the
 *       device give a {@link org.clattention.error.DeviceMemoryException}.
 * </ul>
 */
@NullMarked
package org.clattention;

import org.jspecify.annotations.NullMarked;
