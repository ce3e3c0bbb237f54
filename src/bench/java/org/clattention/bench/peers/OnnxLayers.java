package org.clattention.bench.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.clattention.bench.BenchShape;
import org.clattention.bench.LayerData;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;

/** The layer as ONNX models: in each way that ONNX Runtime has a fused operator for. The fastest stands for the engine. */
final class OnnxLayers {
    private OnnxLayers() {}

    /** The models by what they run, in words; the input is x, the output y. */
    static Map<String, OnnxGraph> of(BenchShape shape, LayerData data) {
        AttentionConfig config = shape.config();
        Map<String, OnnxGraph> models = new LinkedHashMap<>();
        boolean oneToOne = config.numHeads() == config.numKvHeads();
        if (oneToOne && shape.past() == 0) {
            models.put("com.microsoft Attention, MatMul", attention(shape, data));
            models.put("3 MatMul, com.microsoft MultiHeadAttention, MatMul", multiHead(shape, data));
        }
        if (shape.isCausal() || shape.length() == 1) {
            models.put(
                    "MatMul of [Wq|Wk|Wv], com.microsoft GroupQueryAttention"
                            + (shape.past() > 0 ? " with its cache in place" : "") + ", MatMul",
                    groupQuery(shape, data));
        }
        models.values().forEach(model -> model.matMul("context", "w_o", "y"));
        return models;
    }

    private static OnnxGraph attention(BenchShape shape, LayerData data) {
        AttentionConfig config = shape.config();
        AttentionWeights w = data.weights();
        return begin(shape, data)
                .weight("w", OnnxGraph.sideBySide(w.query(), w.key(), w.value()))
                .weight("bias", zeros(config.queryWidth() + config.keyWidth() + config.valueWidth()))
                .node(
                        OnnxGraph.MICROSOFT,
                        "Attention",
                        List.of("x", "w", "bias"),
                        List.of("context"),
                        Map.of("num_heads", config.numHeads(), "unidirectional", shape.isCausal() ? 1 : 0));
    }

    private static OnnxGraph multiHead(BenchShape shape, LayerData data) {
        AttentionWeights w = data.weights();
        return begin(shape, data)
                .weight("w_q", OnnxGraph.sideBySide(w.query()))
                .weight("w_k", OnnxGraph.sideBySide(w.key()))
                .weight("w_v", OnnxGraph.sideBySide(w.value()))
                .matMul("x", "w_q", "q")
                .matMul("x", "w_k", "k")
                .matMul("x", "w_v", "v")
                .node(
                        OnnxGraph.MICROSOFT,
                        "MultiHeadAttention",
                        List.of("q", "k", "v"),
                        List.of("context"),
                        Map.of("num_heads", shape.config().numHeads(), "unidirectional", shape.isCausal() ? 1 : 0));
    }

    private static OnnxGraph groupQuery(BenchShape shape, LayerData data) {
        AttentionConfig config = shape.config();
        AttentionWeights w = data.weights();
        boolean past = shape.past() > 0;
        long[] cache = {shape.batch(), config.numKvHeads(), shape.keys(), config.headSize()};
        OnnxGraph graph = begin(shape, data)
                .weight("w", OnnxGraph.sideBySide(w.query(), w.key(), w.value()))
                .matMul("x", "w", "qkv")
                .input("lengths", OnnxGraph.INT32, shape.batch())
                .input("total", OnnxGraph.INT32);
        if (past) {
            graph.input("past_k", OnnxGraph.FLOAT, cache).input("past_v", OnnxGraph.FLOAT, cache);
            graph.output("present_k", OnnxGraph.FLOAT, cache).output("present_v", OnnxGraph.FLOAT, cache);
        }
        return graph.node(
                OnnxGraph.MICROSOFT,
                "GroupQueryAttention",
                List.of("qkv", "", "", past ? "past_k" : "", past ? "past_v" : "", "lengths", "total"),
                List.of("context", "present_k", "present_v"),
                Map.of("num_heads", config.numHeads(), "kv_num_heads", config.numKvHeads()));
    }

    /** What all have: x, y, and the output projection of "context". */
    private static OnnxGraph begin(BenchShape shape, LayerData data) {
        long[] x = data.x().shape();
        return new OnnxGraph()
                .input("x", OnnxGraph.FLOAT, x)
                .output("y", OnnxGraph.FLOAT, x[0], x[1], shape.config().outputWidth())
                .weight("w_o", OnnxGraph.sideBySide(data.weights().output()));
    }

    private static HostTensor zeros(int size) {
        return HostTensor.of(new float[size], size);
    }
}
