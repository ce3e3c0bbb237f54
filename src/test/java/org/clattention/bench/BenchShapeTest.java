package org.clattention.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import org.clattention.bench.BenchShape.Kind;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;
import org.clattention.config.PeakRates;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is counted, by hand. */
@Tag("small")
class BenchShapeTest {
    private static final AttentionConfig CONFIG = AttentionConfig.of(8, 4);

    @Test
    void operationsOfProjectionsAndAttention() {
        BenchShape shape = new BenchShape(Kind.PREFILL, CONFIG, 3, 5, 0, DataType.F32);
        double projections = 4 * 2.0 * 15 * 8 * 8;
        double attention = 3 * 4 * (2.0 * 5 * 5 * 2) * 2; // batch, heads, multiply-adds of QK and of weights times V
        assertThat(shape.operations()).isEqualTo(projections + attention);
        BenchShape causal = new BenchShape(Kind.PREFILL, CONFIG.withCausal(true), 3, 5, 0, DataType.F32);
        assertThat(causal.operations()).isEqualTo(projections + attention / 2);
    }

    @Test
    void fewerKeyValueHeadsAreLessWork() {
        BenchShape shape = new BenchShape(Kind.DECODE, CONFIG.withKvHeads(2), 1, 1, 9, DataType.BF16);
        assertThat(shape.weightElements()).isEqualTo(8 * 8 + 2 * 8 * 4 + 8 * 8);
        assertThat(shape.operations()).isEqualTo(2.0 * 192 + 4 * (2.0 * 10 * 2) * 2);
        assertThat(shape.bytes())
                .as("weights of 2 bytes; K and V of 10 rows, 2 heads of 2")
                .isEqualTo(192 * 2 + 2 * 10 * 4 * 4);
    }

    @Test
    void fractionsAreOfWhatLimitsTheCall() {
        Statistics second = new Statistics(1, 1, 1);
        PeakRates peak = new PeakRates(1e-9, 1e-9);
        BenchShape prefill = new BenchShape(Kind.PREFILL, CONFIG, 1, 1, 0, DataType.F32);
        assertThat(BenchResult.fractionOfPeak(prefill, second, peak)).isEqualTo(prefill.operations());
        BenchShape decode = new BenchShape(Kind.DECODE, CONFIG, 1, 1, 1, DataType.F32);
        assertThat(BenchResult.fractionOfPeak(decode, second, peak)).isEqualTo(decode.bytes());
        BenchShape latency = new BenchShape(Kind.LATENCY, CONFIG, 1, 1, 0, DataType.F32);
        assertThat(BenchResult.fractionOfPeak(latency, second, peak)).isNaN();
    }

    @Test
    void namesSayEverythingAndAreUnique() {
        HashSet<String> names = new HashSet<>();
        BenchSuite.shapes()
                .forEach(shape ->
                        assertThat(names.add(shape.name())).as(shape.name()).isTrue());
        assertThat(names)
                .contains("prefill-4096/32.8/128-b1-s512-causal-f32", "decode-768/12/64-b1-s1-p1023-bf16")
                .contains("prefill-768/12/64-b8-s128-f32", "latency-64/4/16-b1-s1-f32");
    }

    @Test
    void whatOtherEnginesCannotRunIsNoShape() {
        assertThatThrownBy(() -> new BenchShape(Kind.PREFILL, CONFIG, 0, 1, 0, DataType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batch");
        assertThatThrownBy(() -> new BenchShape(Kind.PREFILL, CONFIG.withMemoryWidth(4), 1, 1, 0, DataType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("config");
    }
}
