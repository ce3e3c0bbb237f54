/** Internal, may change: attention in one pass over the keys, or with its scores in memory. */
@NullMarked
package org.clattention.internal.backend.opencl.attention;

import org.jspecify.annotations.NullMarked;
