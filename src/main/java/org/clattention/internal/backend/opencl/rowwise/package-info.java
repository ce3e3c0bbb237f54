/** Internal, may change: norms, stores of heads, and element-wise steps. */
@NullMarked
package org.clattention.internal.backend.opencl.rowwise;

import org.jspecify.annotations.NullMarked;
