/** Internal, may change: where cached keys and values lie, and how they come and go. */
@NullMarked
package org.clattention.internal.layer.cache;

import org.jspecify.annotations.NullMarked;
