package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HostTensor;
import org.clattention.reference.AttentionProblem;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceAttention;
import org.clattention.reference.ReferenceResult;
import org.clattention.reference.ScoreStage;
import org.clattention.reference.TensorSet;

/**
 * The operation {@code attention}: ONNX {@code Attention} (opset 25), and our {@code sinks}, {@code alibi_slopes} and
 * {@code log_sum_exp}, and with the attribute {@code top_keys} the {@link WeightSummaries}. {@code softmax_precision} is accepted and changes nothing: everything is float64.
 */
final class ReferenceAttentionOperator {
    private ReferenceAttentionOperator() {}

    static Map<String, RefTensor> run(TensorSet in, Attributes attributes, Set<String> wanted) {
        attributes.requireKnown(Set.of(
                "scale",
                "is_causal",
                "softcap",
                "left_window_size",
                "right_window_size",
                "q_num_heads",
                "kv_num_heads",
                "qk_matmul_output_mode",
                "softmax_precision",
                WeightSummaries.TOP_KEYS));
        in.requireKnown(Set.of(
                "Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen", "sinks", "alibi_slopes"));
        int heads = attributes.getInt("q_num_heads", 0);
        int kvHeads = attributes.getInt("kv_num_heads", 0);
        CaseHeadLayout query = CaseHeadLayout.of("Q", in.real("Q"), heads, "q_num_heads");
        CaseHeadLayout key = CaseHeadLayout.of("K", in.real("K"), kvHeads, "kv_num_heads");
        CaseHeadLayout value = CaseHeadLayout.of("V", in.real("V"), kvHeads, "kv_num_heads");
        if (key.flat() != query.flat() || value.flat() != query.flat()) {
            throw new IllegalArgumentException("Q, K, V: must all be 3-D or all be 4-D");
        }
        HostTensor lengths =
                in.findIntegers("nonpad_kv_seqlen", "[B]", query.heads().dim(0));
        boolean summaries = attributes.has(WeightSummaries.TOP_KEYS);
        ScoreStage stage =
                summaries ? ScoreStage.WEIGHTS : ScoreStage.ofMode(attributes.getInt("qk_matmul_output_mode", 0));
        if (summaries && wanted.contains("qk_matmul_output")) {
            throw new UnsupportedCaseException("scores together with summaries of the weights");
        }
        ReferenceResult result =
                ReferenceAttention.attend(AttentionProblem.of(query.heads(), key.heads(), value.heads())
                        .past(
                                in.has("past_key") ? in.real("past_key") : null,
                                in.has("past_value") ? in.real("past_value") : null)
                        .mask(in.find("attn_mask"))
                        .lengths(lengths)
                        .sinks(in.has("sinks") ? in.real("sinks") : null)
                        .alibiSlopes(in.has("alibi_slopes") ? in.real("alibi_slopes") : null)
                        .options(options(attributes, lengths != null && !in.has("past_key")))
                        .wantedScores(summaries || wanted.contains("qk_matmul_output") ? stage : null)
                        .build());
        Map<String, RefTensor> out = new HashMap<>();
        out.put("Y", query.restore(result.output()));
        out.put("present_key", result.presentKey());
        out.put("present_value", result.presentValue());
        out.put("log_sum_exp", result.logSumExp());
        if (summaries && result.scores() != null) {
            out.putAll(WeightSummaries.of(result.scores(), attributes.getInt(WeightSummaries.TOP_KEYS, 0)));
        } else if (result.scores() != null) {
            out.put("qk_matmul_output", result.scores());
        }
        return out;
    }

    private static AttentionOptions options(Attributes attributes, boolean externalCache) {
        return new AttentionOptions(
                attributes.has("scale") ? OptionalDouble.of(attributes.getDouble("scale", 0)) : OptionalDouble.empty(),
                attributes.getBoolean("is_causal", false),
                externalCache ? CausalAlignment.LENGTHS : CausalAlignment.TOP_LEFT,
                attributes.getInt("left_window_size", -1),
                attributes.getInt("right_window_size", -1),
                attributes.getDouble("softcap", 0));
    }
}
