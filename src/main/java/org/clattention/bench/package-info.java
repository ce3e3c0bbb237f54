/** Timing of layers: shapes and operation counts, checked results, interleaved rounds, other engines to compare with. */
@NullMarked
package org.clattention.bench;

import org.jspecify.annotations.NullMarked;
