package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.BlockConfig;
import org.clattention.config.DataType;
import org.clattention.config.LatentConfig;
import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;
import org.clattention.io.InvalidFileException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What published configurations come to, checked against the models' papers and published numbers of parameters. */
@Tag("small")
class PublishedConfigsTest {
    @TempDir
    private Path folder = Path.of("unset");

    @ParameterizedTest
    @CsvSource({
        "LLAMA_2_7B,   4096, 32, 32, 32, 128, 11008,  32000,   4096, 10000,   1e-5,  false, 6738415616",
        "LLAMA_3_2_1B, 2048, 16, 32,  8,  64,  8192, 128256, 131072, 500000,  1e-5,  true,  1235814400",
        "MISTRAL_7B,   4096, 32, 32,  8, 128, 14336,  32000,  32768, 10000,   1e-5,  false, 7241732096",
        "QWEN2_7B,     3584, 28, 28,  4, 128, 18944, 152064, 131072, 1000000, 1e-6,  false, 7615616512",
        "QWEN3_0_6B,   1024, 28, 16,  8, 128,  3072, 151936,  40960, 1000000, 1e-6,  true,  596049920",
        "GEMMA_2_2B,   2304, 26,  8,  4, 256,  9216, 256000,   8192, 10000,   1e-6,  true,  2614341888",
        "GEMMA_3_1B,   1152, 26,  4,  1, 256,  6912, 262144,  32768, 10000,   1e-6,  true,  999885952",
        "GPT_2,         768, 12, 12, 12,  64,  3072,  50257,   1024, 0,       1e-5,  true,  124439808",
        // 109482240 are published for the bare model with its pooler of 768·769, which is not read; the head of the
        // masked language model has 768·769 of the transform, 1536 of its norm and a bias of 30522.
        "BERT_BASE,     768, 12, 12, 12,  64,  3072,  30522,    512, 0,       1e-12, true,  109514298"
    })
    void sizes(
            String name,
            int width,
            int layers,
            int heads,
            int kvHeads,
            int headSize,
            int hidden,
            int vocabulary,
            int positions,
            double theta,
            double epsilon,
            boolean tied,
            long parameters)
            throws Exception {
        RandomModel model = published(name);
        ModelSpec spec = model.spec();
        BlockConfig block = spec.stack().blocks().get(0);
        AttentionConfig attention = attention(spec, 0);
        assertThat(spec.stack().modelWidth()).isEqualTo(width);
        assertThat(spec.stack().blocks()).hasSize(layers);
        assertThat(spec.stack().vocabularySize()).isEqualTo(vocabulary);
        assertThat(spec.embedding().vocabularySize()).isEqualTo(vocabulary);
        assertThat(spec.embedding().width()).isEqualTo(width);
        assertThat(spec.embedding().tied()).isEqualTo(tied);
        assertThat(spec.maxPositions()).isEqualTo(positions);
        assertThat(spec.causal()).isEqualTo(!name.startsWith("BERT"));
        assertThat(attention.options().causal()).isEqualTo(spec.causal());
        assertThat(attention.numHeads()).isEqualTo(heads);
        assertThat(attention.numKvHeads()).isEqualTo(kvHeads);
        assertThat(attention.headSize()).isEqualTo(headSize);
        assertThat(block.hiddenWidth()).isEqualTo(hidden);
        assertThat(block.normEpsilon()).isEqualTo(epsilon);
        RotaryConfig rotary = attention.rotary();
        assertThat(rotary == null ? 0 : rotary.theta()).isEqualTo(theta);
        assertThat(model.parameterCount()).isEqualTo(parameters);
    }

