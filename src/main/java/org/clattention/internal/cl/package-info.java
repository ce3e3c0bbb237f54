/**
 * Internal, may change: a thin layer over JOCL, the only one that imports it: handles that close, errors that say what
 * failed, the cache of compiled programs. Knows nothing of attention.
 */
@NullMarked
package org.clattention.internal.cl;

import org.jspecify.annotations.NullMarked;
