package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.clattention.testing.Agreement;
import org.clattention.testing.AttentionCase;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.EngineAnswers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scaled dot-product attention agrees with the float64 reference, whatever the options. */
class DotProductContractTest extends DeviceTest {
    @Test
    @Tag("small")
    void agreesOnTinyCases() {
        run("tiny", device.takesMostCases() ? 300 : 25);
    }

    @Test
    void agreesOnSmallCases() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        run("small", device.takesMostCases() ? 900 : 90);
    }

    @Test
    void agreesOnMediumCases() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        run("medium", device.takesMostCases() ? 600 : 60);
    }

    private void run(String size, int count) {
        List<String> failures = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (String name : AttentionCases.names(size, count)) {
                AttentionCase made = AttentionCases.of(name);
                String problem = Agreement.check(made, EngineAnswers.of(engine, made));
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
            }
        }
        assertThat(failures).as("cases that disagree on " + device).isEmpty();
    }
}
