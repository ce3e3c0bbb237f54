package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.clattention.io.InvalidFileException;
import org.clattention.io.JsonReader;
import org.clattention.io.SafetensorsWriter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Configurations that must be refused before any tensor is looked for, each with one line that says what is wrong. */
@Tag("small")
class BadConfigsTest {
    @TempDir
    private Path parent = Path.of("unset");

    /** Makes a bad folder. */
    private interface Setup {
        Path make() throws IOException;
    }

    private final List<DynamicTest> cases = new ArrayList<>();

    @TestFactory
    List<DynamicTest> all() {
        cases.clear();
        badConfigs();
        badGatedConfigs();
        badFamilies();
        keysOfOtherFamilies();
        numbersBeyondFloats();
        assertThat(cases).hasSizeGreaterThan(70);
        return cases;
    }

    private void badConfigs() {
        text("no JSON", "not JSON", "not valid JSON");
        text("NaN", "{\"rms_norm_eps\": NaN}", "not valid JSON at line 1");
        text("infinity", "{\"rms_norm_eps\": Infinity}", "not valid JSON");
        text("beyond doubles", "{\"rms_norm_eps\": 1e999}", "beyond the range of a double");
        text("twice", "{\"a\": 1, \"a\": 2}", "Duplicate");
        text("a list", "[]", "not a JSON object");
        text("empty object", "{}", "architectures and model_type are missing");
        text("empty file", "", "not a JSON object");
        llama(
                "unknown architecture",
                "architectures = [MambaForCausalLM] is not supported; these are: [LlamaFor",
                "architectures",
                List.of("MambaForCausalLM"));
        llama("architectures no list", "architectures = 3 must be a list of texts", "architectures", 3L);
        llama("architectures of numbers", "must be a list of texts", "architectures", List.of(3L));
        llama("unknown type", "model_type = mamba is not supported", "architectures", null, "model_type", "mamba");
        llama("wrong type", "model_type = qwen2 does not belong to LlamaForCausalLM", "model_type", "qwen2");
        for (String key :
                List.of("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size")) {
            llama("without " + key, key + " is missing", key, null);
            llama(key + " null", key + " = null must be an integer from 1", key, JsonReader.NULL);
        }
        llama("negative", "hidden_size = -64 must be an integer from 1 to 2147483647", "hidden_size", -64L);
        llama("zero", "num_hidden_layers = 0 must be an integer from 1", "num_hidden_layers", 0L);
        llama("fraction", "vocab_size = 50.5 must be an integer", "vocab_size", 50.5);
        llama("text", "vocab_size = 50 must be an integer", "vocab_size", "50");
        llama("too large", "must be an integer from 1 to 2147483647", "vocab_size", 3_000_000_000L);
        llama("too many layers", "num_hidden_layers = 1000000 must be at most 10000", "num_hidden_layers", 1_000_000L);
        llama("large epsilon", "rms_norm_eps = 3.5E38 is beyond the range of 32-bit floats", "rms_norm_eps", 3.5e38);
        llama("vanishing epsilon", "rms_norm_eps = 1.0E-46 is too small for a 32-bit float", "rms_norm_eps", 1e-46);
        llama("negative epsilon", "rms_norm_eps = -1.0E-5 must be positive", "rms_norm_eps", -1e-5);
        llama("epsilon text", "rms_norm_eps = small must be a number", "rms_norm_eps", "small");
        llama("flag", "tie_word_embeddings = 1 must be true or false", "tie_word_embeddings", 1L);
        llama("token", "eos_token_id = -1 must be an integer from 0", "eos_token_id", -1L);
        llama("tokens", "eos_token_id = [a] must be an integer from 0", "eos_token_id", List.of("a"));
    }

