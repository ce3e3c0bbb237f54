package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.BlockCase;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.LatentCase;
import org.clattention.testing.OperatorCase;
import org.clattention.testing.RaggedCase;
import org.clattention.testing.StackCase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ragged batches, latent attention, transformer blocks and single operators agree with the float64 reference. */
class LayerKindsContractTest extends DeviceTest {
    @Test
    @Tag("small")
    void raggedTiny() {
        run("ragged-tiny", 150, 12, 6, RaggedCase::check);
    }

    @Test
    void raggedSmall() {
        run("ragged-small", 260, 26, 0, RaggedCase::check);
    }

    @Test
    @Tag("small")
    void latentTiny() {
        run("latent-tiny", 300, 20, 8, (engine, name) -> LatentCase.of(name).check(engine));
    }

    @Test
    void latentSmall() {
        run("latent-small", 300, 30, 0, (engine, name) -> LatentCase.of(name).check(engine));
    }

    @Test
    void latentMedium() {
        run("latent-medium", 80, 8, 0, (engine, name) -> LatentCase.of(name).check(engine));
    }

    @Test
    @Tag("small")
    void blocksTiny() {
        run("block-tiny", 250, 20, 6, BlockCase::check);
    }

    @Test
    void blocksSmall() {
        run("block-small", 350, 35, 0, BlockCase::check);
    }

    @Test
    void stacks() {
        run("stack-small", 45, 8, 0, StackCase::check);
    }

    @Test
    @Tag("small")
    void operators() {
        run("operator-tiny", 1075, 90, 12, OperatorCase::check);
    }

    private void run(
            String kind, int pocl, int rusticl, int oclgrind, BiFunction<AttentionEngine, String, String> check) {
        int count = device.takesMostCases() ? pocl : device.simulated() ? oclgrind : rusticl;
        assumeTrue(count > 0, "too slow for a simulator");
        List<String> failures = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (String name : AttentionCases.names(kind, count)) {
                String problem = check.apply(engine, name);
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
            }
        }
        assertThat(failures).as("cases that disagree on " + device).isEmpty();
    }
}
