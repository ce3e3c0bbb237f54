package org.clattention.bench;

/**
 * Another engine, to be measured beside ours. Implementations are found by {@link java.util.ServiceLoader}; whatever goes
 * wrong in one of them excludes it from the row, with the exception's message, and harms nothing else.
 */
public interface PeerEngine {
    /** Its name. */
    String name();

    /** Its version. */
    String version();

    /** Why it cannot run this call; empty if it can. */
    String unsupported(BenchShape shape);

    /**
     * Prepares the call.
     *
     * @param threads how many threads it may use
     */
    Contender prepare(BenchShape shape, LayerData data, int threads);
}
