/**
 * Internal, may change: attention of the engine in Java: flash for many query rows, split-KV for few, or with its
 * weights in memory.
 */
@NullMarked
package org.clattention.internal.backend.cpu.attention;

import org.jspecify.annotations.NullMarked;
