/**
 * Internal, may change: kernels by name and build constants, and their arguments: what the kernel sources define is
 * read from them here.
 */
@NullMarked
package org.clattention.internal.backend.opencl.launch;

import org.jspecify.annotations.NullMarked;
