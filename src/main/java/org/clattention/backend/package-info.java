@NullMarked
package org.clattention.backend;

import org.jspecify.annotations.NullMarked;
