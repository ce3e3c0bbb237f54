package org.clattention.bench;

import org.clattention.AttentionEngine;

/** The loop over heads on our own engine, as a peer. */
public final class NaiveHeadsPeer implements PeerEngine {
    private final AttentionEngine engine;

    /** A loop on this engine. */
    public NaiveHeadsPeer(AttentionEngine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return "loop over heads";
    }

    @Override
    public String version() {
        return "this engine";
    }

    @Override
    public String unsupported(BenchShape shape) {
        return shape.past() == 0 ? "" : "the loop keeps no cache";
    }

    @Override
    public Contender prepare(BenchShape shape, LayerData data, int threads) {
        return new NaiveHeads(engine, shape, data);
    }
}
