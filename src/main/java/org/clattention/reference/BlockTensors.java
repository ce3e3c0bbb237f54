package org.clattention.reference;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockWeights;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.config.RotaryConfig;
import org.jspecify.annotations.Nullable;

/** Settings and weights of the public API under the names that the reference knows. */
final class BlockTensors {
    private BlockTensors() {}

    static Map<String, HostTensor> of(BlockWeights block) {
        Map<String, HostTensor> out = new HashMap<>();
        if (block.attention() instanceof LatentWeights latent) {
            latent(out, latent);
        } else {
            layer(out, (AttentionWeights) block.attention());
        }
        put(out, "norm1_weight", block.norm1Weight());
        put(out, "norm1_bias", block.norm1Bias());
        put(out, "norm2_weight", block.norm2Weight());
        put(out, "norm2_bias", block.norm2Bias());
        put(out, "attention_norm_weight", block.attentionNorm());
        put(out, "feed_forward_norm_weight", block.feedForwardNorm());
        put(out, "w_gate", block.gate());
        put(out, "b_gate", block.gateBias());
        put(out, "w_up", block.up());
        put(out, "b_up", block.upBias());
        put(out, "w_down", block.down());
        put(out, "b_down", block.downBias());
        return out;
    }

    private static void layer(Map<String, HostTensor> out, AttentionWeights weights) {
        put(out, "w_q", weights.query());
        put(out, "w_k", weights.key());
        put(out, "w_v", weights.value());
        put(out, "w_o", weights.output());
        put(out, "b_q", weights.queryBias());
        put(out, "b_k", weights.keyBias());
        put(out, "b_v", weights.valueBias());
        put(out, "b_o", weights.outputBias());
        put(out, "q_norm", weights.extras().queryNorm());
        put(out, "k_norm", weights.extras().keyNorm());
        put(out, "sinks", weights.extras().sinks());
        put(out, "alibi_slopes", weights.extras().alibiSlopes());
        put(out, "head_gate", weights.extras().headGate());
    }

    private static void latent(Map<String, HostTensor> out, LatentWeights weights) {
        put(out, "w_q", weights.query());
        put(out, "w_q_a", weights.queryDown());
        put(out, "q_a_norm", weights.queryNorm());
        put(out, "w_q_b", weights.queryUp());
        put(out, "w_kv_a", weights.latentDown());
        put(out, "kv_a_norm", weights.latentNorm());
        put(out, "w_kv_b", weights.latentUp());
        put(out, "w_o", weights.output());
    }

    private static void put(Map<String, HostTensor> out, String name, @Nullable HostTensor tensor) {
        if (tensor != null) {
            out.put(name, tensor);
        }
    }

    static LayerOptions options(AttentionConfig config) {
        return new LayerOptions(
                config.numHeads(),
                config.numKvHeads(),
                config.options(),
                config.normEpsilon(),
                rotary(config.rotary()));
    }

    static LatentOptions options(LatentConfig config) {
        return new LatentOptions(
                config.numHeads(),
                config.nopeHeadSize(),
                config.ropeHeadSize(),
                config.valueHeadSize(),
                config.latentSize(),
                config.queryLatentSize(),
                OptionalDouble.of(config.scale()),
                config.options().causal(),
                config.normEpsilon(),
                rotary(config.rotary()));
    }

    private static @Nullable RotaryOptions rotary(@Nullable RotaryConfig rotary) {
        return rotary == null
                ? null
                : new RotaryOptions(
                        rotary.style() == RotaryConfig.Style.INTERLEAVED,
                        rotary.theta(),
                        rotary.dim(),
                        scaling(rotary.scaling()));
    }

    private static ReferenceRotaryScaling scaling(org.clattention.config.RotaryScaling scaling) {
        if (scaling instanceof org.clattention.config.RotaryScaling.Linear s) {
            return new ReferenceRotaryScaling.Linear(s.factor());
        }
        if (scaling instanceof org.clattention.config.RotaryScaling.Llama3 s) {
            return new ReferenceRotaryScaling.Llama3(
                    s.factor(), s.lowFreqFactor(), s.highFreqFactor(), s.originalContext());
        }
        if (scaling instanceof org.clattention.config.RotaryScaling.Yarn s) {
            return new ReferenceRotaryScaling.Yarn(
                    s.factor(), s.originalContext(), s.betaFast(), s.betaSlow(), s.attentionFactor());
        }
        return ReferenceRotaryScaling.none();
    }
}
