package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.clattention.Activation;
import org.clattention.AttentionConfig;
import org.clattention.DataType;
import org.clattention.LatentConfig;
import org.clattention.RotaryScaling;
import org.clattention.io.JsonReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that change the mathematics, one by one, on small configurations. */
@Tag("small")
class ConfigKeysTest {
    @TempDir
    private Path folder = Path.of("unset");

    @Test
    void rotaryScaling() throws Exception {
        assertThat(scaling(Map.of("type", "linear", "factor", 2L))).isEqualTo(new RotaryScaling.Linear(2));
        assertThat(scaling(Map.of("rope_type", "default"))).isEqualTo(RotaryScaling.NONE);
        assertThat(scaling(Map.of(
                        "rope_type",
                        "llama3",
                        "factor",
                        8L,
                        "low_freq_factor",
                        1L,
                        "high_freq_factor",
                        4L,
                        "original_max_position_embeddings",
                        64L)))
                .isEqualTo(new RotaryScaling.Llama3(8, 1, 4, 64));
        assertThat(scaling(Map.of("type", "yarn", "factor", 4L))).isEqualTo(RotaryScaling.Yarn.of(4, 128));
        assertThat(scaling(Map.of(
                        "type",
                        "yarn",
                        "rope_type",
                        "yarn",
                        "factor",
                        4L,
                        "original_max_position_embeddings",
                        32L,
                        "attention_factor",
                        1.5,
                        "beta_fast",
                        16L,
                        "beta_slow",
                        2L)))
                .isEqualTo(new RotaryScaling.Yarn(4, 32, 16, 2, 1.5));
        double ratio = (0.2 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1);
        RotaryScaling.Yarn both =
                (RotaryScaling.Yarn) scaling(Map.of("type", "yarn", "factor", 4L, "mscale", 2L, "mscale_all_dim", 0.5));
        assertThat(both.attentionFactor()).isCloseTo(ratio, within(1e-15));
    }

    private RotaryScaling scaling(Map<String, Object> object) throws Exception {
        return first(spec("llama", "rope_scaling", object)).rotary().scaling();
    }

    @Test
    void newerRotaryParameters() throws Exception {
        AttentionConfig linear = first(
                spec("llama", "rope_parameters", Map.of("rope_type", "linear", "factor", 2L, "rope_theta", 500.0)));
        assertThat(linear.rotary().theta()).isEqualTo(500);
        assertThat(linear.rotary().scaling()).isEqualTo(new RotaryScaling.Linear(2));
        assertThat(first(spec("llama", "rope_parameters", Map.of("rope_theta", 500L)))
                        .rotary()
                        .scaling())
                .isEqualTo(RotaryScaling.NONE);
        ModelSpec gemma = spec(
                "gemma3_text",
                "rope_parameters",
                Map.of(
                        "full_attention",
                        Map.of("rope_type", "linear", "factor", 8L, "rope_theta", 300L),
                        "sliding_attention",
                        Map.of("rope_type", "default", "rope_theta", 200L)));
        assertThat(attention(gemma, 0).rotary().theta()).isEqualTo(200);
        assertThat(attention(gemma, 0).rotary().scaling()).isEqualTo(RotaryScaling.NONE);
        assertThat(attention(gemma, 1).rotary().theta()).isEqualTo(300);
        assertThat(attention(gemma, 1).rotary().scaling()).isEqualTo(new RotaryScaling.Linear(8));
    }

    /** Files of newer libraries repeat the older keys, for older libraries. */
    @Test
    void bothSpellingsThatAgree() throws Exception {
        Map<String, Object> older = Map.of("type", "linear", "factor", 2L);
        Map<String, Object> newer = Map.of("rope_type", "linear", "factor", 2.0, "rope_theta", 500L);
        AttentionConfig both =
                first(spec("llama", "rope_scaling", older, "rope_parameters", newer, "rope_theta", 500L));
        assertThat(both.rotary())
                .isEqualTo(first(spec("llama", "rope_parameters", newer)).rotary());
        assertThat(both.rotary().theta()).isEqualTo(500);
        assertThat(both.rotary().scaling()).isEqualTo(new RotaryScaling.Linear(2));
    }

