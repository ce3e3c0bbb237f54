package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.LayerAnswers;
import org.clattention.testing.LayerCases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A multi-head attention layer agrees with the float64 reference, whatever its shape and options. */
class MultiHeadContractTest extends DeviceTest {
    @Test
    @Tag("small")
    void agreesOnTinyCases() {
        run("layer-tiny", device.takesMostCases() ? 200 : 15);
    }

    @Test
    void agreesOnSmallCases() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        run("layer-small", device.takesMostCases() ? 300 : 30);
    }

    @Test
    void agreesOnMediumCases() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        run("layer-medium", device.takesMostCases() ? 200 : 20);
    }

    private void run(String size, int count) {
        List<String> failures = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (String name : AttentionCases.names(size, count)) {
                String problem = LayerAnswers.check(engine, LayerCases.of(name));
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
            }
        }
        assertThat(failures).as("cases that disagree on " + device).isEmpty();
    }
}
