package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.clattention.AttentionEngine;
import org.clattention.config.HostTensor;
import org.clattention.testing.TestDevice;
import org.clattention.verify.SmokeResult.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks on an engine: they pass, and an engine that is used wrongly does not. */
class SmokeSuiteTest {
    private final SmokeCheck check = new SmokeCheck();

    private static List<SmokeCase> part(String... parts) {
        return SmokeSuite.QUICK.cases(2).stream()
                .filter(c -> Set.of(parts).contains(c.part()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "head_products",
                "store_heads",
                "norm_rows",
                "activate",
                "gate",
                "add",
                "summaries",
                "layer",
                "caches",
                "ragged",
                "latent_attention",
                "block",
                "storage",
                "large"
            })
    void theEnginePasses(String part) {
        requirePasses(TestDevice.POCL, part);
    }

    /** What reaches the kernels made for CPUs alone: weights in panels and in blocks of them, keys in several chunks. */
    @ParameterizedTest
    @ValueSource(strings = {"storage", "large", "latent_attention"})
    void theKernelsForCpusPass(String part) {
        requirePasses(TestDevice.POCL_CPU, part);
    }

    private void requirePasses(TestDevice device, String part) {
        try (AttentionEngine engine = device.open()) {
            CaseRunner runner = new EngineRunner(engine);
            assertThat(part(part)).isNotEmpty().allSatisfy(c -> {
                SmokeResult result = check.run(c, runner);
                assertThat(result.status())
                        .as(c.name() + ": " + result.reason())
                        .isEqualTo(Status.PASSED);
            });
        }
    }

    /** Decoding that forgets what was before. */
    @Test
    void callsWithoutTheirCacheAreFound() {
        requireFailure(
                part("caches", "latent_attention", "block", "configurations").stream()
                        .filter(c -> c.plan().cache() != null && c.need().heapBytes() < 64 << 20)
                        .toList(),
                plan -> new CallPlan(null, plan.calls(), plan.ragged(), plan.form()));
    }

    /** Ragged sequences whose boundaries are shifted. */
    @Test
    void tokensOfAnotherSequenceAreFound() {
        requireFailure(part("ragged"), plan -> {
            int[][] calls = plan.calls().stream().map(int[]::clone).toArray(int[][]::new);
            for (int[] call : calls) {
                for (int i = 0; i < call.length / 2; i++) {
                    int other = call[call.length - 1 - i];
                    call[call.length - 1 - i] = call[i];
                    call[i] = other;
                }
            }
            return CallPlan.ragged(plan.cache(), calls);
        });
    }

    private void requireFailure(List<SmokeCase> cases, UnaryOperator<CallPlan> change) {
        try (AttentionEngine engine = TestDevice.POCL.open()) {
            CaseRunner right = new EngineRunner(engine);
            CaseRunner wrong = new CaseRunner() {
                @Override
                public Map<String, HostTensor> run(GoldenCase goldenCase) {
                    return right.run(goldenCase);
                }

                @Override
                public Map<String, HostTensor> run(GoldenCase goldenCase, CallPlan plan) {
                    return right.run(goldenCase, change.apply(plan));
                }
            };
            assertThat(cases)
                    .isNotEmpty()
                    .allSatisfy(c -> assertThat(check.run(c, wrong).status())
                            .as(c.name())
                            .isEqualTo(Status.FAILED));
        }
    }
}
