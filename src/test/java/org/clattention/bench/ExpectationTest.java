package org.clattention.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.clattention.bench.BenchShape.Kind;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sampled rows are those of the reference, and one wrong value is found. */
class ExpectationTest {
    @ParameterizedTest
    @CsvSource({"1, false, 0, 4", "2, true, 0, 4", "2, true, 0, 2", "3, false, 5, 2", "2, true, 5, 1"})
    void sampledRowsAreThoseOfTheReference(int batch, boolean causal, int past, int kvHeads) {
        AttentionConfig config = AttentionConfig.of(24, 4).withKvHeads(kvHeads).withCausal(causal);
        BenchShape shape = new BenchShape(Kind.PREFILL, config, batch, past > 0 ? 1 : 7, past, DataType.F32);
        LayerData data = LayerData.of(shape, 3);
        Expectation whole = Expectation.of(shape, data);
        int rows = batch * shape.length();
        assertThat(whole.extent()).isEqualTo("all " + rows + " rows");
        double[] sampled = SampledReference.rows(
                        shape, data, IntStream.range(0, rows).toArray())
                .values();
        assertThat(sampled).containsExactly(whole.values(), Offset.offset(1e-12));
    }

    /** Rounded to few bits, keys and values of the call itself change its output, and by no more than their rounding. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"BF16", "Q8_0"})
    void cachesOfFewBitsShow(DataType type) {
        AttentionConfig config = AttentionConfig.of(64, 2).withKvHeads(1);
        BenchShape plain = new BenchShape(Kind.DECODE, config, 2, 1, 3, DataType.F32);
        BenchShape rounded = plain.withCacheType(type);
        LayerData data = LayerData.of(rounded, 3);
        double[] want = Expectation.of(plain, data).values();
        double[] got = Expectation.of(rounded, data).values();
        double most = 0;
        for (int i = 0; i < want.length; i++) {
            most = Math.max(most, Math.abs(want[i] - got[i]));
        }
        assertThat(most).isBetween(1e-6, 0.01);
    }

    @Test
    void samplesReachFromTheFirstToTheLastRow() {
        BenchShape shape = new BenchShape(Kind.PREFILL, AttentionConfig.of(64, 1), 1, 3000, 0, DataType.F32);
        Expectation want = Expectation.of(shape, LayerData.of(shape, 1));
        assertThat(want.extent()).isEqualTo("8 of 3000 rows");
        assertThat(want.rows()).startsWith(0, 428).endsWith(2999);
    }

    @Test
    void oneWrongValueIsFound() {
        BenchShape shape = new BenchShape(Kind.PREFILL, AttentionConfig.of(16, 2), 1, 5, 0, DataType.F32);
        Expectation want = Expectation.of(shape, LayerData.of(shape, 1));
        float[] right = new float[want.values().length];
        for (int i = 0; i < right.length; i++) {
            right[i] = (float) want.values()[i];
        }
        assertThat(want.problem(right)).isEmpty();
        float[] wrong = right.clone();
        wrong[37] += (float) (2 * want.tolerance());
        assertThat(want.problem(wrong)).startsWith("row 2, column 5: got ");
        wrong[37] = Float.NaN;
        assertThat(want.problem(wrong)).contains("NaN");
        assertThat(want.problem(Arrays.copyOf(right, 79))).contains("79 elements");
    }
}
