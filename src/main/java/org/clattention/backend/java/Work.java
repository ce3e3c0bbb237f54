package org.clattention.backend.java;

/** Work in independent tiles, each of which gives the same result whoever computes it, and when. */
interface Work {
    /** Computes a tile. */
    void run(int tile, Workspace workspace);
}
