package org.clattention.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.bench.BenchResult.PeerResult;
import org.clattention.bench.BenchShape.Kind;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;
import org.clattention.config.PeakRates;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Test;

/** Runs on every device: right results are timed, wrong peers are not. */
class BenchRunTest extends DeviceTest {
    private static final BenchShape PREFILL =
            new BenchShape(Kind.PREFILL, AttentionConfig.of(32, 2).withCausal(true), 2, 9, 0, DataType.F32);
    private static final BenchShape DECODE =
            new BenchShape(Kind.DECODE, AttentionConfig.of(32, 2).withKvHeads(1), 2, 1, 6, DataType.BF16);

    /** A peer that is the loop over heads, with something wrong. */
    private record Spoilt(AttentionEngine engine, String fault) implements PeerEngine {
        @Override
        public String name() {
            return "spoilt";
        }

        @Override
        public String version() {
            return "0";
        }

        @Override
        public String unsupported(BenchShape shape) {
            return fault.equals("unsupported") ? "cannot" : "";
        }

        @Override
        public Contender prepare(BenchShape shape, LayerData data, int threads) {
            if (fault.equals("throws")) {
                throw new IllegalStateException("broken\nin two lines");
            }
            return new NaiveHeads(engine, shape, data) {
                @Override
                public float[] output() {
                    float[] values = super.output();
                    values[3] += 0.01f;
                    return values;
                }
            };
        }
    }

    @Test
    void rightResultsAreTimed() {
        try (AttentionEngine engine = device.open()) {
            BenchRun run = new BenchRun(engine, List.of(), 0.01, 1);
            for (BenchShape shape : List.of(PREFILL, DECODE)) {
                BenchResult result = run.run(shape);
                assertThat(result.problem()).isEmpty();
                assertThat(result.verified()).startsWith("all ");
                assertThat(result.time()).isNotNull();
                assertThat(result.time().minimum())
                        .isPositive()
                        .isLessThanOrEqualTo(result.time().median());
            }
        }
    }

    @Test
    void theLoopOverHeadsIsRight() {
        try (AttentionEngine engine = device.open()) {
            BenchResult result = new BenchRun(engine, List.of(new NaiveHeadsPeer(engine)), 0.01, 1).run(PREFILL);
            assertThat(result.peers()).hasSize(1).allSatisfy(peer -> {
                assertThat(peer.problem()).isEmpty();
                assertThat(peer.time()).isNotNull();
            });
        }
    }

    @Test
    void whatIsWrongIsExcludedWithTheReason() {
        try (AttentionEngine engine = device.open()) {
            List<PeerEngine> peers = List.of(
                    new Spoilt(engine, "wrong"), new Spoilt(engine, "throws"), new Spoilt(engine, "unsupported"));
            BenchResult result = new BenchRun(engine, peers, 0.01, 1).run(PREFILL);
            assertThat(result.time()).isNotNull();
            assertThat(result.peers())
                    .hasSize(3)
                    .allSatisfy(peer -> assertThat(peer.time()).isNull());
            assertThat(result.peers().stream().map(PeerResult::supported).toList())
                    .containsExactly(true, true, false);
            assertThat(result.peers().stream().map(PeerResult::problem).toList())
                    .satisfiesExactly(
                            wrong -> assertThat(wrong).startsWith("its result differs: row 0, column 3"),
                            thrown -> assertThat(thrown).isEqualTo("failed: broken"),
                            unsupported -> assertThat(unsupported).isEqualTo("cannot"));
        }
    }

    @Test
    void kernelsAreTimedAndPeaksArePositive() {
        try (AttentionEngine engine = device.open();
                AttentionEngine profiling =
                        AttentionEngine.open(device.options().withProfiling(true))) {
            BenchRun run = new BenchRun(engine, List.of(), 0.01, 1);
            assertThat(run.profile(profiling, PREFILL).values())
                    .isNotEmpty()
                    .allSatisfy(time -> assertThat(time.launches() % 5).isZero());
            PeakRates peaks = engine.measurePeaks();
            assertThat(peaks.gflops()).isBetween(0.1, 1e6);
            assertThat(peaks.readGigabytes()).isBetween(0.1, 1e5);
        }
    }
}