    private void badGatedConfigs() {
        llama(
                "groups",
                "num_attention_heads = 4 is not a multiple of num_key_value_heads = 3",
                "num_key_value_heads",
                3L);
        llama("heads", "hidden_size = 65 is not a multiple of num_attention_heads = 4", "hidden_size", 65L);
        llama("odd heads", "rotary dim: 15 must be even", "head_dim", 15L);
        llama("activation", "hidden_act = quick_gelu is not supported; these are: silu", "hidden_act", "quick_gelu");
        llama("partial", "partial_rotary_factor = 0.5 is not supported", "partial_rotary_factor", 0.5);
        llama("experts", "num_local_experts = 8 is not supported: no mixtures of experts", "num_local_experts", 8L);
        llama(
                "quantized",
                "quantization_config = {quant_method=fp8} is not supported",
                "quantization_config",
                Map.of("quant_method", "fp8"));
        llama("encoder-decoder", "is_encoder_decoder = true is not supported", "is_encoder_decoder", true);
        llama("theta", "rope_theta = 0 must be positive", "rope_theta", 0L);
        llama("infinite theta", "rope_theta = 1.0E39 is beyond the range of 32-bit floats", "rope_theta", 1e39);
        llama(
                "sliding Llama",
                "is not supported in LlamaForCausalLM",
                "layer_types",
                List.of("sliding_attention", "full_attention"));
        rope("dynamic", "rope_scaling.type = dynamic is not supported; these are", "type", "dynamic", "factor", 2L);
        rope("longrope", "rope_scaling.rope_type = longrope is not supported", "rope_type", "longrope");
        rope("no type", "rope_scaling.type is missing", "factor", 2L);
        rope("no factor", "rope_scaling.factor is missing", "type", "linear");
        rope("factor 0", "rope_scaling.factor = 0 must be positive", "type", "linear", "factor", 0L);
        rope("two types", "rope_scaling.type = yarn differs", "type", "yarn", "rope_type", "linear", "factor", 2L);
        rope(
                "llama3 order",
                "rope_scaling.high_freq_factor = 1 must exceed low_freq_factor = 4.0",
                "rope_type",
                "llama3",
                "factor",
                8L,
                "low_freq_factor",
                4L,
                "high_freq_factor",
                1L,
                "original_max_position_embeddings",
                64L);
        rope(
                "llama3 original",
                "rope_scaling.original_max_position_embeddings is missing",
                "rope_type",
                "llama3",
                "factor",
                8L,
                "low_freq_factor",
                1L,
                "high_freq_factor",
                4L);
        rope("mscale", "must be given both or not at all", "type", "yarn", "factor", 4L, "mscale_all_dim", 1L);
        rope("mscale alone", "must be given both or not at all", "type", "yarn", "factor", 4L, "mscale", 0.7);
        rope("truncate", "truncate = false is not supported", "type", "yarn", "factor", 4L, "truncate", false);
        rope("betas", "beta_fast = 1 must exceed beta_slow", "type", "yarn", "factor", 4L, "beta_fast", 1L);
        llama("rope no object", "rope_scaling = 3 must be an object", "rope_scaling", 3L);
        llama(
                "both ropes",
                "rope_parameters = {rope_type=default} differs from rope_scaling = {",
                "rope_scaling",
                Map.of("type", "linear", "factor", 2L),
                "rope_parameters",
                Map.of("rope_type", "default"));
        llama(
                "two thetas",
                "rope_parameters.rope_theta = 5 differs from rope_theta = 6.0",
                "rope_theta",
                6L,
                "rope_parameters",
                Map.of("rope_type", "default", "rope_theta", 5L));
    }

