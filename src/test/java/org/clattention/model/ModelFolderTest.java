package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.AttentionWeights;
import org.clattention.BlockConfig;
import org.clattention.BlockWeights;
import org.clattention.DataType;
import org.clattention.HostTensor;
import org.clattention.StackWeights;
import org.clattention.TransformerBlock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights of small folders: the right tensors in the right places, turned, shifted and converted. */
@Tag("small")
class ModelFolderTest {
    @TempDir
    private Path parent = Path.of("unset");

    /** The layers themselves check that weights and configurations fit. */
    @ParameterizedTest
    @MethodSource("org.clattention.model.TinyModels#families")
    void blocksFitTheirConfigurations(String family) throws Exception {
        ModelFolder model = ModelFolder.open(TinyModels.write(parent, TinyModels.config(family), DataType.BF16));
        try (AttentionEngine engine = AttentionEngine.open("java")) {
            for (DataType storage : new DataType[] {null, DataType.F32, DataType.Q8_0}) {
                StackWeights weights = model.weights(storage);
                for (int i = 0; i < model.spec().stack().blocks().size(); i++) {
                    BlockConfig config = model.spec().stack().blocks().get(i);
                    BlockWeights block = weights.blocks().apply(i);
                    assertThat(block.down().type()).isEqualTo(storage == null ? DataType.BF16 : storage);
                    assertThatCode(() -> {
                                try (TransformerBlock made = engine.transformerBlock(config, block)) {
                                    assertThat(made).isNotNull();
                                }
                            })
                            .doesNotThrowAnyException();
                }
                assertThat(weights.logits().matrix().shape()).containsExactly(50, 64);
                assertThat(weights.logits().matrix().type()).isEqualTo(storage == null ? DataType.BF16 : storage);
                assertThat(weights.inputNorm() != null)
                        .isEqualTo(model.spec().stack().inputNorm());
                assertThat(weights.outputNorm() != null)
                        .isEqualTo(model.spec().stack().outputNorm());
                assertThat(weights.logits().transform() != null)
                        .isEqualTo(model.spec().stack().logitsTransform() != null);
            }
        }
    }