    /** The scaling of Gemma 3 is one of the global layers alone. */
    @Test
    void gemma3Scaling() throws Exception {
        ModelSpec spec = spec(
                "gemma3_text",
                "rope_scaling",
                Map.of("rope_type", "linear", "factor", 8L),
                "rope_local_base_freq",
                500L,
                "rope_theta",
                700L);
        assertThat(attention(spec, 0).rotary().theta()).isEqualTo(500);
        assertThat(attention(spec, 0).rotary().scaling()).isEqualTo(RotaryScaling.NONE);
        assertThat(attention(spec, 1).rotary().theta()).isEqualTo(700);
        assertThat(attention(spec, 1).rotary().scaling()).isEqualTo(new RotaryScaling.Linear(8));
    }

    @Test
    void windows() throws Exception {
        assertThat(windows(spec("mistral"))).containsExactly(7, 7);
        assertThat(windows(spec("mistral", "sliding_window", JsonReader.NULL))).containsExactly(-1, -1);
        assertThat(windows(spec("mistral", "sliding_window", null))).containsExactly(4095, 4095);
        assertThat(windows(spec("qwen2", "sliding_window", 8L))).containsExactly(-1, -1);
        assertThat(windows(spec("qwen2", "sliding_window", 8L, "use_sliding_window", true, "max_window_layers", 1L)))
                .containsExactly(-1, 7);
        List<String> kinds = List.of("sliding_attention", "full_attention");
        assertThat(windows(spec("qwen3", "sliding_window", 8L, "use_sliding_window", true, "layer_types", kinds)))
                .containsExactly(7, -1);
        assertThat(windows(spec("gemma2"))).containsExactly(7, -1);
        assertThat(windows(spec("gemma2", "layer_types", List.of("full_attention", "sliding_attention"))))
                .containsExactly(-1, 7);
        assertThat(windows(spec("gemma3_text", "num_hidden_layers", 5L, "sliding_window_pattern", 3L)))
                .containsExactly(7, 7, -1, 7, 7);
        assertThat(windows(spec("gemma3_text", "layer_types", List.of("full_attention", "full_attention"))))
                .containsExactly(-1, -1);
        assertThat(windows(spec("llama", "layer_types", List.of("full_attention", "full_attention"))))
                .containsExactly(-1, -1);
    }

