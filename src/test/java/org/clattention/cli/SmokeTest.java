package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringWriter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.error.DeviceException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.verify.Attributes;
import org.clattention.verify.CallPlan;
import org.clattention.verify.CaseRunner;
import org.clattention.verify.GoldenCase;
import org.clattention.verify.MemoryNeed;
import org.clattention.verify.PlainRunner;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeSuite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the smoke run passes what is right and finds what is wrong; its device is a plain computation in this JVM. */
class SmokeTest {
    /** All but the layers of published models, which are large. */
    private static final List<SmokeCase> CASES = SmokeSuite.QUICK.cases(3).stream()
            .filter(c -> c.need().equals(MemoryNeed.LITTLE))
            .toList();

    private static final CaseRunner RIGHT = new CaseRunner() {
        @Override
        public Map<String, HostTensor> run(GoldenCase goldenCase) {
            return run(goldenCase, CallPlan.ONE_CALL);
        }

        /** The plain computation, with its results rounded to floats as a device returns them. */
        @Override
        public Map<String, HostTensor> run(GoldenCase goldenCase, CallPlan plan) {
            Map<String, HostTensor> out = new HashMap<>();
            new PlainRunner().run(goldenCase, plan).forEach((name, tensor) -> out.put(name, tensor.to(DataType.F32)));
            return out;
        }
    };

    private record Run(int code, String text) {
        String last() {
            return text.lines().reduce((a, b) -> b).orElse("");
        }
    }

    private static Run smoke(CaseRunner runner, List<SmokeCase> cases) {
        StringWriter out = new StringWriter();
        int code = new SmokeCommand().smoke(new FakeSession(runner), cases, Cli.output(out, true));
        return new Run(code, out.toString());
    }

    @Test
    void rightResultsPass() {
        Run run = smoke(RIGHT, CASES);
        assertThat(run.code()).as(run.text()).isEqualTo(ExitCode.PASSED);
        assertThat(run.last()).isEqualTo("PASSED (seed 1)");
        assertThat(run.text())
                .contains("qkv_projection", "output_projection", "head_products", "scaled_scores", "softmax")
                .contains("weighted_values", "store_heads", "norm_rows", "activate", "gate", "add", "summaries")
                .contains("caches", "ragged", "latent_attention", "block", "repeat");
    }

    /** One value of one tensor, off by one part in a thousand of the largest in every check, or not a number in one of each part. */
    @ParameterizedTest
    @ValueSource(strings = {"off", "nan", "infinite"})
    void oneWrongValueIsFoundInEveryCheck(String kind) {
        Set<String> parts = new HashSet<>();
        for (SmokeCase smokeCase : CASES) {
            boolean skipped = !kind.equals("off") && !parts.add(smokeCase.part());
            if (skipped || smokeCase.answer() == SmokeCase.Answer.REPEAT) {
                continue;
            }
            for (String name : smokeCase.inputs().get().outputs().keySet()) {
                float factor = isCoarse(smokeCase) ? 1.05f : 1.001f;
                Run run = smoke(goldenCase -> perturbed(RIGHT.run(goldenCase), name, kind, factor), List.of(smokeCase));
                assertThat(run.code())
                        .as("%s %s %s: %s", smokeCase.name(), name, kind, run.text())
                        .isEqualTo(ExitCode.WRONG_RESULT);
                assertThat(run.last()).isEqualTo("FAILED (seed 1)");
                assertThat(run.text()).contains("--only " + smokeCase.name());
            }
        }
    }

    /**
     * Whether a right result may be off by as much as one part in a thousand: where inputs or the cache have 16 bits or fewer, and
     * where thousands of values average to little beside each of them.
     */
    private static boolean isCoarse(SmokeCase smokeCase) {
        if (smokeCase.reduction() > 1024 && smokeCase.answer() == SmokeCase.Answer.REFERENCE) {
            return true;
        }
        CacheOptions cache = smokeCase.plan().cache();
        Map<String, HostTensor> inputs = smokeCase.inputs().get().inputs();
        HostTensor x = inputs.getOrDefault("x", inputs.get("Q"));
        return (cache != null && cache.type() != DataType.F32)
                || (x != null && (x.type() == DataType.F16 || x.type() == DataType.BF16));
    }