    @Test
    void llama() throws Exception {
        ModelSpec spec = published("LLAMA_3_2_1B").spec();
        assertThat(attention(spec, 0).rotary())
                .isEqualTo(new RotaryConfig(
                        RotaryConfig.Style.HALF, 500_000, 0, new RotaryScaling.Llama3(32, 1, 4, 8192)));
        assertThat(spec.beginToken()).hasValue(128_000);
        assertThat(spec.endTokens()).containsExactly(128_001);
        assertThat(spec.embedding().scale()).isEqualTo(1);
        assertThat(attention(spec, 15).options().leftWindow()).isEqualTo(-1);
        assertThat(spec.stack().blocks().get(0).norm()).isEqualTo(BlockConfig.Norm.RMS);
        assertThat(spec.stack().blocks().get(0).position()).isEqualTo(BlockConfig.NormPosition.PRE);
        assertThat(spec.stack().blocks().get(0).activation()).isEqualTo(Activation.SILU);
        assertThat(spec.stack().outputNorm()).isTrue();
        assertThat(spec.stack().inputNorm()).isFalse();
    }

    @Test
    void windows() throws Exception {
        ModelSpec mistral = published("MISTRAL_7B").spec();
        assertThat(attention(mistral, 31).options().leftWindow()).isEqualTo(4095);
        ModelSpec qwen = published("QWEN2_7B").spec();
        assertThat(attention(qwen, 27).options().leftWindow()).isEqualTo(-1);
        ModelSpec gemma2 = published("GEMMA_2_2B").spec();
        assertThat(attention(gemma2, 0).options().leftWindow()).isEqualTo(4095);
        assertThat(attention(gemma2, 1).options().leftWindow()).isEqualTo(-1);
        ModelSpec gemma3 = published("GEMMA_3_1B").spec();
        for (int layer = 0; layer < 26; layer++) {
            boolean global = layer % 6 == 5;
            assertThat(attention(gemma3, layer).options().leftWindow()).isEqualTo(global ? -1 : 511);
            assertThat(attention(gemma3, layer).rotary())
                    .isEqualTo(RotaryConfig.of(RotaryConfig.Style.HALF, global ? 1_000_000 : 10_000));
        }
    }

    @Test
    void gemma() throws Exception {
        ModelSpec spec = published("GEMMA_2_2B").spec();
        assertThat(spec.embedding().scale()).isEqualTo(48);
        assertThat(spec.logitsSoftcap()).isEqualTo(30);
        assertThat(attention(spec, 0).options().softcap()).isEqualTo(50);
        assertThat(attention(spec, 0).options().scale()).hasValue(1.0 / 16);
        assertThat(spec.stack().blocks().get(0).position()).isEqualTo(BlockConfig.NormPosition.SANDWICH);
        assertThat(spec.stack().blocks().get(0).activation()).isEqualTo(Activation.GELU_TANH);
        assertThat(spec.endTokens()).containsExactly(1);
        ModelSpec newer = published("GEMMA_3_1B").spec();
        assertThat(newer.endTokens()).containsExactly(1, 106);
        assertThat(newer.logitsSoftcap()).isZero();
        assertThat(attention(newer, 0).options().softcap()).isZero();
    }

    @Test
    void gpt2() throws Exception {
        ModelSpec spec = published("GPT_2").spec();
        assertThat(spec.embedding()).isEqualTo(new EmbeddingSpec(50_257, 768, 1, 1024, 0, true));
        assertThat(spec.stack().blocks().get(11).norm()).isEqualTo(BlockConfig.Norm.LAYER);
        assertThat(spec.stack().blocks().get(11).activation()).isEqualTo(Activation.GELU_TANH);
        assertThat(attention(spec, 11).options().scale()).hasValue(0.125);
    }

