package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.CacheWalk;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever is done to a cache, each call gives what the whole sequence would give in one pass. */
class CacheContractTest extends DeviceTest {
    @Test
    void multiHeadAttention() {
        walk("cache-tiny", 60, 6, 25);
    }

    @Test
    void latentAttention() {
        walk("latentcache-tiny", 40, 5, 25);
    }

    @Test
    @Tag("small")
    void aFewSteps() {
        walk("cache-small", 6, 3, 6);
    }

    @Test
    @Tag("small")
    void aFewStepsOfLatentAttention() {
        // Keys are expanded up to the longest sequence. The rows beyond a shorter one's end were never written; what is
        // made
        // of them is masked, but the check reports that they are read.
        assumeFalse(Boolean.getBoolean("clattention.shadowChecks"), "unwritten rows are expanded, then masked");
        walk("latentcache-small", 6, 3, 6);
    }

    private void walk(String kind, int pocl, int others, int steps) {
        assumeTrue(steps < 10 || !device.simulated(), "too slow for a simulator");
        List<String> failures = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (String name : AttentionCases.names(kind, device.takesMostCases() ? pocl : others)) {
                String problem = CacheWalk.check(engine, name, steps);
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
            }
        }
        assertThat(failures).as("walks that went wrong on " + device).isEmpty();
    }
}
