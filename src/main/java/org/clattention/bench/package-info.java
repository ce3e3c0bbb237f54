/**
 * Tool: timing of layers: shapes, the work that each is, checked results, interleaved rounds, and other engines beside
 * ours. Uses engines as any caller does.
 */
@NullMarked
package org.clattention.bench;

import org.jspecify.annotations.NullMarked;
