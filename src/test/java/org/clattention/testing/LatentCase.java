package org.clattention.testing;

import java.util.OptionalDouble;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.LatentAttention;
import org.clattention.Tensor;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;

/**
 * A generated layer of latent attention and one call of it.
 *
 * @param x [B, S, D]
 * @param lengths real keys of each sequence, or null
 * @param stored the type that latents and shared keys are rounded to
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record LatentCase(
        String name, LatentConfig config, LatentWeights weights, HostTensor x, int[] lengths, DataType stored) {

    /** The case of this name, for example {@code latent-small-42}. */
    public static LatentCase of(String name) {
        CaseRandom random = LayerCases.random(name);
        CaseSize size = LayerCases.size(name);
        boolean tiny = size == CaseSize.TINY;
        int batch = random.oneOf(1, 2);
        int length = Math.min(size.length(random), 160);
        int[] lengths = random.chance(0.3) ? AttentionCases.lengths(random, batch, length) : new int[0];
        AttentionOptions options = new AttentionOptions(
                random.chance(0.3) ? OptionalDouble.of(random.between(0.1, 1)) : OptionalDouble.empty(),
                random.chance(0.6),
                CausalAlignment.TOP_LEFT,
                random.chance(0.3) ? random.upTo(length) : -1,
                random.chance(0.2) ? random.upTo(length) : -1,
                random.chance(0.2) ? random.between(1, 30) : 0);
        LatentConfig config = config(random, options, tiny ? 6 : 40, false);
        DataType type = StorageTypes.any(random);
        HostTensor x = LayerCases.tensor(random, 1.7, batch, length, config.modelWidth())
                .to(type);
        return new LatentCase(name, config, weights(random, config), x, lengths, DataType.F32);
    }

    /**
     * A layer of any shape.
     *
     * @param blocks whether what it caches must be whole blocks of 32
     */
    static LatentConfig config(CaseRandom random, AttentionOptions options, int most, boolean blocks) {
        int dr = blocks ? 32 : 2 * (1 + random.upTo(most / 4));
        return new LatentConfig(
                1 + random.upTo(most),
                random.oneOf(1, 2, 3),
                1 + random.upTo(most),
                dr,
                1 + random.upTo(most),
                blocks ? random.oneOf(32, 64) : 1 + random.upTo(most),
                random.chance(0.5) ? 0 : 1 + random.upTo(most),
                options,
                LayerCases.rotary(random, dr),
                1e-6,
                random.oneOf(LatentConfig.Form.class));
    }

    /** Its weights, in any type. */
    static LatentWeights weights(CaseRandom random, LatentConfig c) {
        DataType type = StorageTypes.any(random);
        int rq = c.queryLatentSize();
        return new LatentWeights(
                rq > 0 ? null : matrix(random, type, c.queryWidth(), c.modelWidth()),
                rq == 0 ? null : matrix(random, type, rq, c.modelWidth()),
                rq == 0 ? null : LayerCases.tensor(random, 1.5, rq),
                rq == 0 ? null : matrix(random, type, c.queryWidth(), rq),
                matrix(random, type, c.cachedSize(), c.modelWidth()),
                LayerCases.tensor(random, 1.5, c.latentSize()),
                matrix(random, type, c.expandedWidth(), c.latentSize()),
                matrix(random, type, c.modelWidth(), c.numHeads() * c.valueHeadSize()));
    }

    private static HostTensor matrix(CaseRandom random, DataType type, int rows, int columns) {
        return LayerCases.tensor(random, 1.7 / Math.sqrt(columns), rows, columns)
                .to(type);
    }

    /** Runs the case; says what disagrees, nothing if nothing does. */
    public String check(AttentionEngine engine) {
        try (LatentAttention layer = engine.latentAttention(config, weights);
                Tensor rows = engine.tensor(x);
                AttentionResult result = layer.forward(inputs(rows))) {
            String problem =
                    LatentExpectation.of(this).checkLast((int) x.dim(1), EngineAnswers.doubles(result.output()));
            return problem.isEmpty() ? "" : "-Dclattention.case=" + name + problem;
        }
    }

    private AttentionInputs inputs(Tensor rows) {
        AttentionInputs inputs = AttentionInputs.of(rows);
        return lengths.length == 0 ? inputs : inputs.withLengths(lengths);
    }

    /** The same layer over another input, with rows stored in another type. */
    public LatentCase over(HostTensor newX, DataType type) {
        return new LatentCase(name, config, weights, newX, lengths, type);
    }
}
