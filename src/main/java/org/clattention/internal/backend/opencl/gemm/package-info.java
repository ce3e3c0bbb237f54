/** Internal, may change: packed weights, and products with them. */
@NullMarked
package org.clattention.internal.backend.opencl.gemm;

import org.jspecify.annotations.NullMarked;
