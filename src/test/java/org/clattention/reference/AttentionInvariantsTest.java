package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.random;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

class AttentionInvariantsTest {
    private static final int KEYS = 7;
    private final Random random = new Random(11);
    private final RefTensor query = random(random, 2, 4, 5, 6);
    private final RefTensor key = random(random, 2, 2, KEYS, 6);
    private final RefTensor value = random(random, 2, 2, KEYS, 3);

    @Test
    void weightsOfARowSumToOne() {
        RefTensor weights = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                        .options(AttentionOptions.DEFAULT.withCausal(true))
                        .wantedScores(ScoreStage.WEIGHTS)
                        .build())
                .scores();
        for (int row = 0; row < 2 * 4 * 5; row++) {
            double sum = Arrays.stream(weights.values(), row * KEYS, (row + 1) * KEYS)
                    .sum();
            assertThat(sum).isEqualTo(1, within(1e-14));
        }
    }

    @Test
    void orderOfTheKeysDoesNotMatter() {
        ReferenceResult plain = attend(query, key, value);
        ReferenceResult reversed = attend(query, reverseRows(key), reverseRows(value));
        assertClose(reversed.output(), plain.output(), 1e-14);
        assertClose(reversed.logSumExp(), plain.logSumExp(), 1e-14);
    }

    @Test
    void sharedHeadsEqualRepeatedHeads() {
        assertClose(
                attend(query, repeatHeads(key), repeatHeads(value)).output(),
                attend(query, key, value).output(),
                0);
    }

    @Test
    void aConstantBiasMovesTheLogSumExpAlone() {
        ReferenceResult plain = attend(query, key, value);
        double[] shift = new double[KEYS];
        Arrays.fill(shift, 700);
        ReferenceResult shifted = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                .mask(Values.host(shift, KEYS))
                .build());
        assertClose(shifted.output(), plain.output(), 1e-12);
        for (int n = 0; n < plain.logSumExp().values().length; n++) {
            double want = plain.logSumExp().values()[n] + 700;
            assertThat(shifted.logSumExp().values()[n]).isEqualTo(want, within(1e-11));
        }
    }

    @Test
    void hugeScoresDoNotOverflow() {
        RefTensor scores = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                        .options(AttentionOptions.DEFAULT.withScale(1e6))
                        .wantedScores(ScoreStage.SCALED)
                        .build())
                .scores();
        ReferenceResult result = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                .options(AttentionOptions.DEFAULT.withScale(1e6))
                .build());
        for (int row = 0; row < 2 * 4 * 5; row++) {
            int best = 0;
            for (int j = 0; j < KEYS; j++) {
                best = scores.values()[row * KEYS + j] > scores.values()[row * KEYS + best] ? j : best;
            }
            int kv = row / 5 / 2;
            for (int c = 0; c < 3; c++) {
                double want = value.values()[(kv * KEYS + best) * 3 + c];
                assertThat(result.output().values()[row * 3 + c]).isEqualTo(want, within(1e-12));
            }
        }
    }

    @Test
    void twoHalvesMergeByTheirLogSumExp() {
        HostTensor first = HostTensor.ofBooleans(new boolean[] {true, true, true, false, false, false, false}, KEYS);
        HostTensor second = HostTensor.ofBooleans(new boolean[] {false, false, false, true, true, true, true}, KEYS);
        ReferenceResult a = masked(first);
        ReferenceResult b = masked(second);
        ReferenceResult whole = attend(query, key, value);
        RefTensor merged = RefTensor.zeros(whole.output().shape());
        for (int n = 0; n < merged.values().length; n++) {
            double ea = Math.exp(a.logSumExp().values()[n / 3]);
            double eb = Math.exp(b.logSumExp().values()[n / 3]);
            merged.values()[n] = (ea * a.output().values()[n] + eb * b.output().values()[n]) / (ea + eb);
        }
        assertClose(merged, whole.output(), 1e-13);
    }

    @Test
    void threadsDoNotChangeABit() {
        HostTensor weight = Values.randomHost(random, 37, 6);
        double[] alone = inPool(1, weight);
        for (int run = 0; run < 5; run++) {
            assertThat(inPool(4, weight)).isEqualTo(alone);
        }
    }

    private double[] inPool(int threads, HostTensor weight) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        try {
            return pool.submit(() -> MatrixProduct.linear(
                                    attend(query, key, query(key)).output(), weight, null)
                            .values())
                    .join();
        } finally {
            pool.shutdown();
        }
    }

    /** Something shaped as the keys, to serve as values of the width that the weight takes. */
    private static RefTensor query(RefTensor keys) {
        return new RefTensor(Arrays.stream(keys.values()).map(x -> x * x - 1).toArray(), keys.shape());
    }

    private ReferenceResult masked(HostTensor mask) {
        return ReferenceAttention.attend(
                AttentionProblem.of(query, key, value).mask(mask).build());
    }

    private static ReferenceResult attend(RefTensor q, RefTensor k, RefTensor v) {
        return ReferenceAttention.attend(AttentionProblem.of(q, k, v).build());
    }

    private static RefTensor reverseRows(RefTensor x) {
        RefTensor y = RefTensor.zeros(x.shape());
        int width = x.dim(3);
        for (int n = 0; n < x.values().length; n++) {
            int head = n / width / KEYS;
            int row = n / width % KEYS;
            y.values()[(head * KEYS + KEYS - 1 - row) * width + n % width] = x.values()[n];
        }
        return y;
    }

    private static RefTensor repeatHeads(RefTensor x) {
        int run = KEYS * x.dim(3);
        RefTensor y = RefTensor.zeros(x.dim(0), 2 * x.dim(1), KEYS, x.dim(3));
        for (int n = 0; n < y.values().length; n++) {
            y.values()[n] = x.values()[n / (2 * run) * run + n % run];
        }
        return y;
    }
}
