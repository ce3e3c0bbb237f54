@NullMarked
package org.clattention.io;

import org.jspecify.annotations.NullMarked;
