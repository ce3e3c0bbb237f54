package org.clattention.verify;

import java.util.List;
import org.clattention.verify.SmokeCase.Answer;
import org.clattention.verify.SmokeLayers.Shape;

/** Layers with the sizes of published models, as long as the time for the reference allows. */
final class SmokeConfigurations {
    static final String PART = "configurations";

    private static final List<Configuration> ALL = List.of(
            new Configuration("transformer-base", 512, 8, 8, 64, false),
            new Configuration("bert-base", 768, 12, 12, 64, false),
            new Configuration("gpt2", 768, 12, 12, 64, true),
            new Configuration("512-heads-of-1", 512, 512, 512, 1, false),
            new Configuration("1-head-of-512", 512, 1, 1, 512, false),
            new Configuration("llama-2-7b", 4096, 32, 32, 128, true),
            new Configuration("llama-3-8b", 4096, 32, 8, 128, true),
            new Configuration("llama-2-70b", 8192, 64, 8, 128, true),
            new Configuration("gpt-3", 12288, 96, 96, 128, true));

    private SmokeConfigurations() {}

    /** @param causal whether the model decodes from left to right */
    private record Configuration(String name, int width, int heads, int kvHeads, int size, boolean causal) {
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
            int length = (int) Math.max(2, Math.min(longest, flops / (2.0 * c.weights())));
            Shape shape = new Shape(1, length, c.width(), c.heads(), c.kvHeads(), c.size(), c.size());
            String name = c.name() + "-s" + length;
            out.add(new SmokeCase(name, PART, Answer.REFERENCE, c.width(), need(c, length), () -> {
                CaseBuilder builder = new CaseBuilder(name, "multi_head_attention", seed);
                SmokeLayers.weights(builder, shape, c.width());
                return builder.attribute("causal", c.causal()).wants("y").build();
            }));
        }
    }

    private static MemoryNeed need(Configuration c, int length) {
        long rows = (long) (c.heads() + 2 * c.kvHeads()) * c.size();
        long activations = length * (4L * c.width() + 2 * rows) + (long) c.heads() * length * length;
        long packed = rows * c.width();
        // The reference holds what the device holds, in doubles and several times over, but the weights once, as
        // floats.
        return new MemoryNeed(
                4 * (c.weights() + activations), 4 * packed, 4 * c.weights() + 16 * Float.BYTES * activations);
    }
}
