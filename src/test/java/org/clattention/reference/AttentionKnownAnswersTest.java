package org.clattention.reference;

import static java.lang.Double.NEGATIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.shape;
import static org.clattention.reference.Values.tensor;
import static org.clattention.reference.Values.vector;

import java.util.Arrays;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

/** Answers worked out by hand; one batch entry, one head and head size 1 unless a test says otherwise. */
class AttentionKnownAnswersTest {
    private static final double LN2 = Math.log(2);
    private static final double LN3 = Math.log(3);
    private static final AttentionOptions DEFAULT = AttentionOptions.DEFAULT;

    /** One query 1 and the keys 0 and ln 3: the weights are 1/4 and 3/4. Values 4 and 8. */
    private static AttentionProblem.Builder twoKeys() {
        return AttentionProblem.of(rows(1), rows(0, LN3), rows(4, 8));
    }

    /** Keys of 0, so that a query averages the values 1, 2, …, T that it attends to. */
    private static AttentionProblem.Builder averages(int queries, int keys) {
        double[] values = new double[keys];
        Arrays.setAll(values, j -> j + 1);
        return AttentionProblem.of(rows(new double[queries]), rows(new double[keys]), rows(values));
    }

    private static RefTensor rows(double... values) {
        return tensor(shape(1, 1, values.length, 1), values);
    }

    private static ReferenceResult solve(AttentionProblem.Builder problem) {
        return ReferenceAttention.attend(problem.build());
    }

    private static RefTensor output(AttentionProblem.Builder problem) {
        return solve(problem).output();
    }

    @Test
    void weightsTwoKeys() {
        ReferenceResult result = solve(twoKeys().wantedScores(ScoreStage.WEIGHTS));
        assertClose(result.output(), 7);
        assertClose(result.scores(), 0.25, 0.75);
        assertClose(result.logSumExp(), Math.log(4));
    }

    @Test
    void scalesByTheRootOfTheHeadSizeUnlessTold() {
        RefTensor query = tensor(shape(1, 1, 1, 4), 2, 0, 0, 0);
        RefTensor key = tensor(shape(1, 1, 2, 4), 0, 0, 0, 0, LN3, 5, 5, 5);
        AttentionProblem.Builder problem = AttentionProblem.of(query, key, rows(4, 8));
        assertClose(output(problem), 7);
        assertClose(output(problem.options(DEFAULT.withScale(0))), 6);
    }

    @Test
    void sinkJoinsTheDenominatorAlone() {
        ReferenceResult result = solve(twoKeys().sinks(vector(Math.log(4))));
        assertClose(result.output(), 3.5);
        assertClose(result.logSumExp(), Math.log(8));
    }

    @Test
    void sinkIsNotScaledAndMayBeLargerThanAllScores() {
        ReferenceResult result = solve(twoKeys().sinks(vector(1000)).options(DEFAULT.withScale(1e-3)));
        assertClose(result.output(), 0);
        assertClose(result.logSumExp(), 1000);
    }

    @Test
    void softcapComesAfterTheScale() {
        double beforeScale = 2 * atanh(LN3 / 2) / 0.5;
        AttentionProblem.Builder problem = AttentionProblem.of(rows(1), rows(0, beforeScale), rows(4, 8));
        assertClose(output(problem.options(DEFAULT.withScale(0.5).withSoftcap(2))), 7);
    }

    @Test
    void softcapComesBeforeTheBias() {
        HostTensor bias = Values.host(new double[] {0, LN3 + 5}, 2);
        AttentionProblem.Builder problem = AttentionProblem.of(rows(1), rows(0, -1e6), rows(4, 8));
        // The capped scores are 0 and −5.
        assertClose(output(problem.mask(bias).options(DEFAULT.withSoftcap(5))), 7);
    }