    private static Map<String, HostTensor> perturbed(
            Map<String, HostTensor> right, String name, String kind, float factor) {
        Map<String, HostTensor> out = new HashMap<>(right);
        HostTensor tensor = right.get(name);
        float[] values = tensor.toFloats();
        int largest = 0;
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[largest]) < Float.POSITIVE_INFINITY)
                    || (Math.abs(values[i]) > Math.abs(values[largest])
                            && Math.abs(values[i]) < Float.POSITIVE_INFINITY)) {
                largest = i;
            }
        }
        values[largest] = switch (kind) {
            case "nan" -> Float.isNaN(values[largest]) ? 0.001f : Float.NaN;
            case "infinite" -> Float.POSITIVE_INFINITY;
            default -> values[largest] == 0 || !Float.isFinite(values[largest]) ? 0.001f : values[largest] * factor;
        };
        out.put(name, HostTensor.of(values, tensor.shape()));
        return out;
    }

    @Test
    void aResultThatChangesIsFound() {
        int[] calls = {0};
        CaseRunner unsteady = goldenCase -> {
            Map<String, HostTensor> out = new HashMap<>(RIGHT.run(goldenCase));
            float[] values = out.get("Y").toFloats();
            values[0] = calls[0]++ == 2 ? Math.nextUp(values[0]) : values[0];
            out.put("Y", HostTensor.of(values, out.get("Y").shape()));
            return out;
        };
        Run run = smoke(unsteady, part("repeat").subList(1, 2));
        assertThat(run.code()).isEqualTo(ExitCode.WRONG_RESULT);
        assertThat(run.text()).contains("the same call gave other bits: Y[0,0,0,0]");
    }

    @Test
    void aCheckWithoutAnAnswerIsABug() {
        SmokeCase unanswered = new SmokeCase(
                "unanswered",
                "x",
                SmokeCase.Answer.REFERENCE,
                1,
                MemoryNeed.LITTLE,
                () -> new GoldenCase(
                        "unanswered", "no_such_operation", new Attributes(Map.of()), 0, 0, "", Map.of(), Map.of()));
        assertThatThrownBy(() -> smoke(goldenCase -> Map.of(), List.of(unanswered)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unanswered has no answer");
    }

    /** Every published configuration decodes through a cache, and says what it needs. */
    @Test
    void publishedConfigurationsPrefillAndDecode() {
        List<SmokeCase> all = SmokeSuite.QUICK.cases(1).stream()
                .filter(c -> c.part().equals("configurations"))
                .toList();
        assertThat(all).hasSize(9).allSatisfy(c -> {
            assertThat(c.plan().calls()).hasSize(2);
            assertThat(c.plan().calls().get(1)).containsExactly(1);
            assertThat(c.need().deviceBytes()).isGreaterThan(4L << 20);
        });
        SmokeCase largest = all.get(8);
        assertThat(largest.name()).startsWith("gpt-3");
        assertThat(largest.need().largestBuffer()).isEqualTo(3L * 12288 * 12288 * 2);
    }

    @Test
    void aFailingDeviceIsNoWrongResult() {
        Run run = smoke(
                goldenCase -> {
                    throw new DeviceException("clFinish: gone\n  more");
                },
                part("softmax"));
        assertThat(run.code()).isEqualTo(ExitCode.DEVICE_FAILED);
        assertThat(run.text())
                .contains("ERROR   softmax-1-last: clFinish: gone")
                .doesNotContain("more");
        assertThat(run.last()).startsWith("FAILED");
    }

    @Test
    void tooLittleMemoryIsASkip() {
        CaseRunner small = goldenCase -> {
            if (goldenCase.name().startsWith("softmax-1023")) {
                throw new DeviceMemoryException("x", 4000, 100, "its limit");
            }
            return RIGHT.run(goldenCase);
        };
        Run run = smoke(small, part("softmax"));
        assertThat(run.code()).isEqualTo(ExitCode.PASSED);
        assertThat(run.text()).contains("SKIPPED softmax-1023-last: needs 4000 bytes, available 100");
        SmokeCase impossible = new SmokeCase(
                "too-large", "layer", SmokeCase.Answer.REFERENCE, 1, new MemoryNeed(0, 0, Long.MAX_VALUE), () -> {
                    throw new IllegalStateException("must not be made");
                });
        Run skipped = smoke(RIGHT, List.of(impossible, CASES.get(0)));
        assertThat(skipped.code()).isEqualTo(ExitCode.PASSED);
        assertThat(skipped.text()).contains("SKIPPED too-large: needs 9,223,372,036,854,775,807 bytes of Java heap");
        assertThat(smoke(RIGHT, List.of(impossible)).last())
                .as("nothing was checked")
                .startsWith("FAILED");
    }

    @Test
    void namesAreUniqueAndCasesFollowFromTheSeed() {
        for (SmokeSuite suite : SmokeSuite.values()) {
            Set<String> names = new HashSet<>();
            suite.cases(1)
                    .forEach(c -> assertThat(names.add(c.name())).as(c.name()).isTrue());
        }
        assertThat(x(1)).isEqualTo(x(1)).isNotEqualTo(x(2));
        SmokeCase random = SmokeSuite.random(5, 9);
        assertThat(random.inputs().get().inputs().get("Q").data())
                .isEqualTo(
                        SmokeSuite.random(5, 9).inputs().get().inputs().get("Q").data());
    }

    private static Object x(long seed) {
        SmokeCase softmax = SmokeSuite.QUICK.cases(seed).stream()
                .filter(c -> c.name().equals("softmax-257-last"))
                .findFirst()
                .orElseThrow();
        return softmax.inputs().get().inputs().get("x").data();
    }

    private static List<SmokeCase> part(String part) {
        return CASES.stream().filter(c -> c.part().equals(part)).toList();
    }
}
