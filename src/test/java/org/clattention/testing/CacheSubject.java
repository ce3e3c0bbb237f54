package org.clattention.testing;

import java.util.OptionalDouble;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.LatentAttention;
import org.clattention.MultiHeadAttention;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;

/** A layer whose caches are tested. */
public interface CacheSubject extends AutoCloseable {
    /** D. */
    int width();

    /** The layer's left window; −1 for none. */
    int leftWindow();

    /** An empty cache. */
    KvCache newCache(CacheOptions options);

    /** One call. */
    AttentionResult forward(AttentionInputs inputs);

    /**
     * Compares the last rows of a sequence with the reference over the whole sequence in one pass.
     *
     * @param history [1, T, D]
     * @param stored the type of the cache
     * @return what disagrees; empty if nothing does
     */
    String check(HostTensor history, int rows, double[] got, DataType stored);

    @Override
    void close();

    /** A random causal layer; with a window if asked. */
    static CacheSubject of(AttentionEngine engine, String name, boolean windowed) {
        CaseRandom random = LayerCases.random(name);
        AttentionOptions options = new AttentionOptions(
                OptionalDouble.empty(),
                true,
                CausalAlignment.TOP_LEFT,
                windowed || random.chance(0.3) ? random.upTo(6) : -1,
                -1,
                random.chance(0.2) ? random.between(2, 20) : 0);
        return name.startsWith("latent") ? latent(engine, name, random, options) : heads(engine, name, random, options);
    }

    /** Whether a walk's cache is in blocks, which heads must fit. */
    static boolean inBlocks(String name) {
        return name.contains("q8cache");
    }

    private static CacheSubject heads(
            AttentionEngine engine, String name, CaseRandom random, AttentionOptions options) {
        int kvHeads = random.oneOf(1, 2);
        boolean blocks = inBlocks(name);
        int d = blocks ? random.oneOf(32, 64) : random.oneOf(2, 4, 7, 8);
        int width = 3 + random.upTo(9);
        AttentionConfig config = new AttentionConfig(
                        width,
                        width,
                        1 + random.upTo(8),
                        kvHeads * random.oneOf(1, 2),
                        kvHeads,
                        d,
                        random.oneOf(blocks ? 32 : 3, d),
                        options)
                .withRotary(LayerCases.rotary(random, d));
        AttentionWeights weights = LayerCases.weights(random, config);
        MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
        return new CacheSubject() {
            @Override
            public int width() {
                return width;
            }

            @Override
            public int leftWindow() {
                return options.leftWindow();
            }

            @Override
            public KvCache newCache(CacheOptions shape) {
                return layer.newCache(shape);
            }

            @Override
            public AttentionResult forward(AttentionInputs inputs) {
                return layer.forward(inputs);
            }

            @Override
            public String check(HostTensor history, int rows, double[] got, DataType stored) {
                StorageTypes types = new StorageTypes(DataType.F32, stored, DataType.F32);
                return LayerExpectation.of(LayerCase.plain(name, config, weights, history, types))
                        .checkLast(rows, got);
            }

            @Override
            public void close() {
                layer.close();
            }
        };
    }

    private static CacheSubject latent(
            AttentionEngine engine, String name, CaseRandom random, AttentionOptions options) {
        LatentConfig config = LatentCase.config(random, options, 8, inBlocks(name));
        LatentCase made = new LatentCase(
                name,
                config,
                LatentCase.weights(random, config),
                HostTensor.of(new float[config.modelWidth()], 1, 1, config.modelWidth()),
                new int[0],
                DataType.F32);
        LatentAttention layer = engine.latentAttention(config, made.weights());
        return new CacheSubject() {
            @Override
            public int width() {
                return config.modelWidth();
            }

            @Override
            public int leftWindow() {
                return options.leftWindow();
            }

            @Override
            public KvCache newCache(CacheOptions shape) {
                return layer.newCache(shape);
            }

            @Override
            public AttentionResult forward(AttentionInputs inputs) {
                return layer.forward(inputs);
            }

            @Override
            public String check(HostTensor history, int rows, double[] got, DataType stored) {
                return LatentExpectation.of(made.over(history, stored)).checkLast(rows, got);
            }

            @Override
            public void close() {
                layer.close();
            }
        };
    }
}
