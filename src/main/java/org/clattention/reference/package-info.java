/**
 * API: the float64 reference that every engine is checked against: plain loops over double arrays that read like the
 * formulas. It knows no layer and no backend, so that it cannot share their mistakes. Threads only divide independent
 * output rows or heads among themselves; results do not depend on their number.
 */
@NullMarked
package org.clattention.reference;

import org.jspecify.annotations.NullMarked;
