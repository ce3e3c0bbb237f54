package org.clattention.bench;

/**
 * Another engine to compare ours with. {@link java.util.ServiceLoader} finds implementations; whatever goes
 * wrong in one of them excludes it from the row, with the exception's message, and affects nothing else.
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
