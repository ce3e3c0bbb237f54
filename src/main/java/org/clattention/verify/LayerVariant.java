package org.clattention.verify;

import java.util.Arrays;
import java.util.Map;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeLayers.Shape;

/** Variants of a layer; each adds itself to a case. */
final class LayerVariant {
    private LayerVariant() {}

    /** @param keys how many keys a query may see, for masks */
    static void add(CaseBuilder to, String variant, Shape shape, int keys) {
        int heads = shape.heads();
        switch (variant) {
            case "biases" -> biases(to, shape);
            case "causal" -> to.attribute("causal", true);
            case "window" -> to.attribute("left_window", 4L).attribute("right_window", 3L);
            case "softcap" -> to.attribute("softcap", 2.0);
            case "mask" -> to.booleans("attn_mask", 0.7, shape.batch(), 1, shape.length(), keys);
            case "lengths" -> to.lengths("nonpad_kv_seqlen", shape.batch(), keys);
            case "weights" -> to.wants("weights");
            case "qk-norm" ->
                to.nearOne("q_norm", shape.size())
                        .nearOne("k_norm", shape.size())
                        .attribute("norm_eps", 0.05);
            case "sinks" -> to.random("sinks", 2, heads);
            case "alibi" -> to.random("alibi_slopes", 0.1, heads);
            case "gate" -> to.input("head_gate", gates(heads));
            case "gate-poisoned" -> poisonGated(to.input("head_gate", gates(heads)), shape);
            case "rotary-half" -> rotary(to, "half", 1e4, even(shape.size()), Map.of("type", "none"));
            case "rotary-interleaved" -> rotary(to, "interleaved", 5e5, even(shape.size()), Map.of("type", "none"));
            case "rotary-partial" -> rotary(to, "half", 1e4, even(shape.size() / 2), Map.of("type", "none"));
            case "rotary-linear" ->
                rotary(to, "half", 1e4, even(shape.size()), Map.of("type", "linear", "factor", 4.0));
            case "rotary-llama3" ->
                rotary(
                        to,
                        "half",
                        1e4,
                        even(shape.size()),
                        Map.of(
                                "type",
                                "llama3",
                                "factor",
                                8.0,
                                "low_freq_factor",
                                1.0,
                                "high_freq_factor",
                                4.0,
                                "original_max_position_embeddings",
                                64.0));
            case "rotary-yarn" ->
                rotary(
                        to,
                        "interleaved",
                        1e4,
                        even(shape.size()),
                        Map.of("type", "yarn", "factor", 4.0, "original_max_position_embeddings", 64.0));
            case "f16" -> to.rounded(DataType.F16, "x", "w_q", "w_k", "w_v", "w_o");
            case "bf16" -> to.rounded(DataType.BF16, "x", "w_q", "w_k", "w_v", "w_o");
            case "bf16-weights" -> to.rounded(DataType.BF16, "w_q", "w_k", "w_v", "w_o");
            case "q8_0-weights" -> blocks(to, shape, DataType.Q8_0);
            case "q4_0-weights" -> blocks(to, shape, DataType.Q4_0);
            case "everything" -> {
                biases(to, shape);
                to.attribute("causal", true).attribute("left_window", 20L).attribute("scale", 0.4);
                for (String one : new String[] {"softcap", "lengths", "qk-norm", "sinks", "alibi", "gate", "weights"}) {
                    add(to, one, shape, keys);
                }
                to.bias("attn_mask", 0.2, heads, shape.length(), keys);
            }
            default -> {
                // plain and cross differ only in their inputs
            }
        }
    }

    /** Whether a shape has a variant: weights in blocks need rows of whole ones. */
    static boolean has(Shape shape, String variant) {
        return !variant.startsWith("q")
                || !variant.endsWith("_0-weights")
                || (shape.width() | shape.heads() * shape.valueSize()) % 32 == 0;
    }

    /** Weights in blocks, and what a product does to whole heads. */
    private static void blocks(CaseBuilder to, Shape shape, DataType type) {
        to.rounded(type, "w_q", "w_k", "w_v", "w_o");
        add(to, "qk-norm", shape, shape.length());
        add(to, "rotary-half", shape, shape.length());
    }

    /** A rotary embedding of the first {@code dim} components. */
    static void rotary(CaseBuilder to, String style, double theta, int dim, Map<String, Object> scaling) {
        to.attribute("rope", Map.of("style", style, "theta", theta, "dim", (long) dim, "scaling", scaling));
    }

    /** The next even number below, but at least 2. */
    private static int even(int size) {
        return Math.max(2, size / 2 * 2);
    }

    /** Removes every second head. */
    private static HostTensor gates(int heads) {
        float[] gates = new float[heads];
        for (int h = 0; h < heads; h++) {
            gates[h] = h % 2 == 0 ? 0.5f + h : 0;
        }
        return HostTensor.of(gates, heads);
    }

    /** The queries of heads that are gone are no numbers. */
    private static void poisonGated(CaseBuilder to, Shape shape) {
        HostTensor gates = to.input("head_gate");
        float[] queries = to.input("w_q").toFloats();
        int head = shape.size() * shape.width();
        for (int h = 0; h < shape.heads(); h++) {
            if (gates.getFloat(h) == 0) {
                Arrays.fill(queries, h * head, (h + 1) * head, Float.NaN);
            }
        }
        to.input("w_q", HostTensor.of(queries, to.input("w_q").shape()));
    }

    static void biases(CaseBuilder to, Shape shape) {
        to.random("b_q", 0.5, (long) shape.heads() * shape.size())
                .random("b_k", 0.5, (long) shape.kvHeads() * shape.size())
                .random("b_v", 0.5, (long) shape.kvHeads() * shape.valueSize())
                .random("b_o", 0.5, shape.width());
    }
}
