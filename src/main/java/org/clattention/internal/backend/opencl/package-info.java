@NullMarked
package org.clattention.internal.backend.opencl;

import org.jspecify.annotations.NullMarked;
