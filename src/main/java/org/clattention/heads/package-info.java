/**
 * API: what each attention head looks at: weights as data, measures of each head, the effect of removing it, and two
 * ways to show it all, a page to explore and a picture. A {@link org.clattention.heads.HeadsSource} says where the
 * weights come from.
 */
@NullMarked
package org.clattention.heads;

import org.jspecify.annotations.NullMarked;
