@NullMarked
package org.clattention;

import org.jspecify.annotations.NullMarked;
