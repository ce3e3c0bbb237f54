package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.KernelSet;
import org.clattention.testing.Agreement;
import org.clattention.testing.AttentionCase;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.EngineAnswers;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.TestDevice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On one device, the kernels for GPUs give what the portable ones give, whatever the options. */
@ExtendWith(NoLiveHandles.class)
class GpuKernelsTest {
    private static final String BUILD_OPTIONS = "clattention.buildOptions";

    private static @Nullable String optionsBefore;

    /** Optimizing takes PoCL several times as long as all cases run. */
    @BeforeAll
    static void buildQuickly() {
        optionsBefore = System.setProperty(BUILD_OPTIONS, "-cl-opt-disable");
    }

    /** With the options that all tests may have been given. */
    @AfterAll
    static void buildAsBefore() {
        if (optionsBefore == null) {
            System.clearProperty(BUILD_OPTIONS);
        } else {
            System.setProperty(BUILD_OPTIONS, optionsBefore);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestDevice.class,
            names = {"POCL_GPU", "RUSTICL_GPU", "OCLGRIND_GPU"})
    @Tag("small")
    void tinyCasesEqualThePortableOnes(TestDevice device) {
        run(device, "tiny", device == TestDevice.POCL_GPU ? 60 : 15);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestDevice.class,
            names = {"POCL_GPU", "RUSTICL_GPU"})
    void smallCasesEqualThePortableOnes(TestDevice device) {
        run(device, "small", device == TestDevice.POCL_GPU ? 60 : 10);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestDevice.class,
            names = {"POCL_GPU", "RUSTICL_GPU"})
    void mediumCasesEqualThePortableOnes(TestDevice device) {
        run(device, "medium", device == TestDevice.POCL_GPU ? 20 : 3);
    }

    private static void run(TestDevice device, String size, int count) {
        List<String> failures = new ArrayList<>();
        try (AttentionEngine fast = device.open();
                AttentionEngine portable = AttentionEngine.open(device.options().withKernels(KernelSet.PORTABLE))) {
            for (String name : AttentionCases.names(size, count)) {
                AttentionCase made = AttentionCases.of(name).fused();
                String problem =
                        Agreement.checkAlike(made, EngineAnswers.of(fast, made), EngineAnswers.of(portable, made));
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
            }
        }
        assertThat(failures).as("cases that disagree on " + device).isEmpty();
    }
}
