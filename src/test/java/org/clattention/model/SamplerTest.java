package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    /** Probabilities 0.5, 0.25, 0.125, 0.125. */
    private static final float[] LOGITS = {log(0.125), log(0.5), log(0.25), log(0.125)};

    private static final int DRAWS = 40_000;

    private static float log(double probability) {
        return (float) Math.log(probability);
    }

    private static double[] shares(SamplingOptions options) {
        Sampler sampler = new Sampler(options, 0);
        double[] shares = new double[LOGITS.length];
        for (int i = 0; i < DRAWS; i++) {
            shares[sampler.next(LOGITS)] += 1.0 / DRAWS;
        }
        return shares;
    }

    private static void assertShares(SamplingOptions options, double... want) {
        assertThat(shares(options)).containsExactly(want, within(0.012));
    }

    @Test
    void greedyTakesTheFirstOfTheMostProbable() {
        assertThat(new Sampler(SamplingOptions.GREEDY, 0).next(new float[] {1, 3, 3, 2}))
                .isEqualTo(1);
        assertThat(new Sampler(new SamplingOptions(5, 1, 1, 7), 0).next(LOGITS)).isEqualTo(1);
    }

    @Test
    void drawsFollowTheProbabilities() {
        assertShares(new SamplingOptions(1, 0, 1, 3), 0.125, 0.5, 0.25, 0.125);
    }

    @Test
    void temperatureSharpens() {
        // Squares: 1/64, 1/4, 1/16, 1/64 of 22/64.
        assertShares(new SamplingOptions(0.5, 0, 1, 3), 1 / 22.0, 16 / 22.0, 4 / 22.0, 1 / 22.0);
    }

    @Test
    void topKLeavesTheMostProbable() {
        assertShares(new SamplingOptions(1, 2, 1, 3), 0, 2 / 3.0, 1 / 3.0, 0);
        assertShares(new SamplingOptions(1, 3, 1, 3), 1 / 7.0, 4 / 7.0, 2 / 7.0, 0);
        assertShares(new SamplingOptions(1, 99, 1, 3), 0.125, 0.5, 0.25, 0.125);
    }

    @Test
    void topPLeavesTheFewestThatReachIt() {
        assertShares(new SamplingOptions(1, 0, 0.4, 3), 0, 1, 0, 0);
        assertShares(new SamplingOptions(1, 0, 0.7, 3), 0, 2 / 3.0, 1 / 3.0, 0);
        assertShares(new SamplingOptions(1, 0, 1e-9, 3), 0, 1, 0, 0);
        // Of the two that top-k leaves the first has 2/3.
        assertShares(new SamplingOptions(1, 2, 0.6, 3), 0, 1, 0, 0);
    }

    @Test
    void seedsDecide() {
        SamplingOptions options = new SamplingOptions(1, 0, 1, 11);
        assertThat(draws(new Sampler(options, 0))).isEqualTo(draws(new Sampler(options, 0)));
        assertThat(draws(new Sampler(options, 0))).isNotEqualTo(draws(new Sampler(options, 1)));
        assertThat(draws(new Sampler(options, 0)))
                .isNotEqualTo(draws(new Sampler(new SamplingOptions(1, 0, 1, 12), 0)));
    }

    private static int[] draws(Sampler sampler) {
        return IntStream.range(0, 64).map(i -> sampler.next(LOGITS)).toArray();
    }

    @Test
    void maskedTokensAreNeverDrawn() {
        Sampler sampler = new Sampler(new SamplingOptions(1, 0, 0.999, 5), 0);
        float[] logits = {Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY, 0};
        assertThat(IntStream.range(0, 1000)
                        .map(i -> sampler.next(logits))
                        .distinct()
                        .sorted())
                .containsExactly(1, 3);
    }

    @Test
    void damagedLogitsAreRefused() {
        assertThatThrownBy(() -> new Sampler(SamplingOptions.GREEDY, 0).next(new float[] {0, Float.NaN}))
                .isInstanceOf(DamagedLogitsException.class)
                .hasMessageContaining("the logit of token 1 is NaN");
        assertThatThrownBy(() -> new Sampler(SamplingOptions.GREEDY, 0).next(new float[] {Float.POSITIVE_INFINITY}))
                .hasMessageContaining("the logit of token 0 is Infinity");
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> new SamplingOptions(-1, 0, 1, 0)).hasMessageContaining("temperature: -1.0");
        assertThatThrownBy(() -> new SamplingOptions(Double.NaN, 0, 1, 0)).hasMessageContaining("temperature: NaN");
        assertThatThrownBy(() -> new SamplingOptions(1, -1, 1, 0)).hasMessageContaining("topK: -1");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 0, 0)).hasMessageContaining("topP: 0.0");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 1.5, 0)).hasMessageContaining("topP: 1.5");
    }
}
