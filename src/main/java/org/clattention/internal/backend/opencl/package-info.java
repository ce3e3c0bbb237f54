/**
 * Internal, may change: the backend on an OpenCL device. {@code plan} decides, {@code gemm}, {@code attention} and
 * {@code rowwise} launch, by means of {@code launch}.
 */
@NullMarked
package org.clattention.internal.backend.opencl;

import org.jspecify.annotations.NullMarked;