    @Test
    void bert() throws Exception {
        ModelSpec spec = published("BERT_BASE").spec();
        assertThat(spec.stack().inputNorm()).isTrue();
        assertThat(spec.stack().outputNorm()).isFalse();
        assertThat(spec.stack().logitsTransform()).isEqualTo(Activation.GELU);
        assertThat(spec.stack().blocks().get(0).position()).isEqualTo(BlockConfig.NormPosition.POST);
        assertThat(spec.embedding()).isEqualTo(new EmbeddingSpec(30_522, 768, 1, 512, 2, true));
        assertThat(spec.endTokens()).isEmpty();
        assertThat(spec.beginToken()).isEmpty();
        RandomModel bare = TinyModels.random(
                folder, PublishedConfigs.BERT_BASE.replace("BertForMaskedLM", "BertModel"), DataType.BF16);
        assertThat(bare.parameterCount()).isEqualTo(109_482_240 - 768 * 769);
        assertThat(bare.spec().stack().vocabularySize()).isZero();
        assertThat(bare.spec().embedding().tied()).isFalse();
    }

    @Test
    void deepSeek() throws Exception {
        assertThatThrownBy(() -> TinyModels.random(folder, PublishedConfigs.DEEPSEEK_V2_LITE, DataType.BF16))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("n_routed_experts = 64: layer 1 is a mixture of experts, which is not supported"
                        + " (first_k_dense_replace = 1, moe_layer_freq = 1, num_hidden_layers = 27)");
        String dense =
                PublishedConfigs.DEEPSEEK_V2_LITE.replace("\"n_routed_experts\": 64", "\"n_routed_experts\": null");
        ModelSpec spec = TinyModels.random(folder, dense, DataType.BF16).spec();
        LatentConfig latent = (LatentConfig) spec.stack().blocks().get(26).attention();
        double mscale = 0.1 * 0.707 * Math.log(40) + 1;
        assertThat(latent.scale()).isCloseTo(mscale * mscale / Math.sqrt(192), within(1e-12));
        assertThat(latent.rotary())
                .isEqualTo(new RotaryConfig(
                        RotaryConfig.Style.INTERLEAVED, 10_000, 0, new RotaryScaling.Yarn(40, 4096, 32, 1, 1)));
        assertThat(latent.cachedSize()).isEqualTo(576);
        assertThat(latent.queryLatentSize()).isZero();
    }

    @Test
    void deviceBytes() throws Exception {
        // 16 blocks of 60817408 numbers in matrices and 2·2048 in norms, the last norm, and the table as the head.
        long matrices = 16 * 60_817_408L + 128_256 * 2048L;
        long norms = 4 * (16 * 4096L + 2048);
        RandomModel model = published("LLAMA_3_2_1B");
        assertThat(model.bytes(null)).isEqualTo(2 * matrices + norms);
        assertThat(model.bytes(DataType.F32)).isEqualTo(4 * matrices + norms);
        assertThat(model.bytes(DataType.F64)).isEqualTo(4 * matrices + norms);
        assertThat(model.bytes(DataType.Q8_0)).isEqualTo(matrices / 32 * 34 + norms);
        assertThat(model.bytes(DataType.Q4_0)).isEqualTo(matrices / 32 * 18 + norms);
    }

    private static AttentionConfig attention(ModelSpec spec, int layer) {
        return (AttentionConfig) spec.stack().blocks().get(layer).attention();
    }

    private RandomModel published(String name) throws IOException {
        String json = switch (name) {
            case "LLAMA_2_7B" -> PublishedConfigs.LLAMA_2_7B;
            case "LLAMA_3_2_1B" -> PublishedConfigs.LLAMA_3_2_1B;
            case "MISTRAL_7B" -> PublishedConfigs.MISTRAL_7B;
            case "QWEN2_7B" -> PublishedConfigs.QWEN2_7B;
            case "QWEN3_0_6B" -> PublishedConfigs.QWEN3_0_6B;
            case "GEMMA_2_2B" -> PublishedConfigs.GEMMA_2_2B;
            case "GEMMA_3_1B" -> PublishedConfigs.GEMMA_3_1B;
            case "GPT_2" -> PublishedConfigs.GPT_2;
            default -> PublishedConfigs.BERT_BASE;
        };
        return TinyModels.random(folder, json, DataType.BF16);
    }
}
