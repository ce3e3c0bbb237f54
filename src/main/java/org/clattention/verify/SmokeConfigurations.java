package org.clattention.verify;

import java.util.List;
import java.util.Map;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;
import org.clattention.verify.SmokeLayers.Shape;

/**
 * Whole layers with the sizes of published models, each as a prompt and a decoding step through a cache. The lengths are what
 * the time for the reference allows.
 */
final class SmokeConfigurations {
    static final String PART = "configurations";

    private static final List<Configuration> ALL = List.of(
            new Configuration("transformer-base", 512, 8, 8, 64, false, 0, DataType.F32),
            new Configuration("bert-base", 768, 12, 12, 64, false, 0, DataType.F32),
            new Configuration("gpt2", 768, 12, 12, 64, true, 0, DataType.F32),
            new Configuration("512-heads-of-1", 512, 512, 512, 1, false, 0, DataType.F32),
            new Configuration("1-head-of-512", 512, 1, 1, 512, false, 0, DataType.F32),
            new Configuration("llama-2-7b", 4096, 32, 32, 128, true, 1e4, DataType.F32),
            new Configuration("llama-3-8b", 4096, 32, 8, 128, true, 5e5, DataType.F32),
            new Configuration("llama-2-70b", 8192, 64, 8, 128, true, 1e4, DataType.BF16),
            new Configuration("gpt-3", 12288, 96, 96, 128, true, 0, DataType.BF16));

    /** A prompt of two tokens and a decoding step. */
    private static final int SHORTEST = 3;

    private SmokeConfigurations() {}

    /**
     * A model's layer.
     *
     * @param causal whether the model decodes from left to right
     * @param theta of the rotary embedding; 0 for none
     * @param type of the weights
     */
    private record Configuration(
            String name, int width, int heads, int kvHeads, int size, boolean causal, double theta, DataType type) {
        long weights() {
            return 2L * width * size * (heads + kvHeads);
        }
    }

    /**
     * All configurations.
     *
     * @param flops how much the reference may compute for each
     * @param longest limit of the length
     */
    static void add(List<SmokeCase> out, double flops, int longest, long seed) {
        for (Configuration c : ALL) {
            int length = (int) Math.max(SHORTEST, Math.min(longest, flops / (2.0 * c.weights())));
            String name = c.name() + "-s" + (length - 1) + "+1";
            CallPlan plan = CallPlan.cached(CacheOptions.contiguous(1, length), length - 1, 1);
            out.add(new SmokeCase(
                    name,
                    PART,
                    Answer.REFERENCE,
                    c.width(),
                    need(c, length),
                    plan,
                    () -> layer(c, name, length, seed)));
        }
    }

    private static GoldenCase layer(Configuration c, String name, int length, long seed) {
        CaseBuilder to = new CaseBuilder(name, "multi_head_attention", seed);
        SmokeLayers.weights(
                to, new Shape(1, length, c.width(), c.heads(), c.kvHeads(), c.size(), c.size()), c.width(), c.type());
        if (c.causal()) {
            to.attribute("causal", true);
        } else {
            to.input("attn_mask", promptFirst(length));
        }
        if (c.theta() > 0) {
            LayerVariant.rotary(to, "half", c.theta(), c.size(), Map.of("type", "none"));
        }
        return to.wants("y").build();
    }

    /** The prompt attends to the whole prompt, and the token after it to everything. */
    private static HostTensor promptFirst(int length) {
        boolean[] attend = new boolean[length * length];
        for (int i = 0; i < attend.length; i++) {
            attend[i] = i / length == length - 1 || i % length < length - 1;
        }
        return HostTensor.ofBooleans(attend, length, length);
    }

    private static MemoryNeed need(Configuration c, int length) {
        long rows = (long) (c.heads() + 2 * c.kvHeads()) * c.size();
        long activations = length * (4L * c.width() + 2 * rows) + (long) c.heads() * length * length;
        long bytes = c.type().bytes();
        // The reference holds everything that the device holds, as doubles and several times over, but the weights
        // once, as they
        // are.
        return new MemoryNeed(
                bytes * c.weights() + Float.BYTES * activations,
                bytes * rows * c.width(),
                bytes * c.weights() + 16 * Float.BYTES * activations);
    }
}
