package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeResult.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The quick level finds devices that are right but for what is long, wide, or one of a million. Their rest is a plain computation. */
class LyingDeviceTest {
    private static final int MILLION = 1_000_000;

    private static final List<Known> CASES = SmokeSuite.QUICK.cases(5).stream()
            .filter(c -> c.need().equals(MemoryNeed.LITTLE) && c.answer() != SmokeCase.Answer.REPEAT)
            .map(Known::of)
            .toList();

    /** A check, and what its inputs look like. */
    private record Known(SmokeCase smokeCase, String op, Map<String, List<Long>> inputs, Set<String> outputs) {
        static Known of(SmokeCase smokeCase) {
            GoldenCase made = smokeCase.inputs().get();
            Map<String, List<Long>> shapes = new HashMap<>();
            made.inputs()
                    .forEach((name, tensor) -> shapes.put(
                            name, Arrays.stream(tensor.shape()).boxed().toList()));
            return new Known(
                    smokeCase, made.op(), shapes, Set.copyOf(made.outputs().keySet()));
        }

        /** The size of a dimension, the last being -1; 0 if there is none. */
        long size(String input, int dimension) {
            List<Long> shape = inputs.getOrDefault(input, List.of());
            int at = dimension < 0 ? shape.size() + dimension : dimension;
            return at >= 0 && at < shape.size() ? shape.get(at) : 0;
        }
    }

    private final SmokeCheck check = new SmokeCheck();

    /** A lie about one output of an operation, where a dimension of an input (the last is -1) is over a number. */
    @ParameterizedTest
    @CsvSource({
        "attention, Y, K, -2, 128",
        "attention, Y, K, -2, 1024",
        "attention, Y, K, -2, 16384",
        "attention, Y, Q, -2, 512",
        "attention, Y, Q, 0, 128",
        "attention, log_sum_exp, K, -2, 1024",
        "attention, log_sum_exp, Q, -2, 512",
        "attention, qk_matmul_output, K, -2, 1024",
        "attention, qk_matmul_output, K, -2, 16384",
        "attention, qk_matmul_output, Q, -2, 512",
        "attention, entropy, K, -2, 1024",
        "attention, top_keys, K, -2, 1024",
        "attention, column_sums, K, -2, 16384",
        "softmax, y, x, -1, 16384",
        "softmax, y, x, 0, 512",
        "layer_normalization, Y, X, -1, 16384",
        "layer_normalization, Y, X, 0, 512",
        "layer_normalization, Mean, X, -1, 16384",
        "rms_normalization, Y, X, -1, 16384",
        "rms_normalization, Y, X, 0, 512",
        "multi_head_attention, y, x, -1, 16384",
        "multi_head_attention, y, w_o, 0, 16384",
        "multi_head_attention, y, x, 0, 512",
        "multi_head_attention, y, x, -2, 1024",
        "multi_head_attention, y, x, -2, 128",
        "transformer_block, y, x, -2, 512",
        "transformer_block, y, w_up, 0, 16384",
        "transformer_block, y, x, -1, 16384",
        "latent_attention, y, x, 0, 512",
        "rotary_embedding, output, input, -2, 512",
    })
    void lengthsAreReached(String op, String output, String input, int dimension, long over) {
        requireFound(op, output, known -> known.size(input, dimension) > over, 1);
    }

    @ParameterizedTest
    @CsvSource({
        "attention, Y",
        "attention, qk_matmul_output",
        "softmax, y",
        "layer_normalization, Y",
        "rms_normalization, Y",
        "gelu, y",
        "multi_head_attention, y",
        "multi_head_attention, present_key",
        "multi_head_attention, present_value",
        "transformer_block, y",
    })
    void oneElementOfAMillionIsFound(String op, String output) {
        requireFound(op, output, known -> true, MILLION);
    }

    /** Requires a check that fails where one element, that of this number or the last, is off by a hundredth of the largest. */
    private void requireFound(String op, String output, Predicate<Known> when, int least) {
        int candidates = 0;
        for (Known known : CASES) {
            if (!known.op().equals(op) || !known.outputs().contains(output) || !when.test(known)) {
                continue;
            }
            boolean[] lied = {false};
            CaseRunner liar = new CaseRunner() {
                @Override
                public Map<String, HostTensor> run(GoldenCase asked) {
                    return run(asked, CallPlan.ONE_CALL);
                }

                @Override
                public Map<String, HostTensor> run(GoldenCase asked, CallPlan plan) {
                    Map<String, HostTensor> results = new HashMap<>(new PlainRunner().run(asked, plan));
                    HostTensor told = results.get(output).to(DataType.F32);
                    if (told.elements() >= least) {
                        results.put(output, wrong(told, least));
                        lied[0] = true;
                    }
                    return results;
                }
            };
            SmokeResult result = check.run(known.smokeCase(), liar);
            candidates += lied[0] ? 1 : 0;
            if (lied[0] && result.status() == Status.FAILED) {
                return;
            }
        }
        assertThat(candidates).as("checks that reach this").isPositive();
        assertThat(candidates).as("checks that reach this, and none found it").isZero();
    }

    private static HostTensor wrong(HostTensor right, int least) {
        float[] values = right.toFloats();
        float largest = 0;
        for (float value : values) {
            largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        int at = least > 1 ? least - 1 : values.length - 1;
        values[at] = Float.isFinite(values[at]) ? values[at] + 0.01f * Math.max(largest, 1e-3f) : 0;
        return HostTensor.of(values, right.shape());
    }
}
