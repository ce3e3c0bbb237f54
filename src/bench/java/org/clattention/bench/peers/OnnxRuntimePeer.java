package org.clattention.bench.peers;

import ai.onnxruntime.OrtEnvironment;
import java.util.Map;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Contender;
import org.clattention.bench.LayerData;
import org.clattention.bench.PeerEngine;
import org.clattention.config.DataType;

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
        String fastest = "";
        long shortest = Long.MAX_VALUE;
        Map<String, OnnxGraph> models = OnnxLayers.of(shape, data);
        for (Map.Entry<String, OnnxGraph> model : models.entrySet()) {
            if (models.size() == 1) {
                fastest = model.getKey();
                break;
            }
            try (Contender contender = session(model.getKey(), model.getValue(), shape, data, threads)) {
                long time = time(contender);
                if (time < shortest) {
                    fastest = model.getKey();
                    shortest = time;
                }
            }
        }
        OnnxGraph chosen = models.get(fastest);
        if (chosen == null) {
            throw new IllegalStateException("it has no operator for this call");
        }
        return session(fastest, chosen, shape, data, threads);
    }

    private static Contender session(String name, OnnxGraph model, BenchShape shape, LayerData data, int threads) {
        return new OnnxContender(name, model.toBytes(), shape, data, threads);
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