    @Test
    void softcapDoesNotUnmask() {
        HostTensor mask = HostTensor.ofBooleans(new boolean[] {true, false}, 2);
        assertClose(output(twoKeys().mask(mask).options(DEFAULT.withSoftcap(1))), 4);
    }

    @Test
    void alibiCountsFromTheQuerysPosition() {
        RefTensor zero = rows(0);
        AttentionProblem.Builder problem = AttentionProblem.of(zero, zero, rows(28))
                .past(rows(0, 0), rows(7, 14))
                .alibiSlopes(vector(LN2))
                .wantedScores(ScoreStage.BIASED);
        ReferenceResult result = solve(problem);
        assertClose(result.scores(), -2 * LN2, -LN2, 0);
        assertClose(result.output(), 21);
    }

    @Test
    void alibiLooksBothWays() {
        ReferenceResult result = solve(averages(2, 3).alibiSlopes(vector(0.5)).wantedScores(ScoreStage.BIASED));
        assertClose(result.scores(), 0, -0.5, -1, -0.5, 0, -0.5);
    }

    @Test
    void windowsIncludeTheQueryItself() {
        assertClose(output(averages(4, 4).options(DEFAULT.withWindow(1, 0))), 1, 1.5, 2.5, 3.5);
        assertClose(output(averages(4, 4).options(DEFAULT.withWindow(0, 1))), 1.5, 2.5, 3.5, 4);
        assertClose(output(averages(4, 4).options(DEFAULT.withWindow(-1, 1))), 1.5, 2, 2.5, 2.5);
        assertClose(output(averages(4, 4).options(DEFAULT.withWindow(0, -1))), 2.5, 3, 3.5, 4);
    }

    @Test
    void causalMaskAndWindowIntersect() {
        assertClose(output(averages(4, 4).options(DEFAULT.withCausal(true))), 1, 1.5, 2, 2.5);
        assertClose(output(averages(4, 4).options(DEFAULT.withCausal(true).withWindow(1, 1))), 1, 1.5, 2.5, 3.5);
    }

    @Test
    void alignmentsDiffer() {
        AttentionOptions causal = DEFAULT.withCausal(true);
        HostTensor three = HostTensor.ofLongs(new long[] {3}, 1);
        assertClose(output(averages(2, 4).options(causal)), 1, 1.5);
        assertClose(output(averages(2, 4).options(causal.withAlignment(CausalAlignment.BOTTOM_RIGHT))), 2, 2.5);
        assertClose(
                output(averages(2, 4).lengths(three).options(causal.withAlignment(CausalAlignment.LENGTHS))), 1.5, 2);
        assertClose(output(averages(4, 4).lengths(three).options(causal)), 1, 1.5, 2, 2);
    }

    @Test
    void topLeftStartsAfterThePast() {
        AttentionProblem.Builder problem =
                averages(2, 2).past(rows(0, 0, 0), rows(10, 20, 30)).options(DEFAULT.withCausal(true));
        assertClose(output(problem), 61.0 / 4, 63.0 / 5);
        assertClose(output(problem.options(DEFAULT.withCausal(true).withWindow(1, -1))), 31.0 / 2, 3.0 / 2);
    }

    @Test
    void queriesBeforeTheFirstKeyAttendToNothing() {
        ReferenceResult result = solve(averages(2, 4)
                .lengths(HostTensor.ofLongs(new long[] {1}, 1))
                .sinks(vector(0))
                .options(DEFAULT.withCausal(true).withAlignment(CausalAlignment.LENGTHS))
                .wantedScores(ScoreStage.WEIGHTS));
        assertClose(result.output(), 0, 0.5);
        assertClose(result.scores(), 0, 0, 0, 0, 0.5, 0, 0, 0);
        assertThat(result.logSumExp().at(0, 0, 0)).isEqualTo(0); // the sink alone
        assertThat(result.logSumExp().at(0, 0, 1)).isEqualTo(LN2, within(1e-12));
    }