    @Test
    void llamaTensorsByName() throws Exception {
        String json = TinyModels.config("llama");
        Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.F32);
        assertThat(tensors.keySet())
                .contains(
                        "model.embed_tokens.weight",
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.0.mlp.down_proj.weight",
                        "model.layers.0.mlp.gate_proj.weight",
                        "model.layers.0.mlp.up_proj.weight",
                        "model.layers.0.post_attention_layernorm.weight",
                        "model.layers.0.self_attn.k_proj.weight",
                        "model.layers.0.self_attn.o_proj.weight",
                        "model.layers.0.self_attn.q_proj.weight",
                        "model.layers.0.self_attn.v_proj.weight",
                        "model.norm.weight",
                        "lm_head.weight")
                .hasSize(3 + 2 * 9);
        StackWeights weights =
                ModelFolder.open(TinyModels.write(parent, json, tensors)).weights(null);
        BlockWeights block = weights.blocks().apply(1);
        AttentionWeights attention = (AttentionWeights) block.attention();
        same(attention.query(), tensors.get("model.layers.1.self_attn.q_proj.weight"));
        same(attention.key(), tensors.get("model.layers.1.self_attn.k_proj.weight"));
        same(attention.value(), tensors.get("model.layers.1.self_attn.v_proj.weight"));
        same(attention.output(), tensors.get("model.layers.1.self_attn.o_proj.weight"));
        same(block.gate(), tensors.get("model.layers.1.mlp.gate_proj.weight"));
        same(block.up(), tensors.get("model.layers.1.mlp.up_proj.weight"));
        same(block.down(), tensors.get("model.layers.1.mlp.down_proj.weight"));
        same(block.norm1Weight(), tensors.get("model.layers.1.input_layernorm.weight"));
        same(block.norm2Weight(), tensors.get("model.layers.1.post_attention_layernorm.weight"));
        same(weights.outputNorm().weight(), tensors.get("model.norm.weight"));
        same(weights.logits().matrix(), tensors.get("lm_head.weight"));
    }

    @Test
    void biases() throws Exception {
        String json = TinyModels.with(
                parent,
                TinyModels.config("llama"),
                "attention_bias",
                true,
                "mlp_bias",
                true,
                "tie_word_embeddings",
                true);
        BlockWeights block = weights(json).blocks().apply(0);
        AttentionWeights attention = (AttentionWeights) block.attention();
        assertThat(attention.queryBias().shape()).containsExactly(64);
        assertThat(attention.keyBias().shape()).containsExactly(32);
        assertThat(attention.outputBias().shape()).containsExactly(64);
        assertThat(block.gateBias().shape()).containsExactly(96);
        assertThat(block.upBias().shape()).containsExactly(96);
        assertThat(block.downBias().shape()).containsExactly(64);
        AttentionWeights qwen2 = (AttentionWeights)
                weights(TinyModels.config("qwen2")).blocks().apply(0).attention();
        assertThat(qwen2.valueBias().shape()).containsExactly(32);
        assertThat(qwen2.outputBias()).isNull();
        assertThat(qwen2.extras().queryNorm()).isNull();
        AttentionWeights qwen3 = (AttentionWeights)
                weights(TinyModels.config("qwen3")).blocks().apply(0).attention();
        assertThat(qwen3.queryBias()).isNull();
        assertThat(qwen3.extras().keyNorm().shape()).containsExactly(32);
    }

    private StackWeights weights(String json) throws IOException {
        return ModelFolder.open(TinyModels.write(parent, json, DataType.F32)).weights(null);
    }

    /** Gemma's norms multiply by 1 + w; in f32, whatever the file's type. */
    @Test
    void gemmaNorms() throws Exception {
        String json = TinyModels.config("gemma3_text");
        Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.BF16);
        StackWeights weights =
                ModelFolder.open(TinyModels.write(parent, json, tensors)).weights(null);
        BlockWeights block = weights.blocks().apply(1);
        String layer = "model.layers.1.";
        onePlus(block.norm1Weight(), tensors.get(layer + "input_layernorm.weight"));
        onePlus(block.attentionNorm(), tensors.get(layer + "post_attention_layernorm.weight"));
        onePlus(block.norm2Weight(), tensors.get(layer + "pre_feedforward_layernorm.weight"));
        onePlus(block.feedForwardNorm(), tensors.get(layer + "post_feedforward_layernorm.weight"));
        AttentionWeights attention = (AttentionWeights) block.attention();
        onePlus(attention.extras().queryNorm(), tensors.get(layer + "self_attn.q_norm.weight"));
        onePlus(attention.extras().keyNorm(), tensors.get(layer + "self_attn.k_norm.weight"));
        onePlus(weights.outputNorm().weight(), tensors.get("model.norm.weight"));
        same(weights.logits().matrix(), tensors.get("model.embed_tokens.weight"));
    }

    private static void onePlus(HostTensor actual, HostTensor stored) {
        assertThat(actual.type()).isEqualTo(DataType.F32);
        float[] expected = stored.toFloats();
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 1 + expected[i];
        }
        assertThat(actual.toFloats()).isEqualTo(expected);
    }

    /** GPT-2's matrices are stored as [in, out], those of queries, keys and values side by side. */
    @Test
    void gpt2Turned() throws Exception {
        String json = TinyModels.config("gpt2");
        for (DataType type : new DataType[] {DataType.F32, DataType.BF16, DataType.F64}) {
            Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, type);
            Map<String, HostTensor> bare = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> bare.put(name.substring("transformer.".length()), tensor));
            bare.put("h.0.attn.bias", HostTensor.of(new float[4], 1, 1, 2, 2));
            bare.put("h.0.attn.masked_bias", HostTensor.of(new float[1]));
            bare.put("lm_head.weight", tensors.get("transformer.wte.weight").to(DataType.F64));
            for (Map<String, HostTensor> stored : List.of(tensors, bare)) {
                ModelFolder model = ModelFolder.open(TinyModels.write(parent, json, stored));
                BlockWeights block = model.weights(null).blocks().apply(1);
                AttentionWeights attention = (AttentionWeights) block.attention();
                HostTensor inputs = tensors.get("transformer.h.1.attn.c_attn.weight");
                HostTensor biases = tensors.get("transformer.h.1.attn.c_attn.bias");
                turned(attention.query(), inputs, 0);
                turned(attention.key(), inputs, 64);
                turned(attention.value(), inputs, 128);
                turned(attention.output(), tensors.get("transformer.h.1.attn.c_proj.weight"), 0);
                same(attention.valueBias(), biases.rows(128, 192));
                turned(block.up(), tensors.get("transformer.h.1.mlp.c_fc.weight"), 0);
                turned(block.down(), tensors.get("transformer.h.1.mlp.c_proj.weight"), 0);
                same(model.weights(null).logits().matrix(), tensors.get("transformer.wte.weight"));
                same(model.embeddings().positions(), tensors.get("transformer.wpe.weight"));
            }
        }
    }

    private static void turned(HostTensor actual, HostTensor stored, int firstColumn) {
        int rows = (int) actual.dim(0);
        int columns = (int) actual.dim(1);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                assertThat(actual.getDouble(i * columns + j))
                        .isEqualTo(stored.getDouble(j * (int) stored.dim(1) + firstColumn + i));
            }
        }
    }

    @Test
    void bertByAllItsNames() throws Exception {
        String json = TinyModels.config("bert");
        Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.F32);
        assertThat(tensors.keySet()).contains("bert.embeddings.LayerNorm.weight", "cls.predictions.bias");
        Map<String, HostTensor> old = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> old.put(
                name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
                tensor));
        old.put("bert.pooler.dense.weight", HostTensor.of(new float[1], 1));
        old.put("bert.embeddings.position_ids", HostTensor.ofLongs(new long[32], 1, 32));
        old.put("cls.seq_relationship.bias", HostTensor.of(new float[2], 2));
        StackWeights weights =
                ModelFolder.open(TinyModels.write(parent, json, old)).weights(null);
        same(weights.inputNorm().weight(), tensors.get("bert.embeddings.LayerNorm.weight"));
        same(weights.inputNorm().bias(), tensors.get("bert.embeddings.LayerNorm.bias"));
        same(weights.logits().transform(), tensors.get("cls.predictions.transform.dense.weight"));
        same(weights.logits().transformNorm().bias(), tensors.get("cls.predictions.transform.LayerNorm.bias"));
        same(weights.logits().bias(), tensors.get("cls.predictions.bias"));
        same(weights.logits().matrix(), tensors.get("bert.embeddings.word_embeddings.weight"));
        BlockWeights block = weights.blocks().apply(1);
        same(block.norm1Weight(), tensors.get("bert.encoder.layer.1.attention.output.LayerNorm.weight"));
        same(block.norm2Bias(), tensors.get("bert.encoder.layer.1.output.LayerNorm.bias"));
        assertThat(block.gate()).isNull();
        Map<String, HostTensor> bare = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith("bert.")) {
                bare.put(name.substring("bert.".length()), tensor);
            }
        });
        String bareJson = json.replace("BertForMaskedLM", "BertModel");
        ModelFolder model = ModelFolder.open(TinyModels.write(parent, bareJson, bare));
        assertThat(model.weights(null).logits()).isNull();
        same(model.embeddings().tokenTypes(), tensors.get("bert.embeddings.token_type_embeddings.weight"));
    }

    @Test
    void latentWeights() throws Exception {
        String json = TinyModels.config("deepseek_v2");
        assertThat(TinyModels.tensors(parent, json, DataType.F32).keySet())
                .contains(
                        "model.layers.0.self_attn.q_a_proj.weight",
                        "model.layers.0.self_attn.q_a_layernorm.weight",
                        "model.layers.0.self_attn.q_b_proj.weight",
                        "model.layers.0.self_attn.kv_a_proj_with_mqa.weight",
                        "model.layers.0.self_attn.kv_a_layernorm.weight",
                        "model.layers.0.self_attn.kv_b_proj.weight",
                        "model.layers.0.self_attn.o_proj.weight")
                .doesNotContain("model.layers.0.self_attn.q_proj.weight");
    }

    /** As embedding models are published: the bare model's names, without a head. */
    @Test
    void namesWithoutPrefix() throws Exception {
        String json = TinyModels.config("qwen3");
        Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.F32);
        Map<String, HostTensor> bare = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> bare.put(name.replaceFirst("^model\\.", ""), tensor));
        assertThat(bare).containsKey("layers.1.self_attn.q_norm.weight").doesNotContainKey("lm_head.weight");
        ModelFolder whole = ModelFolder.open(TinyModels.write(parent, json, tensors));
        ModelFolder without = ModelFolder.open(TinyModels.write(parent, json, bare));
        assertThat(without.spec()).isEqualTo(whole.spec());
        same(
                without.weights(null).blocks().apply(1).down(),
                whole.weights(null).blocks().apply(1).down());
        same(without.embeddings().table(), whole.embeddings().table());
    }

    @Test
    void shardsAndHarmlessBuffers() throws Exception {
        String json = TinyModels.with(parent, TinyModels.config("llama"), "tie_word_embeddings", true);
        Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.F16);
        assertThat(tensors).doesNotContainKey("lm_head.weight");
        tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", HostTensor.of(new float[8], 8));
        tensors.put("lm_head.weight", tensors.get("model.embed_tokens.weight"));
        ModelFolder sharded = ModelFolder.open(TinyModels.writeShards(parent, json, tensors));
        ModelFolder whole = ModelFolder.open(TinyModels.write(parent, json, tensors));
        assertThat(sharded.parameterCount()).isEqualTo(whole.parameterCount());
        assertThat(sharded.spec()).isEqualTo(whole.spec());
        same(
                sharded.weights(null).blocks().apply(1).down(),
                whole.weights(null).blocks().apply(1).down());
    }

    @Test
    void storageThatDoesNotFit() throws Exception {
        String json = TinyModels.with(parent, TinyModels.config("llama"), "intermediate_size", 100L);
        ModelFolder model = ModelFolder.open(TinyModels.write(parent, json, DataType.F32));
        for (DataType type : new DataType[] {DataType.Q8_0, DataType.Q4_0}) {
            String message = "storage: " + type + " needs rows of whole blocks of 32, but those of"
                    + " model.layers.0.mlp.down_proj.weight have 100 numbers";
            assertThatThrownBy(() -> model.weights(type))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> model.bytes(type)).hasMessage(message);
        }
        assertThatThrownBy(() -> model.weights(DataType.I64)).hasMessageContaining("storage: I64 is not");
        assertThat(model.weights(DataType.F16).blocks().apply(0).down().type()).isEqualTo(DataType.F16);
    }

    private static void same(HostTensor actual, HostTensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.type()).isEqualTo(expected.type());
        assertThat(actual.data()).isEqualTo(expected.data());
    }
}
