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
        llama("large epsilon", "rms_norm_eps = 3.5E38 must be from", "rms_norm_eps", 3.5e38);
        llama("vanishing epsilon", "rms_norm_eps = 1.0E-46 must be from", "rms_norm_eps", 1e-46);
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
        llama("infinite theta", "rope_theta = 1.0E39 must be from 1.17549435E-38 to 3.4028235E38", "rope_theta", 1e39);
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
                "exclude each other",
                "rope_scaling",
                Map.of("type", "default"),
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
