@NullMarked
package org.clattention.reference;

import org.jspecify.annotations.NullMarked;
