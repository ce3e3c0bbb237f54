package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.AttentionResult;
import org.clattention.DotProductInputs;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HostTensor;
import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/** The operation {@code attention}: ONNX {@code Attention}, with our sinks, ALiBi and log-sum-exp. */
final class EngineAttention {
    private static final Set<String> ATTRIBUTES = Set.of(
            "scale",
            "is_causal",
            "softcap",
            "left_window_size",
            "right_window_size",
            "q_num_heads",
            "kv_num_heads",
            "qk_matmul_output_mode",
            "softmax_precision",
            WeightSummaries.TOP_KEYS);
    private static final Set<String> INPUTS =
            Set.of("Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen", "sinks", "alibi_slopes");

    /** The mode of {@code qk_matmul_output} that stands for the weights. */
    private static final int WEIGHTS_MODE = 3;

    private EngineAttention() {}

    static Map<String, HostTensor> run(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = goldenCase.attributes();
        attributes.requireKnown(ATTRIBUTES);
        tensors.requireKnown(INPUTS);
        Set<String> wanted = goldenCase.outputs().keySet();
        int mode = wanted.contains("qk_matmul_output") ? attributes.getInt("qk_matmul_output_mode", 0) : -1;
        ReturnOptions returned = new ReturnOptions(mode == WEIGHTS_MODE, stage(mode), wanted.contains("log_sum_exp"))
                .withSummaries(
                        wanted.contains(WeightSummaries.ENTROPY),
                        attributes.getInt(WeightSummaries.TOP_KEYS, 0),
                        wanted.contains(WeightSummaries.COLUMN_SUMS));
        DotProductInputs inputs = inputs(tensors, attributes).returning(returned);
        try (AttentionResult result =
                engine.dotProductAttention(options(attributes, tensors)).forward(inputs)) {
            Map<String, HostTensor> out = new HashMap<>();
            out.put("Y", CaseTensors.download(result.output()));
            put(out, "qk_matmul_output", mode == WEIGHTS_MODE ? result.weights() : result.scores());
            put(out, "log_sum_exp", result.logSumExp());
            put(out, WeightSummaries.ENTROPY, result.entropy());
            put(out, WeightSummaries.TOP_KEYS, result.topKeys());
            put(out, WeightSummaries.TOP_WEIGHTS, result.topWeights());
            put(out, WeightSummaries.COLUMN_SUMS, result.columnSums());
            put(out, "present_key", result.presentKey());
            put(out, "present_value", result.presentValue());
            // Without a past nothing was appended: keys and values are where they were.
            if (result.presentKey() == null && wanted.contains("present_key")) {
                out.put("present_key", present("K", tensors, attributes));
            }
            if (result.presentValue() == null && wanted.contains("present_value")) {
                out.put("present_value", present("V", tensors, attributes));
            }
            return out;
        }
    }

    /** Keys or values of a call without a past, as the device holds them, head by head: [B, Hkv, T, size]. */
    private static HostTensor present(String name, CaseTensors tensors, Attributes attributes) {
        HostTensor rows = CaseTensors.download(tensors.upload(name));
        if (rows.rank() == 4) {
            return rows;
        }
        int heads = attributes.getInt("kv_num_heads", 0);
        int length = Math.toIntExact(rows.dim(1));
        int size = Math.toIntExact(rows.dim(2)) / heads;
        double[] merged = rows.toDoubles();
        double[] split = new double[merged.length];
        for (int n = 0; n < split.length; n++) {
            int row = n / size;
            int token = row / (heads * length) * length + row % length;
            split[n] = merged[(token * heads + row / length % heads) * size + n % size];
        }
        return HostTensor.ofDoubles(split, rows.dim(0), heads, length, size).to(rows.type());
    }

    private static DotProductInputs inputs(CaseTensors tensors, Attributes attributes) {
        Tensor q = tensors.upload("Q");
        Tensor k = tensors.upload("K");
        Tensor v = tensors.upload("V");
        DotProductInputs inputs = q.rank() == 3
                ? DotProductInputs.merged(
                        q, k, v, attributes.getInt("q_num_heads", 0), attributes.getInt("kv_num_heads", 0))
                : DotProductInputs.of(q, k, v);
        return inputs.withMasks(tensors.masks())
                .withPast(tensors.uploadIfPresent("past_key"), tensors.uploadIfPresent("past_value"))
                .withSinks(tensors.uploadAsFloatsIfPresent("sinks"))
                .withAlibi(tensors.uploadAsFloatsIfPresent("alibi_slopes"));
    }

    private static AttentionOptions options(Attributes attributes, CaseTensors tensors) {
        return new AttentionOptions(
                attributes.has("scale") ? OptionalDouble.of(attributes.getDouble("scale", 0)) : OptionalDouble.empty(),
                attributes.getBoolean("is_causal", false),
                tensors.find("nonpad_kv_seqlen") != null && tensors.find("past_key") == null
                        ? CausalAlignment.LENGTHS
                        : CausalAlignment.TOP_LEFT,
                attributes.getInt("left_window_size", -1),
                attributes.getInt("right_window_size", -1),
                attributes.getDouble("softcap", 0));
    }

    private static @Nullable ScoresStage stage(int mode) {
        return switch (mode) {
            case 0 -> ScoresStage.SCALED;
            case 1 -> ScoresStage.CAPPED;
            case 2 -> ScoresStage.MASKED;
            case -1, WEIGHTS_MODE -> null;
            default ->
                throw new IllegalArgumentException("attribute qk_matmul_output_mode: " + mode + " must be 0 to 3");
        };
    }

    private static void put(Map<String, HostTensor> out, String name, @Nullable Tensor tensor) {
        if (tensor != null) {
            out.put(name, CaseTensors.download(tensor));
        }
    }
}
