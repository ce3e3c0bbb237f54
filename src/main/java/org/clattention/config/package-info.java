/**
 * API: the values that the rest of the API takes and returns: shapes, options, weights and host tensors, and what a
 * device and its kernels report. Immutable unless a type says otherwise, and free of devices. Imports nothing else of
 * this library.
 */
@NullMarked
package org.clattention.config;

import org.jspecify.annotations.NullMarked;
