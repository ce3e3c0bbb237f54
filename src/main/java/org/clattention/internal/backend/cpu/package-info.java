/** The backend in plain Java: for machines without OpenCL. */
@NullMarked
package org.clattention.internal.backend.cpu;

import org.jspecify.annotations.NullMarked;
