package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.clattention.config.AttentionOptions;
import org.clattention.config.KernelSet;
import org.clattention.config.StepPlan;
import org.clattention.testing.Agreement;
import org.clattention.testing.Answers;
import org.clattention.testing.AttentionCase;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.EngineAnswers;
import org.clattention.testing.LayerAnswers;
import org.clattention.testing.LayerCase;
import org.clattention.testing.LayerCases;
import org.clattention.testing.LayerExpectation;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The fused kernels for CPUs give what the portable ones give, whatever the options; each case is known to have been fused.
 * {@code -Dclattention.cases=100} runs 6,000 cases.
 */
@ExtendWith(NoLiveHandles.class)
class FusedKernelsTest {
    @Test
    void attentionEqualsThePortableOne() {
        attention(AttentionCases.names("fused", 40));
    }

    /** One query after many keys, whose window begins inside one chunk of keys and ends in another. */
    @Test
    void windowsAcrossChunks() {
        attention(List.of("fused-590"));
    }

    /** Two keys, whose values are 1 and 0: the outputs are weights, so they show how exact the exponential is. */
    @Test
    void weightsAreExactToAFewRoundings() {
        int queries = 4001;
        float[] q = new float[queries];
        for (int i = 0; i < queries; i++) {
            q[i] = (i - queries / 2) * 0.002f;
        }
        float[] values = new float[32];
        Arrays.fill(values, 0, 16, 1);
        try (AttentionEngine engine = open(KernelSet.CPU);
                Tensor query = engine.tensor(q, 1, 1, queries, 1);
                Tensor key = engine.tensor(new float[] {1, 0}, 1, 1, 2, 1);
                Tensor value = engine.tensor(values, 1, 1, 2, 16);
                AttentionResult result = engine.dotProductAttention(AttentionOptions.DEFAULT)
                        .forward(DotProductInputs.of(query, key, value))) {
            float[] got = result.output().toFloats();
            double worst = 0;
            for (int i = 0; i < queries; i++) {
                worst = Math.max(worst, Math.abs(got[16 * i] - 1 / (1 + Math.exp(-q[i]))));
            }
            assertThat(worst).isLessThan(2e-7);
        }
    }

    private static void attention(List<String> names) {
        List<String> failures = new ArrayList<>();
        try (AttentionEngine fast = open(KernelSet.CPU);
                AttentionEngine portable = open(KernelSet.PORTABLE)) {
            for (String name : names) {
                AttentionCase made = AttentionCases.of(name).fused();
                Answers got = fused(fast, name, () -> EngineAnswers.of(fast, made));
                note(failures, Agreement.checkAlike(made, got, EngineAnswers.of(portable, made)));
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void layersEqualThePortableOnes() {
        List<String> failures = new ArrayList<>();
        try (AttentionEngine fast = open(KernelSet.CPU);
                AttentionEngine portable = open(KernelSet.PORTABLE)) {
            for (String name : AttentionCases.names("layer-fused", 20)) {
                LayerCase made = LayerCases.of(name).fused();
                Answers got = fused(fast, name, () -> LayerAnswers.run(fast, made));
                note(failures, LayerExpectation.of(made).checkAlike(got, LayerAnswers.run(portable, made)));
            }
        }
        assertThat(failures).isEmpty();
    }

    private static AttentionEngine open(KernelSet kernels) {
        return AttentionEngine.open(TestDevice.POCL.options().withKernels(kernels));
    }

    /** A test of the portable kernels against themselves would prove nothing. */
    private static Answers fused(AttentionEngine engine, String name, Supplier<Answers> call) {
        AtomicReference<Answers> answers = new AtomicReference<>();
        List<StepPlan> plan = engine.explain(() -> answers.set(call.get()));
        assertThat(plan.stream().filter(step -> step.step().equals("attend")))
                .as(name)
                .hasSize(1)
                .allSatisfy(step -> assertThat(step.reason()).startsWith("cpu, "));
        return answers.get();
    }

    private static void note(List<String> failures, String problem) {
        if (!problem.isEmpty()) {
            failures.add(problem);
        }
    }
}
