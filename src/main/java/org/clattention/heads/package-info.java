/**
 * What each attention head looks at: weights as data, measures of each head, the effect of removing it, and two ways to show
 * it all, a page to explore and a picture. Where the weights come from is a {@link org.clattention.heads.HeadsSource}'s business.
 */
@NullMarked
package org.clattention.heads;

import org.jspecify.annotations.NullMarked;
