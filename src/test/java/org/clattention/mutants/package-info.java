/** Faults planted in the kernels, one at a time, to see whether the smoke check finds them. */
@NullMarked
package org.clattention.mutants;

import org.jspecify.annotations.NullMarked;
