package org.clattention.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeadAnalysisTest {
    private static final List<String> TOKENS =
            IntStream.range(0, 24).mapToObj(i -> "w" + i % 5).toList();

    @Test
    void eachPatternHasItsLabel() {
        List<HeadProfile> profiles = HeadAnalysis.of(SampleHeads.decoder(TOKENS, 1));
        assertThat(profiles.stream().map(HeadProfile::pattern)).containsExactly(HeadPattern.values());
    }

    @Test
    void scoresAreMeanShares() {
        // Queries 2 and 3 count: both look at the token before by 0.75, and by 0.25 at the first. No token comes twice.
        HeadMatrix head = HeadMatrix.of(
                4, 4, //
                1, 0, 0, 0, //
                1, 0, 0, 0, //
                0.25f, 0.75f, 0, 0, //
                0.25f, 0, 0.75f, 0);
        HeadProfile profile = only(List.of("a", "b", "c", "d"), OptionalInt.of(0), head);
        assertThat(profile.pattern()).isEqualTo(HeadPattern.PREVIOUS);
        assertThat(profile.score()).isEqualTo(0.75);
        assertThat(profile.scores())
                .containsEntry(HeadPattern.FIRST, 0.25)
                .containsEntry(HeadPattern.CURRENT, 0.0)
                .containsEntry(HeadPattern.SAME, Double.NaN)
                .containsEntry(HeadPattern.LOCAL, 0.75);
        double one = -0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
        assertThat(profile.entropy()).isCloseTo(one / 2, within(1e-12));
        assertThat(profile.entropyFraction()).isCloseTo(one / Math.log(2), within(1e-12));
    }

    @Test
    void evenWeightsAreBroadAndNotLocal() {
        float[] values = new float[12 * 12];
        Arrays.fill(values, 1f / 12);
        HeadProfile profile = only(TOKENS.subList(0, 12), OptionalInt.of(0), HeadMatrix.of(12, 12, values));
        assertThat(profile.pattern()).isEqualTo(HeadPattern.BROAD);
        assertThat(profile.entropy()).isCloseTo(Math.log(12), within(1e-5));
        assertThat(profile.score()).isCloseTo(1, within(1e-6));
        assertThat(profile.scores().get(HeadPattern.LOCAL)).isLessThanOrEqualTo(0.5);
    }

    @Test
    void aPastShiftsTheQueries() {
        HeadMatrix step = HeadMatrix.of(1, 5, 0, 0, 0, 1, 0);
        List<String> keys = List.of("a", "b", "c", "d", "e");
        HeadWeights shifted = new HeadWeights("step", List.of("e"), keys, OptionalInt.of(4), List.of(List.of(step)));
        assertThat(HeadAnalysis.of(shifted).get(0).pattern()).isEqualTo(HeadPattern.PREVIOUS);
        HeadWeights cross = new HeadWeights("step", List.of("e"), keys, OptionalInt.empty(), List.of(List.of(step)));
        HeadProfile unrelated = HeadAnalysis.of(cross).get(0);
        assertThat(unrelated.pattern()).isEqualTo(HeadPattern.MIXED);
        assertThat(unrelated.scores().get(HeadPattern.PREVIOUS)).isNaN();
    }

    @Test
    void maskedQueriesDoNotCount() {
        HeadProfile nothing = only(List.of("a", "b"), OptionalInt.of(0), HeadMatrix.of(2, 2, 0, 0, 0, 0));
        assertThat(nothing.pattern()).isEqualTo(HeadPattern.MIXED);
        assertThat(nothing.entropy()).isNaN();
        assertThat(nothing.score()).isNaN();
    }

    private static HeadProfile only(List<String> tokens, OptionalInt offset, HeadMatrix head) {
        return HeadAnalysis.of(new HeadWeights("one", tokens, tokens, offset, List.of(List.of(head))))
                .get(0);
    }
}