    private void badFamilies() {
        bad(
                "gemma2",
                "kinds",
                "must have an element for each of num_hidden_layers = 2",
                "layer_types",
                List.of("full_attention"));
        bad(
                "gemma2",
                "kind",
                "must name full_attention or sliding_attention only",
                "layer_types",
                List.of("full_attention", "chunked_attention"));
        bad("gemma2", "softcap", "attn_logit_softcapping = -1 must be positive", "attn_logit_softcapping", -1L);
        bad(
                "gemma2",
                "activation null",
                "hidden_activation = null must be a text",
                "hidden_activation",
                JsonReader.NULL);
        bad("gemma2", "window null", "sliding_window = null must be an integer", "sliding_window", JsonReader.NULL);
        bad("gemma3_text", "softcap", "attn_logit_softcapping = 50 is not supported", "attn_logit_softcapping", 50L);
        bad(
                "gemma3_text",
                "both ways",
                "use_bidirectional_attention = true is not",
                "use_bidirectional_attention",
                true);
        bad(
                "gemma3_text",
                "half a rope",
                "rope_parameters.sliding_attention is missing",
                "rope_parameters",
                Map.of("full_attention", Map.of("rope_type", "default")));
        bad(
                "qwen2",
                "unused window",
                "layer_types = [sliding_attention, full_attention] is not supported",
                "layer_types",
                List.of("sliding_attention", "full_attention"));
        bad("gpt2", "heads", "n_embd = 66 is not a multiple of n_head = 4", "n_embd", 66L);
        bad("gpt2", "cross", "add_cross_attention = true is not supported", "add_cross_attention", true);
        bad("gpt2", "pruned", "pruned_heads = {0=[1]} is not supported", "pruned_heads", Map.of("0", List.of(1L)));
        bad("gpt2", "width", "n_embd is missing", "n_embd", null);
        bad(
                "bert",
                "positions",
                "position_embedding_type = relative_key is not supported",
                "position_embedding_type",
                "relative_key");
        bad("bert", "decoder", "is_decoder = true is not supported", "is_decoder", true);
        bad(
                "bert",
                "heads",
                "hidden_size = 64 is not a multiple of num_attention_heads = 5",
                "num_attention_heads",
                5L);
        bad(
                "deepseek_v2",
                "experts",
                "layer 1 is a mixture of experts",
                "n_routed_experts",
                8L,
                "first_k_dense_replace",
                1L);
        bad(
                "deepseek_v2",
                "every second",
                "layer 0 is a mixture of experts",
                "n_routed_experts",
                8L,
                "moe_layer_freq",
                2L);
        bad(
                "deepseek_v2",
                "bias",
                "attention_bias = true is not supported in latent attention",
                "attention_bias",
                true);
        bad(
                "deepseek_v2",
                "groups",
                "num_key_value_heads = 2 must be num_attention_heads = 4",
                "num_key_value_heads",
                2L);
        bad("deepseek_v2", "odd rotation", "rotary dim: 7 must be even", "qk_rope_head_dim", 7L);
    }

    /** Keys that other families read: here they would be passed over. */
    private void keysOfOtherFamilies() {
        llama(
                "not causal",
                "is_causal = false is not supported in LlamaForCausalLM: it must be true",
                "is_causal",
                false);
        bad("qwen2", "not causal", "is_causal = false is not supported", "is_causal", false);
        bad("deepseek_v2", "not causal", "is_causal = false is not supported", "is_causal", false);
        bad("gpt2", "not causal", "is_causal = false is not supported", "is_causal", false);
        bad("bert", "causal", "is_causal = true is not supported: it must be false", "is_causal", true);
        llama("both ways", "bidirectional = true is not supported", "bidirectional", true);
        llama("no window", "use_sliding_window = true is not supported", "use_sliding_window", true);
        llama("capped logits", "final_logit_softcapping = 30 is not", "final_logit_softcapping", 30L);
        llama("capped scores", "attn_logit_softcapping = 50 is not", "attn_logit_softcapping", 50L);
        llama("scaled scores", "attention_multiplier = 0.0078125 is not", "attention_multiplier", 0.0078125);
        llama("scaled logits", "logits_scaling = 8 is not supported in LlamaFor", "logits_scaling", 8L);
        llama("scaled branches", "residual_multiplier = 0.22 is not", "residual_multiplier", 0.22);
        llama("clipped", "clip_qkv = 8 is not", "clip_qkv", 8L);
        llama("layers without rotation", "no_rope_layers = [1, 0] is not", "no_rope_layers", List.of(1L, 0L));
        llama("parallel", "use_parallel_residual = true is not", "use_parallel_residual", true);
        bad("gpt2", "alibi", "alibi = true is not supported", "alibi", true);
        bad("qwen3", "three positions", "use_mrope = true is not supported", "use_mrope", true);
        bad(
                "gemma3_text",
                "two local bases",
                "rope_local_base_freq = 7 differs from rope_theta = 200.0 in rope_parameters",
                "rope_local_base_freq",
                7L,
                "rope_parameters",
                Map.of("full_attention", Map.of("rope_theta", 300L), "sliding_attention", Map.of("rope_theta", 200L)));
        bad(
                "gemma3_text",
                "two scalings",
                "full_attention = {rope_type=default} differs from rope_scaling",
                "rope_scaling",
                Map.of("rope_type", "linear", "factor", 8L),
                "rope_parameters",
                Map.of(
                        "full_attention",
                        Map.of("rope_type", "default"),
                        "sliding_attention",
                        Map.of("rope_type", "default")));
    }

