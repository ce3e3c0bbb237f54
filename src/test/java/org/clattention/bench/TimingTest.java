package org.clattention.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Medians, and turns by a clock that only contenders advance. */
@Tag("small")
class TimingTest {
    private final List<String> log = new ArrayList<>();
    private long now;

    /** A contender whose calls take these times by turns, the last one ever after. */
    private final class Fake implements Contender {
        private final String name;
        private final long[] nanoseconds;
        private int calls;

        Fake(String name, long... nanoseconds) {
            this.name = name;
            this.nanoseconds = nanoseconds;
        }

        @Override
        public void run() {
            log.add(name);
            now += nanoseconds[Math.min(calls++, nanoseconds.length - 1)];
        }

        @Override
        public float[] output() {
            return new float[0];
        }

        @Override
        public String description() {
            return name;
        }

        @Override
        public void close() {}
    }

    @Test
    void theMiddleOfOddAndEvenCounts() {
        assertThat(Statistics.of(List.of(3.0, 1.0, 100.0))).isEqualTo(new Statistics(3, 3, 1));
        assertThat(Statistics.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(new Statistics(4, 3, 1));
        assertThatThrownBy(() -> Statistics.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void firstCallsDoNotCount() {
        Fake slowAtFirst = new Fake("a", 900_000_000, 1_000_000);
        Statistics time =
                new RoundRobin(() -> now).time(List.of(slowAtFirst), 0.08).get(0);
        assertThat(time.median()).isEqualTo(1e-3);
        assertThat(time.calls()).isBetween(80, 88);
    }

    @Test
    void slowContendersTakeTurnsThreeTimes() {
        List<Statistics> times =
                new RoundRobin(() -> now).time(List.of(new Fake("a", 2_000_000_000), new Fake("b", 3_000_000_000L)), 1);
        assertThat(times).containsExactly(new Statistics(3, 2, 2), new Statistics(3, 3, 3));
        assertThat(log.subList(2, log.size())).as("after the warm-up").containsExactly("a", "b", "b", "a", "a", "b");
    }

    @Test
    void fastOnesAreTimedAsLongAsSlowOnes() {
        List<Statistics> times =
                new RoundRobin(() -> now).time(List.of(new Fake("a", 1_000_000), new Fake("b", 10_000_000)), 0.8);
        assertThat(times.get(0).calls()).isBetween(800, 808);
        assertThat(times.get(1).calls()).isBetween(80, 88);
    }
}
