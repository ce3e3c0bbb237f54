@NullMarked
package org.clattention.internal.backend;

import org.jspecify.annotations.NullMarked;
