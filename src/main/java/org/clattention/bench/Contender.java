package org.clattention.bench;

/** One engine's layer, with its weights and inputs in place, ready to be called again and again. For one thread. */
public interface Contender extends AutoCloseable {
    /** One call, from the same state as the previous one until its result is complete. The result stays where it is. */
    void run();

    /** The output [B, S, D] of one more call, row-major. */
    float[] output();

    /** What it runs, in a few words. */
    String description();

    /** Frees what it holds. */
    @Override
    void close();
}
