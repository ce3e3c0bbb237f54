/** Timing of layers: shapes, the work that each is, checked results, rounds by turns, and other engines beside ours. */
@NullMarked
package org.clattention.bench;

import org.jspecify.annotations.NullMarked;
