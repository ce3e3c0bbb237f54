@NullMarked
package org.clattention.opencl;

import org.jspecify.annotations.NullMarked;
