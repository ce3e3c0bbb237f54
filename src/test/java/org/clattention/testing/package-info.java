/** What several tests share: devices, generated cases, comparisons. */
@NullMarked
package org.clattention.testing;

import org.jspecify.annotations.NullMarked;
