@NullMarked
package org.clattention.internal.layer;

import org.jspecify.annotations.NullMarked;
