package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.DataType;
import org.clattention.config.HeadExtras;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Test;

/** A pruned layer is smaller and computes what the whole layer computes with the same heads gated to 0. */
class HeadPruningTest extends DeviceTest {
    private static final float TOLERANCE = 2e-5f;

    @Test
    void prunedEqualsGated() {
        try (AttentionEngine engine = device.open()) {
            for (int seed = 0; seed < 40; seed++) {
                compare(engine, new SplittableRandom(seed), seed);
            }
        }
    }

    private static void compare(AttentionEngine engine, SplittableRandom random, int seed) {
        int kvHeads = 1 + random.nextInt(3);
        int heads = kvHeads * (1 + random.nextInt(4));
        int size = 2 + random.nextInt(4);
        int valueSize = 1 + random.nextInt(5);
        AttentionConfig config = new AttentionConfig(
                5, 5, 4, heads, kvHeads, size, valueSize, AttentionOptions.DEFAULT.withCausal(random.nextBoolean()));
        DataType[] types = {DataType.F32, DataType.F16, DataType.BF16};
        DataType type = types[random.nextInt(types.length)];
        AttentionWeights weights = weights(random, config, type);
        Set<Integer> removed = new HashSet<>();
        for (int head = 0; head < heads; head++) {
            if (random.nextBoolean()) {
                removed.add(head);
            }
        }
        removed.remove(random.nextInt(heads));
        if (removed.size() == heads) {
            removed.remove(0);
        }
        HeadPruning pruned = HeadPruning.remove(config, weights, removed);
        int left = heads - removed.size();
        assertThat(pruned.config().numHeads()).isEqualTo(left);
        assertThat(pruned.weights().query().shape()).containsExactly((long) left * size, 5);
        assertThat(pruned.weights().output().shape()).containsExactly(4, (long) left * valueSize);
        assertThat(pruned.weights().query().type()).isEqualTo(weights.query().type());
        assertThat(pruned.config().numKvHeads()).isEqualTo(kvHeadsLeft(removed, heads, kvHeads));
        assertThat(pruned.weights().key().dim(0))
                .isEqualTo((long) pruned.config().numKvHeads() * size);
        float[] gate = new float[heads];
        for (int head = 0; head < heads; head++) {
            gate[head] = removed.contains(head) ? 0 : 1;
        }
        AttentionWeights gated = weights.withExtras(weights.extras().withHeadGate(HostTensor.of(gate, heads)));
        HostTensor x = tensor(random, 2, 6, 5);
        float[] got = run(engine, pruned.config(), pruned.weights(), x);
        float[] want = run(engine, config, gated, x);
        for (int i = 0; i < want.length; i++) {
            assertThat(got[i])
                    .as("seed %d, element %d, %s without %s", seed, i, config, removed)
                    .isCloseTo(want[i], within(TOLERANCE));
        }
    }

    /** Groups of one size share their key-value head; otherwise every query head gets its own. */
    private static int kvHeadsLeft(Set<Integer> removed, int heads, int kvHeads) {
        int group = heads / kvHeads;
        int[] left = new int[kvHeads];
        for (int head = 0; head < heads; head++) {
            left[head / group] += removed.contains(head) ? 0 : 1;
        }
        Set<Integer> sizes = new HashSet<>();
        int used = 0;
        for (int count : left) {
            if (count > 0) {
                sizes.add(count);
                used++;
            }
        }
        return sizes.size() == 1 ? used : heads - removed.size();
    }

    private static AttentionWeights weights(SplittableRandom random, AttentionConfig c, DataType type) {
        AttentionWeights matrices = AttentionWeights.of(
                        tensor(random, c.queryWidth(), 5),
                        tensor(random, c.keyWidth(), 5),
                        tensor(random, c.valueWidth(), 5),
                        tensor(random, c.outputWidth(), c.contextWidth()))
                .to(type);
        return matrices.withBiases(
                        tensor(random, c.queryWidth()),
                        tensor(random, c.keyWidth()),
                        tensor(random, c.valueWidth()),
                        tensor(random, c.outputWidth()))
                .withExtras(HeadExtras.NONE
                        .withNorms(tensor(random, c.headSize()), null)
                        .withSinks(tensor(random, c.numHeads()))
                        .withAlibi(tensor(random, c.numHeads())));
    }

    private static float[] run(
            AttentionEngine engine, AttentionConfig config, AttentionWeights weights, HostTensor in) {
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                Tensor x = engine.tensor(in);
                AttentionResult result = layer.forward(AttentionInputs.of(x))) {
            return result.output().toFloats();
        }
    }

    private static HostTensor tensor(SplittableRandom random, long... shape) {
        int count = 1;
        for (long dim : shape) {
            count *= (int) dim;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return HostTensor.of(values, shape);
    }

    @Test
    void headsThatAreNotThereAreRefused() {
        SplittableRandom random = new SplittableRandom(1);
        AttentionConfig config = new AttentionConfig(5, 5, 4, 4, 2, 2, 3, AttentionOptions.DEFAULT);
        AttentionWeights weights = weights(random, config, DataType.F32);
        assertThatThrownBy(() -> HeadPruning.remove(config, weights, Set.of(4)))
                .hasMessageContaining("heads: 4 must be between 0 and 3");
        assertThatThrownBy(() -> HeadPruning.remove(config, weights, Set.of(-1)))
                .hasMessageContaining("heads: -1 must be between 0 and 3");
        assertThatThrownBy(() -> HeadPruning.remove(config, weights, Set.of(0, 1, 2, 3)))
                .hasMessageContaining("heads: all 4 would be removed");
    }
}
