package org.clattention.testing;

import org.clattention.AttentionEngine;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;

/**
 * Layers with weights in blocks of 32, all else F32: each combination of types is a kernel to compile. The reference takes the very numbers that the blocks stand for, so results must agree as
 * closely as with F32 weights.
 */
public final class QuantizedCases {
    private QuantizedCases() {}

    static DataType type(CaseRandom random) {
        return random.chance(0.5) ? DataType.Q8_0 : DataType.Q4_0;
    }

    /** Runs the multi-head attention case of this name; says what disagrees, nothing if nothing does. */
    public static String layer(AttentionEngine engine, String name) {
        return LayerAnswers.check(engine, layer(name));
    }

    private static LayerCase layer(String name) {
        CaseRandom random = LayerCases.random(name);
        int kvHeads = random.oneOf(1, 2, 3);
        int heads = kvHeads * random.oneOf(1, 2, 4);
        int d = random.oneOf(3, 8, 20, 32);
        int batch = random.oneOf(1, 2);
        int queries = random.oneOf(1, 2, 3, 5, 17, 33);
        boolean cross = random.chance(0.4);
        int keys = cross ? random.oneOf(1, 7, 32) : queries;
        int width = random.oneOf(32, 64, 96);
        AttentionConfig config = new AttentionConfig(
                        width,
                        cross ? random.oneOf(32, width) : width,
                        1 + random.upTo(70),
                        heads,
                        kvHeads,
                        d,
                        // All value heads together are whole blocks.
                        32 / Math.min(32, Integer.lowestOneBit(heads)) * random.oneOf(1, 3),
                        AttentionCases.options(random, keys, false))
                .withRotary(cross ? null : LayerCases.rotary(random, d));
        AttentionWeights weights = LayerCases.weights(random, config);
        AttentionWeights blocks = weights.to(type(random));
        if (random.chance(0.15)) {
            // Matrices of several types in one projection.
            blocks = new AttentionWeights(
                    blocks.query(),
                    weights.key(),
                    blocks.value(),
                    blocks.output(),
                    blocks.queryBias(),
                    blocks.keyBias(),
                    blocks.valueBias(),
                    blocks.outputBias(),
                    blocks.extras());
        }
        HostTensor memory = cross ? LayerCases.tensor(random, 1.7, batch, keys, config.memoryWidth()) : null;
        return new LayerCase(
                name,
                config,
                blocks,
                LayerCases.tensor(random, 1.7, batch, queries, width),
                memory,
                null,
                null,
                null,
                null,
                StorageTypes.FLOATS,
                -1,
                random.chance(0.3),
                null,
                random.chance(0.3));
    }

    /** Runs the latent attention case of this name; says what disagrees, nothing if nothing does. */
    public static String latent(AttentionEngine engine, String name) {
        CaseRandom random = LayerCases.random(name);
        int length = random.oneOf(1, 2, 5, 18);
        int dr = 2 * (1 + random.upTo(10));
        int heads = random.oneOf(1, 2, 4);
        LatentConfig config = new LatentConfig(
                random.oneOf(32, 96),
                heads,
                1 + random.upTo(30),
                dr,
                32 / heads * random.oneOf(1, 2),
                random.oneOf(32, 64),
                random.oneOf(0, 32, 64),
                AttentionOptions.DEFAULT.withCausal(random.chance(0.5)),
                LayerCases.rotary(random, dr),
                1e-6,
                random.oneOf(LatentConfig.Form.class));
        return new LatentCase(
                        name,
                        config,
                        LatentCase.weights(random, config).to(type(random)),
                        LayerCases.tensor(random, 1.7, random.oneOf(1, 2), length, config.modelWidth()),
                        new int[0],
                        DataType.F32)
                .check(engine);
    }
}
