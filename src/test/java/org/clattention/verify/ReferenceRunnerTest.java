package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceRunnerTest {
    private static final double LN3 = Math.log(3);

    static List<Path> goldenCases() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("test-data"))) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void passesTheGoldenCase(Path file) {
        GoldenCase golden = GoldenCaseFile.read(file);
        Map<String, HostTensor> got = new ReferenceRunner().run(golden);
        assertThat(golden.outputs()).isNotEmpty();
        golden.outputs().forEach((name, want) -> {
            Comparison comparison = Comparison.compare(name, got.get(name), want, golden.rtol(), golden.atol());
            assertThat(comparison.reason()).isEmpty();
            assertThat(comparison.passed()).isTrue();
        });
    }

    private static HostTensor tensor(double[] values, long... shape) {
        return HostTensor.ofDoubles(values, shape);
    }

    /** Runs a case that wants {@code output}, and returns that tensor. */
    private static HostTensor run(
            String op, Map<String, Object> attributes, Map<String, HostTensor> inputs, String output) {
        Map<String, HostTensor> wanted = Map.of(output, tensor(new double[0], 0));
        HostTensor got = new ReferenceRunner()
                .run(new GoldenCase("test", op, new Attributes(attributes), 0, 0, "by hand", inputs, wanted))
                .get(output);
        assertThat(got).isNotNull();
        return got;
    }

    private static void assertValues(HostTensor got, double... want) {
        assertThat(got.toDoubles()).containsExactly(want, within(1e-12));
    }

    /** Two queries of 0, three keys of 0 and the values 1, 2, 3: averages. */
    private static Map<String, HostTensor> averages() {
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put("Q", tensor(new double[2], 1, 1, 2, 1));
        inputs.put("K", tensor(new double[3], 1, 1, 3, 1));
        inputs.put("V", tensor(new double[] {1, 2, 3}, 1, 1, 3, 1));
        return inputs;
    }

    @Test
    void attentionAlignsByPastOrByLengths() {
        Map<String, Object> causal = Map.of("is_causal", 1L);
        assertValues(run("attention", causal, averages(), "Y"), 1, 1.5);
        Map<String, HostTensor> external = averages();
        external.put("nonpad_kv_seqlen", HostTensor.ofLongs(new long[] {3}, 1));
        assertValues(run("attention", causal, external, "Y"), 1.5, 2);
        Map<String, HostTensor> cached = averages();
        cached.put("past_key", tensor(new double[1], 1, 1, 1, 1));
        cached.put("past_value", tensor(new double[] {7}, 1, 1, 1, 1));
        assertValues(run("attention", causal, cached, "Y"), 4, 10 / 3.0);
        assertValues(run("attention", causal, cached, "present_value"), 7, 1, 2, 3);
    }

    @Test
    void attentionTakesConcatenatedHeads() {
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put("Q", tensor(new double[] {1, 1, 0, 0}, 1, 2, 2));
        inputs.put("K", tensor(new double[] {0, LN3}, 1, 2, 1));
        inputs.put("V", tensor(new double[] {4, 8}, 1, 2, 1));
        Map<String, Object> heads = Map.of("q_num_heads", 2L, "kv_num_heads", 1L);
        HostTensor y = run("attention", heads, inputs, "Y");
        assertThat(y.shape()).containsExactly(1, 2, 2);
        assertValues(y, 7, 7, 6, 6);
        HostTensor logSumExp = run("attention", heads, inputs, "log_sum_exp");
        assertThat(logSumExp.shape()).containsExactly(1, 2, 2);
        assertValues(logSumExp, Math.log(4), Math.log(2), Math.log(4), Math.log(2));
        assertThat(run("attention", heads, inputs, "present_key").shape()).containsExactly(1, 1, 2, 1);
        rejects("attention", Map.of(), inputs, "q_num_heads", "3-D");
    }

    @Test
    void attentionTakesAllItsAttributesAndInputs() {
        Map<String, HostTensor> inputs = averages();
        inputs.put("Q", tensor(new double[] {1, 1}, 1, 1, 2, 1));
        inputs.put("K", tensor(new double[] {1, 2, 3}, 1, 1, 3, 1));
        inputs.put("attn_mask", tensor(new double[] {0.5}, 1));
        inputs.put("sinks", tensor(new double[] {0}, 1));
        inputs.put("alibi_slopes", tensor(new double[] {0.25}, 1));
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("scale", 2.0);
        attributes.put("softcap", 4L);
        attributes.put("right_window_size", 0L);
        attributes.put("left_window_size", 5L);
        attributes.put("softmax_precision", 1L);
        attributes.put("qk_matmul_output_mode", 2L);
        double first = 4 * Math.tanh(0.5) + 0.5;
        double none = Double.NEGATIVE_INFINITY;
        assertThat(run("attention", attributes, inputs, "qk_matmul_output").toDoubles())
                .containsExactly(first, none, none, first - 0.25, none, none);
        double weight = Math.exp(first) / (Math.exp(first) + 1);
        assertThat(run("attention", attributes, inputs, "Y").getDouble(0)).isEqualTo(weight, within(1e-14));
        attributes.put("qk_matmul_output_mode", 4L);
        rejects("attention", attributes, inputs, "qk_matmul_output_mode", "4");
    }

    /** A layer of width 2 and identity weights on two tokens. */
    private static Map<String, HostTensor> layer() {
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put("x", tensor(new double[] {1, 0, 0, 1}, 1, 2, 2));
        for (String name : List.of("w_q", "w_k", "w_v", "w_o")) {
            inputs.put(name, tensor(new double[] {1, 0, 0, 1}, 2, 2));
        }
        return inputs;
    }

    @Test
    void layerReadsItsAttributes() {
        double own = Math.exp(1) / (Math.exp(1) + 1);
        Map<String, Object> attributes = new HashMap<>(Map.of("num_heads", 1L, "scale", 1.0));
        assertValues(run("multi_head_attention", attributes, layer(), "y"), own, 1 - own, 1 - own, own);
        attributes.put("causal", true);
        assertValues(run("multi_head_attention", attributes, layer(), "weights"), 1, 0, 1 - own, own);
        attributes.put("left_window", 0L);
        assertValues(run("multi_head_attention", attributes, layer(), "y"), 1, 0, 0, 1);
        rejects("multi_head_attention", Map.of(), layer(), "num_heads", "missing");
        rejects("multi_head_attention", Map.of("num_heads", 2L, "num_kv_heads", 3L), layer(), "heads: 2", "3");
    }

    @Test
    void ropeIsReadWithItsScaling() {
        Map<String, Object> rope = new HashMap<>(Map.of("style", "half", "theta", 10000L, "dim", 2L));
        Map<String, Object> attributes = Map.of("num_heads", 1L, "rope", rope);
        assertValues(presentKey(attributes), 1, 0, -Math.sin(1), Math.cos(1));
        rope.put("scaling", Map.of("type", "linear", "factor", 2.0));
        assertValues(presentKey(attributes), 1, 0, -Math.sin(0.5), Math.cos(0.5));
        rope.put("scaling", Map.of("type", "llama3", "factor", 4.0, "original_max_position_embeddings", 2L));
        assertValues(presentKey(attributes), 1, 0, -Math.sin(0.25), Math.cos(0.25));
        rope.put(
                "scaling",
                Map.of("type", "yarn", "factor", 4.0, "original_max_position_embeddings", 64L, "beta_slow", 11.0));
        double m = 0.1 * Math.log(4) + 1;
        assertValues(presentKey(attributes), m, 0, -m * Math.sin(1), m * Math.cos(1));
        rope.put("scaling", Map.of("type", "other"));
        rejects("multi_head_attention", attributes, layer(), "type", "other");
        rope.put("scaling", Map.of("type", "linear", "beta_fast", 2.0));
        rejects("multi_head_attention", attributes, layer(), "beta_fast");
    }

    private static HostTensor presentKey(Map<String, Object> attributes) {
        return run("multi_head_attention", attributes, layer(), "present_key");
    }

    @Test
    void blockReadsItsAttributes() {
        Map<String, HostTensor> inputs = layer();
        inputs.put("norm1_weight", tensor(new double[] {1, 1}, 2));
        inputs.put("norm2_weight", tensor(new double[] {1, 1}, 2));
        inputs.put("w_o", tensor(new double[4], 2, 2));
        inputs.put("w_up", tensor(new double[] {1, 0}, 1, 2));
        inputs.put("w_down", tensor(new double[] {1, 0}, 2, 1));
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("norm", "rms");
        attributes.put("norm_position", "pre");
        attributes.put("norm_eps", 0.0);
        attributes.put("activation", "silu");
        attributes.put("attention", Map.of("num_heads", 1L));
        double root = Math.sqrt(2);
        assertValues(run("transformer_block", attributes, inputs, "y"), 1 + root / (1 + Math.exp(-root)), 0, 0, 1);
        attributes.put("norm", "layer");
        attributes.put("activation", "relu");
        assertValues(run("transformer_block", attributes, inputs, "y"), 2, 0, 0, 1);
        attributes.put("norm_position", "post");
        assertValues(run("transformer_block", attributes, inputs, "y"), 1, -1, -1, 1);
        attributes.remove("activation");
        rejects("transformer_block", attributes, inputs, "activation", "gelu_tanh");
    }

    @Test
    void latentAttentionReadsItsAttributes() {
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put("x", tensor(new double[] {3, 3}, 1, 2, 1));
        inputs.put("w_q", tensor(new double[] {0, 1, 0}, 3, 1));
        inputs.put("w_kv_a", tensor(new double[] {5, 2, 0}, 3, 1));
        inputs.put("kv_a_norm", tensor(new double[] {7}, 1));
        inputs.put("w_kv_b", tensor(new double[] {0, 2}, 2, 1));
        inputs.put("w_o", tensor(new double[] {10}, 1, 1));
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("num_heads", 1L);
        attributes.put("qk_nope_head_dim", 1L);
        attributes.put("qk_rope_head_dim", 2L);
        attributes.put("v_head_dim", 1L);
        attributes.put("kv_lora_rank", 1L);
        attributes.put("norm_eps", 0.0);
        attributes.put("causal", true);
        attributes.put("rope", Map.of("style", "interleaved"));
        // The latent is 7 at both tokens, the value 14, whatever the weights are.
        assertValues(run("latent_attention", attributes, inputs, "y"), 140, 140);
        assertValues(run("latent_attention", attributes, inputs, "present_latent"), 7, 7);
        assertValues(
                run("latent_attention", attributes, inputs, "present_rope_key"),
                6,
                0,
                6 * Math.cos(1),
                6 * Math.sin(1));
    }

    @Test
    void operators() {
        assertValues(
                run("softmax", Map.of("axis", 0L), Map.of("x", tensor(new double[] {0, 0, LN3, 0}, 2, 2)), "y"),
                0.25,
                0.5,
                0.75,
                0.5);
        assertValues(run("swish", Map.of(), Map.of("x", tensor(new double[] {LN3}, 1)), "y"), 0.75 * LN3);
        assertValues(run("gelu", Map.of(), Map.of("x", tensor(new double[] {1}, 1)), "y"), 0.8413447460685429);
        Map<String, HostTensor> norm =
                Map.of("X", tensor(new double[] {1, 5}, 1, 2), "W", tensor(new double[] {1, 2}, 2));
        assertValues(run("layer_normalization", Map.of("epsilon", 12.0), norm, "InvStdDev"), 0.25);
        assertValues(run("rms_normalization", Map.of("epsilon", 12.0), norm, "Y"), 0.2, 2);
        Map<String, HostTensor> rotary = Map.of(
                "input", tensor(new double[] {1, 0, 0, 1}, 1, 1, 4),
                "cos_cache", tensor(new double[] {0}, 1, 1, 1),
                "sin_cache", tensor(new double[] {1}, 1, 1, 1));
        HostTensor turned = run("rotary_embedding", Map.of("num_heads", 2L), rotary, "output");
        assertThat(turned.shape()).containsExactly(1, 1, 4);
        assertValues(turned, 0, 1, -1, 0);
        rejects("gelu", Map.of("approximate", "other"), Map.of("x", tensor(new double[1], 1)), "approximate", "other");
    }

    @Test
    void rejectsWhatItDoesNotKnow() {
        Map<String, HostTensor> extra = averages();
        extra.put("bias", tensor(new double[1], 1));
        rejects("attention", Map.of(), extra, "bias", "unknown tensor");
        rejects("attention", Map.of("causal", 1L), averages(), "causal", "unknown");
        assertThatThrownBy(() -> run("attention", Map.of(), averages(), "Z"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Z", "no such output");
        assertThatThrownBy(() -> run("convolution", Map.of(), Map.of(), "y"))
                .isInstanceOf(UnsupportedCaseException.class)
                .hasMessageContaining("convolution");
    }

    private static void rejects(
            String op, Map<String, Object> attributes, Map<String, HostTensor> inputs, String... parts) {
        assertThatThrownBy(() -> run(op, attributes, inputs, op.equals("attention") ? "Y" : "y"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }
}
