package org.clattention.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Contender;
import org.clattention.bench.LayerData;
import org.clattention.bench.PeerEngine;
import org.clattention.config.DataType;

/** libtorch on the CPU, through DJL. */
public final class TorchPeer implements PeerEngine {
    static final String ENGINE = "PyTorch";

    static {
        // Everything is on the class path; nothing is to be fetched, and nobody to be told.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public String version() {
        return Engine.getEngine(ENGINE).getVersion();
    }

    @Override
    public String unsupported(BenchShape shape) {
        return shape.weightType() == DataType.F32 ? "" : "its products take weights and inputs of one type";
    }

    @Override
    public Contender prepare(BenchShape shape, LayerData data, int threads) {
        Engine.getEngine(ENGINE);
        JniUtils.setNumThreads(threads);
        return new TorchContender(shape, data);
    }
}
