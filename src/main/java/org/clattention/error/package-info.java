/**
 * API: the exceptions of devices and caches. Wrong arguments are {@link IllegalArgumentException}s, use after close an
 * {@link IllegalStateException}.
 */
@NullMarked
package org.clattention.error;

import org.jspecify.annotations.NullMarked;