    @Test
    void noKeysAtAllGiveZeros() {
        ReferenceResult result = solve(averages(2, 0));
        assertClose(result.output(), 0, 0);
        assertThat(result.logSumExp().values()).containsOnly(NEGATIVE_INFINITY);
    }

    @Test
    void booleanMaskIsTrueWhereAttended() {
        HostTensor mask = HostTensor.ofBooleans(new boolean[] {true, false, true, false, false, false}, 2, 3);
        assertClose(output(averages(2, 3).mask(mask)), 2, 0);
    }

    @Test
    void shortMaskIsPaddedWithMasked() {
        assertClose(output(averages(1, 4).mask(HostTensor.ofBooleans(new boolean[] {true, true}, 2))), 1.5);
        assertClose(output(averages(2, 4).mask(HostTensor.of(new float[] {0}, 1, 1))), 1, 1);
    }

    @Test
    void maskIsBroadcastFromTheRight() {
        RefTensor zeros = RefTensor.zeros(2, 2, 1, 1);
        RefTensor values = tensor(shape(2, 1, 2, 1), 1, 2, 3, 4);
        AttentionProblem.Builder problem = AttentionProblem.of(zeros, RefTensor.zeros(2, 1, 2, 1), values);
        boolean[] firstThenSecond = {true, false, false, true};
        // [Hq, 1, T] chooses by head, [B, 1, 1, T] by batch entry.
        assertClose(output(problem.mask(HostTensor.ofBooleans(firstThenSecond, 2, 1, 2))), 1, 2, 3, 4);
        assertClose(output(problem.mask(HostTensor.ofBooleans(firstThenSecond, 2, 1, 1, 2))), 1, 1, 4, 4);
    }

    @Test
    void consecutiveQueryHeadsShareAKeyValueHead() {
        RefTensor values = tensor(shape(1, 2, 1, 1), 10, 20);
        assertClose(
                output(AttentionProblem.of(RefTensor.zeros(1, 4, 1, 1), RefTensor.zeros(1, 2, 1, 1), values)),
                10,
                10,
                20,
                20);
    }

    @Test
    void scoreStages() {
        HostTensor mask = Values.host(new double[] {0.25, NEGATIVE_INFINITY}, 2);
        AttentionProblem.Builder problem = AttentionProblem.of(rows(2), rows(3, 5), rows(1, 1))
                .mask(mask)
                .options(DEFAULT.withScale(0.5).withSoftcap(4));
        double capped = 4 * Math.tanh(0.75);
        assertClose(solve(problem.wantedScores(ScoreStage.SCALED)).scores(), 3, 5);
        assertClose(solve(problem.wantedScores(ScoreStage.SOFTCAPPED)).scores(), capped, 4 * Math.tanh(1.25));
        assertThat(solve(problem.wantedScores(ScoreStage.BIASED)).scores().values())
                .containsExactly(capped + 0.25, NEGATIVE_INFINITY);
        assertClose(solve(problem.wantedScores(ScoreStage.WEIGHTS)).scores(), 1, 0);
        assertThat(solve(problem.wantedScores(null)).scores()).isNull();
    }

    @Test
    void valueHeadsMayHaveAnotherSize() {
        RefTensor values = tensor(shape(1, 1, 2, 3), 4, 0, 1, 8, 4, 1);
        ReferenceResult result = solve(AttentionProblem.of(rows(1), rows(0, LN3), values));
        assertThat(result.output().shape()).containsExactly(1, 1, 1, 3);
        assertClose(result.output(), 7, 3, 1);
    }

    @Test
    void pastComesFirstInThePresent() {
        ReferenceResult result = solve(averages(1, 2).past(rows(7), rows(9)));
        assertClose(result.presentKey(), 7, 0, 0);
        assertClose(result.presentValue(), 9, 1, 2);
    }

    private static double atanh(double x) {
        return 0.5 * Math.log((1 + x) / (1 - x));
    }
}
