@NullMarked
package org.clattention.internal.cl;

import org.jspecify.annotations.NullMarked;
