/**
 * Internal, may change: layers as a sequence of steps on a command stream. Knows the interfaces of {@code
 * internal.backend}, and no device.
 */
@NullMarked
package org.clattention.internal.layer;

import org.jspecify.annotations.NullMarked;
