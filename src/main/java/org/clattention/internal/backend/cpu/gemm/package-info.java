/** Internal, may change: packed weights of the engine in Java, and products with them. */
@NullMarked
package org.clattention.internal.backend.cpu.gemm;

import org.jspecify.annotations.NullMarked;
