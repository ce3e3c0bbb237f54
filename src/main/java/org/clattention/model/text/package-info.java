/** API: from text to tokens and back. */
@NullMarked
package org.clattention.model.text;

import org.jspecify.annotations.NullMarked;
