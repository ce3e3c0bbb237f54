package org.clattention.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.clattention.Activation;
import org.clattention.AttentionConfig;
import org.clattention.AttentionWeights;
import org.clattention.BlockConfig;
import org.clattention.BlockWeights;
import org.clattention.HostTensor;
import org.clattention.StackConfig;
import org.clattention.StackWeights;
import org.clattention.StackWeights.LogitsWeights;
import org.clattention.StackWeights.NormWeights;

/**
 * BERT (Devlin et al. 2019): learned positions and token types, LayerNorm after the embeddings and after each branch. As a
 * masked language model it ends with a transform, a norm and the table of embeddings; as a bare model with the hidden
 * states of the last block. The pooler and the head for the next sentence are not read. Names may begin with {@code
 * bert.}, or not; old files call a norm's weight gamma and its bias beta.
 */
final class BertArchitecture implements Architecture {
    private static final String PREFIX = "bert.";
    private static final String TABLE = "embeddings.word_embeddings.weight";
    private static final String PREDICTIONS = "cls.predictions.";
    private static final String DECODER = PREDICTIONS + "decoder.weight";
    private static final String DECODER_BIAS = PREDICTIONS + "decoder.bias";
    private static final String BIAS = PREDICTIONS + "bias";

    private final ConfigJson config;
    private final boolean predicts;
    private final int width;
    private final int layers;
    private final int heads;
    private final int hiddenWidth;
    private final int positions;
    private final int tokenTypes;
    private final int vocabulary;
    private final double epsilon;
    private final boolean tied;

    BertArchitecture(ConfigJson config, boolean predicts) {
        this.config = config;
        this.predicts = predicts;
        width = config.size("hidden_size");
        layers = GatedDecoder.layers(config, "num_hidden_layers");
        heads = config.size("num_attention_heads");
        if (width % heads != 0) {
            throw config.refused("hidden_size", "is not a multiple of num_attention_heads = " + heads);
        }
        hiddenWidth = config.size("intermediate_size");
        positions = config.size("max_position_embeddings", 512);
        tokenTypes = config.size("type_vocab_size", 2);
        vocabulary = config.size("vocab_size");
        epsilon = config.positive("layer_norm_eps", 1e-12);
        tied = config.flag("tie_word_embeddings", true);
        if (config.has("is_causal") && config.flag("is_causal", false)) {
            throw config.refused("is_causal", "is not supported: it must be false");
        }
        if (config.has("position_embedding_type")
                && !config.text("position_embedding_type").equals("absolute")) {
            throw config.refused("position_embedding_type", "is not supported: it must be absolute");
        }
    }

    @Override
    public ModelSpec spec() {
        Activation activation = Activations.of(config, "hidden_act", "gelu");
        BlockConfig block = new BlockConfig(
                AttentionConfig.of(width, heads),
                BlockConfig.Norm.LAYER,
                BlockConfig.NormPosition.POST,
                epsilon,
                activation,
                hiddenWidth);
        SpecialTokens tokens = SpecialTokens.NONE.unless(config, vocabulary);
        return new ModelSpec(
                Architectures.name(config),
                new StackConfig(
                        Collections.nCopies(layers, block),
                        true,
                        false,
                        predicts ? vocabulary : 0,
                        predicts ? activation : null),
                new EmbeddingSpec(vocabulary, width, 1, positions, tokenTypes, predicts && tied),
                0,
                positions,
                tokens.begin(),
                tokens.end(),
                false);
    }

    @Override
    public StackWeights weights(WeightReader reader) {
        String prefix = prefix(reader);
        return new StackWeights(
                i -> block(reader, prefix + "encoder.layer." + i + "."),
                norm(reader, prefix + "embeddings.LayerNorm"),
                null,
                predicts ? logits(reader, prefix) : null);
    }

    private BlockWeights block(WeightReader reader, String layer) {
        String attention = layer + "attention.self.";
        String output = layer + "attention.output.";
        AttentionWeights attentionWeights = new AttentionWeights(
                reader.matrix(attention + "query.weight", width, width),
                reader.matrix(attention + "key.weight", width, width),
                reader.matrix(attention + "value.weight", width, width),
                reader.matrix(output + "dense.weight", width, width),
                reader.vector(attention + "query.bias", width),
                reader.vector(attention + "key.bias", width),
                reader.vector(attention + "value.bias", width),
                reader.vector(output + "dense.bias", width));
        NormWeights norm1 = norm(reader, output + "LayerNorm");
        NormWeights norm2 = norm(reader, layer + "output.LayerNorm");
        return new BlockWeights(
                attentionWeights,
                norm1.weight(),
                norm1.bias(),
                norm2.weight(),
                norm2.bias(),
                null,
                null,
                reader.matrix(layer + "intermediate.dense.weight", hiddenWidth, width),
                reader.vector(layer + "intermediate.dense.bias", hiddenWidth),
                reader.matrix(layer + "output.dense.weight", width, hiddenWidth),
                reader.vector(layer + "output.dense.bias", width));
    }

    private LogitsWeights logits(WeightReader reader, String prefix) {
        String transform = PREDICTIONS + "transform.";
        // One vector under two names, of which files have one or both.
        HostTensor logitsBias = reader.vector(reader.has(BIAS) ? BIAS : DECODER_BIAS, vocabulary);
        return new LogitsWeights(
                reader.matrix(transform + "dense.weight", width, width),
                reader.vector(transform + "dense.bias", width),
                norm(reader, transform + "LayerNorm"),
                reader.matrix(tied ? prefix + TABLE : DECODER, vocabulary, width),
                logitsBias);
    }

    private NormWeights norm(WeightReader reader, String name) {
        boolean old = !reader.has(name + ".weight") && reader.has(name + ".gamma");
        return new NormWeights(
                reader.vector(name + (old ? ".gamma" : ".weight"), width),
                reader.vector(name + (old ? ".beta" : ".bias"), width));
    }

    @Override
    public Embeddings embeddings(WeightReader reader) {
        String prefix = prefix(reader);
        return new Embeddings(
                spec().embedding(),
                reader.matrix(prefix + TABLE, vocabulary, width),
                reader.matrix(prefix + "embeddings.position_embeddings.weight", positions, width),
                reader.matrix(prefix + "embeddings.token_type_embeddings.weight", tokenTypes, width));
    }

    private static String prefix(WeightReader reader) {
        return reader.has(PREFIX + TABLE) ? PREFIX : "";
    }

    @Override
    public boolean ignores(String tensor) {
        return tensor.endsWith("embeddings.position_ids")
                || tensor.startsWith("pooler.dense.")
                || tensor.startsWith("bert.pooler.dense.")
                || tensor.startsWith("cls.seq_relationship.");
    }

    @Override
    public Map<String, String> copies(WeightReader reader) {
        Map<String, String> out = new LinkedHashMap<>();
        if (predicts && tied) {
            out.put(DECODER, prefix(reader) + TABLE);
        }
        if (predicts) {
            out.put(DECODER_BIAS, BIAS);
        }
        return out;
    }
}
