package org.clattention.bench.peers;

import ai.onnxruntime.OrtEnvironment;
import java.util.Map;
import org.clattention.DataType;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Contender;
import org.clattention.bench.LayerData;
import org.clattention.bench.PeerEngine;
import org.jspecify.annotations.Nullable;

/** ONNX Runtime on the CPU: of several models of the same layer the one that is fastest here. */
public final class OnnxRuntimePeer implements PeerEngine {
    private static final int TRIALS = 3;

    @Override
    public String name() {
        return "ONNX Runtime";
    }

    @Override
    public String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public String unsupported(BenchShape shape) {
        return shape.weightType() == DataType.F32 ? "" : "its CPU products take f32 weights only";
    }

    @Override
    public Contender prepare(BenchShape shape, LayerData data, int threads) {
        @Nullable Contender best = null;
        long bestTime = Long.MAX_VALUE;
        for (Map.Entry<String, OnnxGraph> model : OnnxLayers.of(shape, data).entrySet()) {
            byte[] bytes = OnnxLayers.bytes(model.getValue());
            Contender contender = new OnnxContender(model.getKey(), bytes, shape, data, threads);
            long time = time(contender);
            Contender slower = time < bestTime ? best : contender;
            if (time < bestTime) {
                best = contender;
                bestTime = time;
            }
            if (slower != null) {
                slower.close();
            }
        }
        if (best == null) {
            throw new IllegalStateException("no operator fits");
        }
        return best;
    }

    private static long time(Contender contender) {
        contender.run();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIALS; i++) {
            long start = System.nanoTime();
            contender.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }
}
