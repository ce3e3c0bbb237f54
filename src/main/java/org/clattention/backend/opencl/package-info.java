@NullMarked
package org.clattention.backend.opencl;

import org.jspecify.annotations.NullMarked;