    /** Devices compute with floats: a number that is another as a float changes what the model means. */
    private void numbersBeyondFloats() {
        llama("epsilon infinite", "rms_norm_eps = 3.5E38 is beyond the range of 32-bit floats", "rms_norm_eps", 3.5e38);
        llama("epsilon 0", "rms_norm_eps = 1.0E-46 is too small for a 32-bit float", "rms_norm_eps", 1e-46);
        llama("theta infinite", "rope_theta = 1.0E39 is beyond the range", "rope_theta", 1e39);
        bad("gpt2", "epsilon 0", "layer_norm_epsilon = 1.0E-46 is too small", "layer_norm_epsilon", 1e-46);
        bad("bert", "epsilon infinite", "layer_norm_eps = 1.0E300 is beyond", "layer_norm_eps", 1e300);
        bad("gemma2", "softcap 0", "attn_logit_softcapping = 1.0E-46 is too small", "attn_logit_softcapping", 1e-46);
        bad("gemma2", "logits", "final_logit_softcapping = 1.0E300 is beyond", "final_logit_softcapping", 1e300);
        bad("gemma2", "scale", "query_pre_attn_scalar = 1.0E-300 is too small", "query_pre_attn_scalar", 1e-300);
        rope("factor infinite", "rope_scaling.factor = 1.0E39 is beyond", "type", "linear", "factor", 1e39);
    }

    private void rope(String name, String expected, Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        llama("rope " + name, expected, "rope_scaling", object);
    }

    private void llama(String name, String expected, Object... keysAndValues) {
        bad("llama", name, expected, keysAndValues);
    }

    private void bad(String family, String name, String expected, Object... keysAndValues) {
        add(family + ": " + name, expected, () -> {
            Path folder = Files.createTempDirectory(parent, "bad");
            String json = TinyModels.with(folder, TinyModels.config(family), keysAndValues);
            Files.writeString(folder.resolve("config.json"), json);
            SafetensorsWriter.write(folder.resolve(FolderTensors.SINGLE), Map.of(), Map.of());
            return folder;
        });
    }

    private void text(String name, String config, String expected) {
        add(name, expected, () -> {
            Path folder = Files.createTempDirectory(parent, "text");
            Files.writeString(folder.resolve("config.json"), config);
            return folder;
        });
    }

    private void add(String name, String expected, Setup setup) {
        cases.add(DynamicTest.dynamicTest(name, () -> {
            Path folder = setup.make();
            assertThatThrownBy(() -> ModelFolder.open(folder))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(folder.toString())
                    .hasMessageContaining(expected)
                    .hasMessageNotContaining("\n");
        }));
    }
}
