@NullMarked
package org.clattention.layer;

import org.jspecify.annotations.NullMarked;
