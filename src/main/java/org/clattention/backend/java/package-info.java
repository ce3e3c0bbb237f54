/** The backend in plain Java: for machines without OpenCL. */
@NullMarked
package org.clattention.backend.java;

import org.jspecify.annotations.NullMarked;