    private static List<Integer> windows(ModelSpec spec) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < spec.stack().blocks().size(); i++) {
            out.add(attention(spec, i).options().leftWindow());
        }
        return out;
    }

    @Test
    void heads() throws Exception {
        assertThat(first(spec("llama", "num_key_value_heads", null)).numKvHeads())
                .isEqualTo(4);
        assertThat(first(spec("llama", "num_key_value_heads", JsonReader.NULL)).numKvHeads())
                .isEqualTo(4);
        assertThat(first(spec("llama", "head_dim", 24L)).headSize()).isEqualTo(24);
        assertThat(first(spec("mistral", "head_dim", JsonReader.NULL)).headSize())
                .isEqualTo(16);
        assertThat(first(spec("qwen3", "head_dim", null)).headSize()).isEqualTo(128);
        assertThat(first(spec("gemma2", "head_dim", null)).headSize()).isEqualTo(256);
    }

    @Test
    void softcapsAndScales() throws Exception {
        assertThat(spec("gemma2").logitsSoftcap()).isEqualTo(30);
        assertThat(spec("gemma2", "final_logit_softcapping", JsonReader.NULL).logitsSoftcap())
                .isZero();
        assertThat(first(spec("gemma2")).options().softcap()).isEqualTo(50);
        assertThat(first(spec("gemma2", "attn_logit_softcapping", JsonReader.NULL))
                        .options()
                        .softcap())
                .isZero();
        assertThat(first(spec("gemma2")).options().scale()).hasValue(0.25);
        assertThat(spec("gemma3_text", "final_logit_softcapping", 20L).logitsSoftcap())
                .isEqualTo(20);
        assertThat(first(spec("gpt2", "scale_attn_weights", false)).options().scale())
                .hasValue(1);
        assertThat(attention(spec("gpt2", "scale_attn_by_inverse_layer_idx", true), 1)
                        .options()
                        .scale())
                .hasValue(0.125);
        assertThat(spec("gpt2", "n_inner", 100L).stack().blocks().get(0).hiddenWidth())
                .isEqualTo(100);
    }

    @Test
    void latents() throws Exception {
        LatentConfig latent = latent(spec("deepseek_v2"));
        assertThat(latent.queryLatentSize()).isEqualTo(32);
        assertThat(latent.scale()).isCloseTo(1 / Math.sqrt(24), within(1e-15));
        assertThat(latent(spec("deepseek_v2", "q_lora_rank", JsonReader.NULL)).queryLatentSize())
                .isZero();
        assertThat(spec("deepseek_v2", "n_routed_experts", 8L, "first_k_dense_replace", 2L)
                        .stack()
                        .blocks())
                .hasSize(2);
        LatentConfig yarn = latent(spec(
                "deepseek_v2",
                "rope_scaling",
                Map.of("type", "yarn", "factor", 4L, "mscale", 1L, "mscale_all_dim", 0.5)));
        double scale = 0.05 * Math.log(4) + 1;
        assertThat(yarn.scale()).isCloseTo(scale * scale / Math.sqrt(24), within(1e-15));
    }

    private static LatentConfig latent(ModelSpec spec) {
        return (LatentConfig) spec.stack().blocks().get(0).attention();
    }

    @Test
    void activations() throws Exception {
        Map<String, Activation> names = Map.of(
                "silu",
                Activation.SILU,
                "gelu",
                Activation.GELU,
                "gelu_new",
                Activation.GELU_TANH,
                "gelu_pytorch_tanh",
                Activation.GELU_TANH,
                "relu",
                Activation.RELU);
        for (Map.Entry<String, Activation> e : names.entrySet()) {
            assertThat(spec("llama", "hidden_act", e.getKey())
                            .stack()
                            .blocks()
                            .get(0)
                            .activation())
                    .isEqualTo(e.getValue());
        }
    }

    @Test
    void specialTokens() throws Exception {
        ModelSpec spec = spec("llama", "bos_token_id", 3L, "eos_token_id", List.of(4L, 5L, 99L));
        assertThat(spec.beginToken()).hasValue(3);
        assertThat(spec.endTokens()).containsExactly(4, 5);
        assertThat(spec("llama").beginToken()).hasValue(1);
        assertThat(spec("llama").endTokens()).containsExactly(2);
        assertThat(spec("llama", "bos_token_id", JsonReader.NULL).beginToken()).isEmpty();
        assertThat(spec("gpt2").endTokens()).isEmpty();
        Path model = TinyModels.write(folder, TinyModels.config("llama"), DataType.F32);
        Files.writeString(
                model.resolve("generation_config.json"), "{\"eos_token_id\": [7, 8], \"pad_token_id\": null}");
        ModelSpec generating = ModelFolder.open(model).spec();
        assertThat(generating.endTokens()).containsExactly(7, 8);
        assertThat(generating.beginToken()).hasValue(1);
    }

    @Test
    void modelTypeWithoutArchitectures() throws Exception {
        for (String family : TinyModels.families()) {
            ModelSpec spec = spec(family, "architectures", null, "model_type", family);
            if (!family.equals("bert")) {
                assertThat(spec.architecture()).isEqualTo(spec(family).architecture());
            } else {
                assertThat(spec.architecture()).isEqualTo("BertModel");
            }
        }
    }

    private static AttentionConfig first(ModelSpec spec) {
        return attention(spec, 0);
    }

    private static AttentionConfig attention(ModelSpec spec, int layer) {
        return (AttentionConfig) spec.stack().blocks().get(layer).attention();
    }

    private ModelSpec spec(String family, Object... keysAndValues) throws Exception {
        String json = TinyModels.with(folder, TinyModels.config(family), keysAndValues);
        return TinyModels.random(folder, json, DataType.F32).spec();
    }
}
