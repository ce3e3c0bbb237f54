/**
 * Internal, may change: which kernel takes a step, with which tiles, and why: pure functions of the device profile and
 * the shape. Imports no device, so that every plan can be tested without one.
 */
@NullMarked
package org.clattention.internal.backend.opencl.plan;

import org.jspecify.annotations.NullMarked;
