/**
 * Internal, may change: the backend in plain Java, for machines without OpenCL. {@code gemm} and {@code attention} do
 * the work, in tiles that {@code pool} spreads over threads, with the inner loops of {@code simd}.
 */
@NullMarked
package org.clattention.internal.backend.cpu;

import org.jspecify.annotations.NullMarked;
