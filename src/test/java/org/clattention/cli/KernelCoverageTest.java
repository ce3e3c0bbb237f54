package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.clattention.config.StepPlan;
import org.clattention.config.StepPlan.KernelPlan;
import org.junit.jupiter.api.Test;

/** What {@code smoke} and {@code verify} say of the kernels that they reached. */
class KernelCoverageTest {
    private static KernelPlan kernel(String source, String name, String constants) {
        return new KernelPlan(source, name, constants, "1 group of 1", 2);
    }

    private static StepPlan step(String step, KernelPlan... kernels) {
        return new StepPlan(step, "", List.of(kernels), "");
    }

    @Test
    void whatNoCallRanIsNamed() {
        KernelCoverage coverage = new KernelCoverage(
                List.of("cpu/flash_attention", "cpu/softmax", "portable/scaled_scores", "portable/elementwise:gate"));
        coverage.add(List.of(
                step("attend", kernel("cpu/flash_attention.cl", "flash_attention", "ROWS=12")),
                step("attend", kernel("cpu/flash_attention.cl", "flash_attention", "ROWS=3")),
                step("attend", kernel("portable/scaled_scores.cl", "scaled_scores", "")),
                step("copy")));
        assertThat(coverage.notReached()).containsExactly("cpu/softmax", "portable/elementwise:gate");
        assertThat(coverage.lines())
                .containsExactly(
                        "kernels reached: 2 of 4, in 3 builds (tiles, types); not reached: cpu/softmax, portable/elementwise:gate",
                        "steps with portable kernels: 1 of 3 attend");
    }

    /** Scores and values by portable kernels count as such, though the softmax between them is the set's own. */
    @Test
    void aStepOfBothSetsCountsAsPortable() {
        KernelCoverage coverage = new KernelCoverage(List.of("cpu/softmax", "portable/scaled_scores"));
        coverage.add(List.of(step(
                "attend",
                kernel("portable/scaled_scores.cl", "scaled_scores", ""),
                kernel("cpu/softmax.cl", "softmax", ""))));
        assertThat(coverage.lines()).contains("steps with portable kernels: 1 of 1 attend");
    }

    @Test
    void whereAllKernelsArePortableThereIsNoShareOfThem() {
        KernelCoverage coverage = new KernelCoverage(List.of("portable/softmax"));
        coverage.add(List.of(step("softmax", kernel("portable/softmax.cl", "softmax", ""))));
        assertThat(coverage.lines()).containsExactly("kernels reached: 1 of 1, in 1 builds (tiles, types)");
    }

    @Test
    void withoutKernelsNothingIsSaid() {
        KernelCoverage coverage = new KernelCoverage(List.of());
        coverage.add(List.of(step("softmax", kernel("", "softmax", "vector"))));
        assertThat(coverage.lines()).isEmpty();
    }
}
