package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceLayer;
import org.clattention.reference.ScoreStage;
import org.clattention.reference.TensorSet;

/**
 * Answers golden cases in plain single precision, every operation rounded to float, every sum of products from left to
 * right: the yardstick of {@link Tolerance}. It takes masks, biases, angles and functions from the float64 reference, so it
 * says how much precision is lost and nothing about who attends to whom. All operations, without a past.
 */
public final class PlainRunner implements CaseRunner {
    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase) {
        return run(goldenCase, CallPlan.ONE_CALL);
    }

    /** The same whatever the calls, but keys and values have the precision of the plan's cache. */
    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase, CallPlan plan) {
        TensorSet in = new TensorSet(goldenCase.inputs());
        Attributes attributes = goldenCase.attributes();
        Map<String, RefTensor> results = switch (goldenCase.op()) {
            case "attention" -> attention(in, attributes);
            case "multi_head_attention" -> layer(in, attributes, plan.storedType());
            case "latent_attention" -> latent(in, attributes, plan.storedType());
            case "transformer_block" -> block(in, attributes, plan.storedType());
            case "softmax" -> Map.of("y", softmax(in.real("x"), attributes.getInt("axis", -1)));
            case "layer_normalization" -> PlainNorms.layerNormalization(in, attributes);
            case "rms_normalization" -> PlainNorms.rmsNormalization(in, attributes);
            case "rotary_embedding", "gelu", "swish" -> rounded(goldenCase);
            default -> throw new UnsupportedCaseException("no plain computation of " + goldenCase.op());
        };
        DataType type = typeOfInput(goldenCase);
        Map<String, HostTensor> out = new HashMap<>();
        results.forEach((name, tensor) -> {
            HostTensor host = tensor.toHost();
            // The output has the type of the input.
            boolean narrow = name.equalsIgnoreCase("y") && type != DataType.F32;
            out.put(name, narrow ? host.to(type) : host);
        });
        return out;
    }

    /** The storage type of x, or of the queries. */
    private static DataType typeOfInput(GoldenCase goldenCase) {
        HostTensor x = goldenCase.inputs().getOrDefault("x", goldenCase.inputs().get("Q"));
        return x == null ? DataType.F32 : CaseTensors.storage(x.type());
    }

    /** Short computations per element, rounded only at their end. */
    private static Map<String, RefTensor> rounded(GoldenCase goldenCase) {
        Map<String, RefTensor> out = new HashMap<>();
        new ReferenceRunner().run(goldenCase).forEach((name, tensor) -> {
            out.put(name, PlainSteps.round(RefTensor.of(tensor)));
        });
        return out;
    }

    private static Map<String, RefTensor> layer(TensorSet in, Attributes attributes, DataType stored) {
        in.requireKnown(PlainLayer.INPUTS);
        ReferenceLayer.Result result =
                PlainLayer.forward(ReferenceAttributes.layer(attributes), in, in.real("x"), stored);
        Map<String, RefTensor> out = new HashMap<>();
        out.put("y", result.y());
        out.put("weights", result.weights());
        out.put("present_key", result.presentKey());
        out.put("present_value", result.presentValue());
        return out;
    }

    private static Map<String, RefTensor> latent(TensorSet in, Attributes attributes, DataType stored) {
        if (in.has("past_latent")) {
            throw new UnsupportedCaseException("no plain computation with a past");
        }
        return PlainLatentAttention.forward(ReferenceAttributes.latent(attributes), in, stored);
    }

    private static Map<String, RefTensor> block(TensorSet in, Attributes attributes, DataType stored) {
        if (in.has("past_key")) {
            throw new UnsupportedCaseException("no plain computation with a past");
        }
        return Map.of("y", PlainBlock.forward(ReferenceAttributes.block(attributes), in, stored));
    }

    private static Map<String, RefTensor> attention(TensorSet in, Attributes attributes) {
        if (in.has("past_key")) {
            throw new UnsupportedCaseException("no plain computation with a past");
        }
        CaseHeadLayout query = CaseHeadLayout.of("Q", in.real("Q"), attributes.getInt("q_num_heads", 0), "q_num_heads");
        CaseHeadLayout key = CaseHeadLayout.of("K", in.real("K"), attributes.getInt("kv_num_heads", 0), "kv_num_heads");
        CaseHeadLayout value =
                CaseHeadLayout.of("V", in.real("V"), attributes.getInt("kv_num_heads", 0), "kv_num_heads");
        double scale = attributes.getDouble("scale", 1 / Math.sqrt(query.heads().dim(3)));
        PlainAttention plain = new PlainAttention(
                query.heads(),
                key.heads(),
                value.heads(),
                (float) scale,
                (float) attributes.getDouble("softcap", 0),
                bias(in, attributes, query.heads(), key.heads()),
                in.has("sinks") ? in.real("sinks") : null);
        RefTensor wanted = switch (ScoreStage.ofMode(attributes.getInt("qk_matmul_output_mode", 0))) {
            case SCALED -> plain.scaled();
            case SOFTCAPPED -> plain.capped();
            case BIASED -> plain.biased();
            case WEIGHTS -> plain.weights();
        };
        Map<String, RefTensor> out = new HashMap<>();
        if (attributes.has(WeightSummaries.TOP_KEYS)) {
            WeightSummaries.of(plain.weights(), attributes.getInt(WeightSummaries.TOP_KEYS, 0))
                    .forEach((name, tensor) -> out.put(name, PlainSteps.round(tensor)));
        }
        out.put("Y", query.restore(plain.output()));
        out.put("log_sum_exp", plain.logSumExp());
        out.put("qk_matmul_output", wanted);
        return out;
    }

    /** What masks and biases add to the scores: the scores of queries and keys that are all 0. */
    private static RefTensor bias(TensorSet in, Attributes attributes, RefTensor query, RefTensor key) {
        Map<String, Object> changed = new HashMap<>(attributes.asMap());
        changed.put("qk_matmul_output_mode", 2L);
        changed.remove(WeightSummaries.TOP_KEYS);
        changed.remove("q_num_heads");
        changed.remove("kv_num_heads");
        Map<String, HostTensor> inputs = new HashMap<>();
        for (String name : new String[] {"attn_mask", "nonpad_kv_seqlen", "sinks", "alibi_slopes"}) {
            HostTensor tensor = in.find(name);
            if (tensor != null) {
                inputs.put(name, tensor);
            }
        }
        HostTensor keys = PlainAttention.nothing(key).toHost();
        inputs.put("Q", PlainAttention.nothing(query).toHost());
        inputs.put("K", keys);
        inputs.put("V", keys);
        Set<String> wanted = Set.of("qk_matmul_output");
        RefTensor scores = ReferenceAttentionOperator.run(new TensorSet(inputs), new Attributes(changed), wanted)
                .get("qk_matmul_output");
        if (scores == null) {
            throw new IllegalStateException("the reference returned no scores");
        }
        return scores;
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
