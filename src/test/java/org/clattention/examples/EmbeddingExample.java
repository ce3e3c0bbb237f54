package org.clattention.examples;

import java.nio.file.Path;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.RotaryConfig;
import org.clattention.io.SafetensorsFile;

/** The program of the README. */
final class EmbeddingExample {
    private EmbeddingExample() {}

    // README: begin
    /** The attention of one Llama layer: a prompt at once, then one more token. */
    static float[] promptAndOneToken(Path model, float[] prompt, int length, float[] next) {
        SafetensorsFile file = SafetensorsFile.open(model); // read piece by piece; F32, F16 or BF16 as it comes
        String layer0 = "model.layers.0.self_attn.";
        AttentionWeights weights = AttentionWeights.of(
                file.tensor(layer0 + "q_proj.weight"),
                file.tensor(layer0 + "k_proj.weight"),
                file.tensor(layer0 + "v_proj.weight"),
                file.tensor(layer0 + "o_proj.weight"));
        AttentionConfig config = AttentionConfig.of(64, 4) // width 64, 4 heads of 16
                .withKvHeads(2)
                .withCausal(true)
                .withRotary(RotaryConfig.of(RotaryConfig.Style.HALF, 10000));

        try (AttentionEngine engine = AttentionEngine.open();
                MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                KvCache cache = layer.newCache(CacheOptions.contiguous(1, 128));
                Tensor x = engine.tensor(prompt, 1, length, 64);
                AttentionResult prefill = layer.forward(AttentionInputs.of(x).withCache(cache));
                Tensor token = engine.tensor(next, 1, 1, 64);
                AttentionResult step = layer.forward(AttentionInputs.of(token).withCache(cache))) {
            System.out.println(prefill.output() + ", then " + cache.length(0) + " tokens are cached");
            return step.output().toFloats();
        }
    }
    // README: end
}
