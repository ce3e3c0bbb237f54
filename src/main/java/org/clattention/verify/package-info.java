@NullMarked
package org.clattention.verify;

import org.jspecify.annotations.NullMarked;
