package org.clattention.internal.backend.cpu.pool;

import org.clattention.internal.backend.cpu.Workspace;

/** Work in independent tiles, each of which gives the same result whoever computes it, and when. */
public interface Work {
    /** Computes a tile. */
    void run(int tile, Workspace workspace);
}
