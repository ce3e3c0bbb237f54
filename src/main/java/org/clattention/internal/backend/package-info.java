/**
 * Internal, may change: the steps that a backend can do, one record each, the command stream that takes them, and the
 * choice of a device. Layers and the root use this package; both backends implement it.
 */
@NullMarked
package org.clattention.internal.backend;

import org.jspecify.annotations.NullMarked;
