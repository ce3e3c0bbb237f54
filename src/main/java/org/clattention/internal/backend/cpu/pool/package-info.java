/** Internal, may change: the threads of an engine and the tiles that they take. */
@NullMarked
package org.clattention.internal.backend.cpu.pool;

import org.jspecify.annotations.NullMarked;
