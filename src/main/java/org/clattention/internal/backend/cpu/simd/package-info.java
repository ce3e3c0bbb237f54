/**
 * Internal, may change: inner loops twice: with the Vector API ({@code Simd*}, the only classes that need its module)
 * and as plain loops.
 */
@NullMarked
package org.clattention.internal.backend.cpu.simd;

import org.jspecify.annotations.NullMarked;
