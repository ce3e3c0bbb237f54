package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.clattention.HostTensor;
import org.clattention.reference.AttentionProblem;
import org.clattention.reference.Heads;
import org.clattention.reference.LayerOptions;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceAttention;
import org.clattention.reference.ScoreStage;
import org.clattention.reference.TensorSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers golden cases in plain single precision, every operation rounded to float, every sum from left to right: the
 * yardstick of {@link Tolerance}. It takes masks and biases from the float64 reference, so it says how much precision is
 * lost and nothing about who attends to whom. Operations: {@code attention} without a past, {@code multi_head_attention}
 * without rotation, normalization, past and gates, {@code softmax}.
 */
public final class PlainRunner implements CaseRunner {
    private static final Set<String> LAYER_INPUTS = Set.of(
            "x", "memory", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o", "attn_mask", "nonpad_kv_seqlen");

    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase) {
        TensorSet in = new TensorSet(goldenCase.inputs());
        Attributes attributes = goldenCase.attributes();
        Map<String, RefTensor> results = switch (goldenCase.op()) {
            case "attention" -> attention(in, attributes);
            case "multi_head_attention" -> layer(in, attributes);
            case "softmax" -> Map.of("y", softmax(in.real("x"), attributes.getInt("axis", -1)));
            default -> throw new UnsupportedCaseException("no plain computation of " + goldenCase.op());
        };
        Map<String, HostTensor> out = new HashMap<>();
        results.forEach((name, tensor) -> out.put(name, tensor.toHost()));
        return out;
    }

    private static Map<String, RefTensor> attention(TensorSet in, Attributes attributes) {
        if (in.has("past_key")) {
            throw new UnsupportedCaseException("no plain computation with a past");
        }
        HeadLayout query = HeadLayout.of("Q", in.real("Q"), attributes.getInt("q_num_heads", 0), "q_num_heads");
        HeadLayout key = HeadLayout.of("K", in.real("K"), attributes.getInt("kv_num_heads", 0), "kv_num_heads");
        HeadLayout value = HeadLayout.of("V", in.real("V"), attributes.getInt("kv_num_heads", 0), "kv_num_heads");
        double scale = attributes.getDouble("scale", 1 / Math.sqrt(query.heads().dim(3)));
        PlainAttention plain = new PlainAttention(
                query.heads(),
                key.heads(),
                value.heads(),
                (float) scale,
                (float) attributes.getDouble("softcap", 0),
                PlainAttention.bias(scores(in, attributes, 1), scores(in, attributes, 2)),
                in.has("sinks") ? in.real("sinks") : null);
        RefTensor wanted = switch (ScoreStage.ofMode(attributes.getInt("qk_matmul_output_mode", 0))) {
            case SCALED -> plain.scaled();
            case SOFTCAPPED -> plain.capped();
            case BIASED -> plain.biased();
            case WEIGHTS -> plain.weights();
        };
        return Map.of("Y", query.restore(plain.output()), "log_sum_exp", plain.logSumExp(), "qk_matmul_output", wanted);
    }

    private static RefTensor scores(TensorSet in, Attributes attributes, long mode) {
        Map<String, Object> changed = new HashMap<>(attributes.asMap());
        changed.put("qk_matmul_output_mode", mode);
        Set<String> wanted = Set.of("qk_matmul_output");
        RefTensor scores = ReferenceAttentionOperator.run(in, new Attributes(changed), wanted)
                .get("qk_matmul_output");
        if (scores == null) {
            throw new IllegalStateException("the reference returned no scores");
        }
        return scores;
    }

    private static Map<String, RefTensor> layer(TensorSet in, Attributes attributes) {
        in.requireKnown(LAYER_INPUTS);
        LayerOptions options = ReferenceAttributes.layer(attributes);
        if (options.rotary() != null) {
            throw new UnsupportedCaseException("no plain computation with rotary embedding");
        }
        RefTensor x = in.real("x");
        RefTensor source = in.has("memory") ? in.real("memory") : x;
        RefTensor query = Heads.split("w_q", linear(x, in.get("w_q"), in.find("b_q")), options.heads());
        RefTensor key = Heads.split("w_k", linear(source, in.get("w_k"), in.find("b_k")), options.kvHeads());
        RefTensor value = Heads.split("w_v", linear(source, in.get("w_v"), in.find("b_v")), options.kvHeads());
        AttentionProblem.Builder problem = AttentionProblem.of(query, key, value)
                .mask(in.find("attn_mask"))
                .lengths(in.find("nonpad_kv_seqlen"))
                .options(options.attention());
        PlainAttention plain = new PlainAttention(
                query,
                key,
                value,
                (float) options.attention().scaleFor(query.dim(3)),
                (float) options.attention().softcap(),
                PlainAttention.bias(scores(problem, ScoreStage.SOFTCAPPED), scores(problem, ScoreStage.BIASED)),
                null);
        RefTensor y = linear(Heads.merge(plain.output()), in.get("w_o"), in.find("b_o"));
        return Map.of("y", y, "weights", plain.weights());
    }

    private static RefTensor scores(AttentionProblem.Builder problem, ScoreStage stage) {
        RefTensor scores =
                ReferenceAttention.attend(problem.wantedScores(stage).build()).scores();
        if (scores == null) {
            throw new IllegalStateException("the reference returned no scores");
        }
        return scores;
    }

    /** x·weightᵀ + bias in single precision. */
    private static RefTensor linear(RefTensor x, HostTensor weight, @Nullable HostTensor bias) {
        int in = x.dim(-1);
        int out = Math.toIntExact(weight.dim(0));
        float[] input = PlainAttention.floats(x);
        int rows = input.length / in;
        double[] y = new double[rows * out];
        IntStream.range(0, out).parallel().forEach(o -> {
            float[] w = weight.rows(o, o + 1).toFloats();
            for (int r = 0; r < rows; r++) {
                float sum = 0;
                for (int k = 0; k < in; k++) {
                    sum += input[r * in + k] * w[k];
                }
                y[r * out + o] = bias == null ? sum : sum + bias.getFloat(o);
            }
        });
        int[] shape = x.shape();
        shape[shape.length - 1] = out;
        return new RefTensor(y, shape);
    }

    private static RefTensor softmax(RefTensor x, int axis) {
        int at = axis < 0 ? axis + x.rank() : axis;
        int columns = x.dim(at);
        int inner = 1;
        for (int i = at + 1; i < x.rank(); i++) {
            inner *= x.dim(i);
        }
        RefTensor y = RefTensor.zeros(x.shape());
        int rows = columns == 0 ? 0 : x.values().length / columns;
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            int start = r / inner * columns * inner + r % inner;
            for (int j = 0; j < columns; j++) {
                row[j] = (float) x.values()[start + j * inner];
            }
            PlainAttention.softmax(row, Float.NEGATIVE_INFINITY);
            for (int j = 0; j < columns; j++) {
                y.values()[start + j * inner] = row[j];
            }
        }
        return y;
    }
}
