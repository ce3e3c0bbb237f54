package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.random;

import java.util.Arrays;
import java.util.Random;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is masked is never seen, and what is attended is never hidden. Key 2 of 4 is the one in question. */
class MaskedGarbageTest {
    private static final int KEYS = 4;
    private static final int SUSPECT = 2;
    private final Random random = new Random(5);
    private final RefTensor query = random(random, 1, 1, 2, 3);
    private final RefTensor key = random(random, 1, 1, KEYS, 3);
    private final RefTensor value = random(random, 1, 1, KEYS, 3);
    private final HostTensor mask = HostTensor.ofBooleans(new boolean[] {true, true, false, true}, KEYS);

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void neverLeavesABooleanMask(double garbage) {
        RefTensor clean = output(key, value, mask);
        assertClose(output(poison(key, garbage), poison(value, garbage), mask), clean, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void neverLeavesAnAdditiveMask(double garbage) {
        HostTensor additive = Values.host(new double[] {0, 0, Double.NEGATIVE_INFINITY, 0}, KEYS);
        RefTensor clean = output(key, value, mask);
        assertClose(output(poison(key, garbage), poison(value, garbage), additive), clean, 0);
    }

    @Test
    void biasOfAKeyOutOfReachIsNotRead() {
        double nan = Double.NaN;
        HostTensor bias = Values.host(new double[] {0, nan, nan, nan, 0, 0, nan, nan}, 2, KEYS);
        AttentionProblem.Builder problem =
                AttentionProblem.of(query, key, value).options(AttentionOptions.DEFAULT.withCausal(true));
        RefTensor clean = ReferenceAttention.attend(problem.build()).output();
        RefTensor poisoned =
                ReferenceAttention.attend(problem.mask(bias).build()).output();
        assertClose(poisoned, clean, 0);
    }

    @Test
    void paddingIsNotRead() {
        HostTensor lengths = HostTensor.ofLongs(new long[] {SUSPECT}, 1);
        AttentionProblem.Builder clean = AttentionProblem.of(query, key, value).lengths(lengths);
        AttentionProblem.Builder poisoned = AttentionProblem.of(
                        query, poison(key, Double.NaN), poison(value, Double.NaN))
                .lengths(lengths);
        assertClose(
                ReferenceAttention.attend(poisoned.build()).output(),
                ReferenceAttention.attend(clean.build()).output(),
                0);
    }

    @Test
    void attendedNanPropagates() {
        assertThat(output(poison(key, Double.NaN), value, null).values()).containsOnly(Double.NaN);
        assertThat(output(key, poison(value, Double.NaN), null).values()).containsOnly(Double.NaN);
        HostTensor bias = Values.host(new double[] {0, 0, Double.NaN, 0}, KEYS);
        assertThat(output(key, value, bias).values()).containsOnly(Double.NaN);
    }

    @Test
    void attendedNanPropagatesWhenItsWeightUnderflows() {
        HostTensor bias = Values.host(new double[] {0, 0, -1e6, 0}, KEYS);
        assertThat(output(key, poison(value, Double.NaN), bias).values()).containsOnly(Double.NaN);
    }

    @Test
    void maskedQueryRowStaysZeroWhateverTheKeysHold() {
        HostTensor nothing = HostTensor.ofBooleans(new boolean[KEYS], KEYS);
        RefTensor all = new RefTensor(new double[KEYS * 3], 1, 1, KEYS, 3);
        Arrays.fill(all.values(), Double.NaN);
        assertThat(output(all, all, nothing).values()).containsOnly(0);
    }

    private RefTensor output(RefTensor keys, RefTensor values, HostTensor anyMask) {
        return ReferenceAttention.attend(
                        AttentionProblem.of(query, keys, values).mask(anyMask).build())
                .output();
    }

    private static RefTensor poison(RefTensor x, double garbage) {
        double[] values = x.values().clone();
        Arrays.fill(values, SUSPECT * 3, SUSPECT * 3 + 3, garbage);
        return new RefTensor(values, x.shape());
    }
}
