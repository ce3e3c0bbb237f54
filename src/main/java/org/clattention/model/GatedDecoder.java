package org.clattention.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.clattention.Activation;
import org.clattention.BlockAttention;
import org.clattention.BlockAttentionWeights;
import org.clattention.BlockConfig;
import org.clattention.BlockWeights;
import org.clattention.HostTensor;
import org.clattention.StackConfig;
import org.clattention.StackWeights;
import org.jspecify.annotations.Nullable;

/**
 * What the decoders from Llama on share: RMS norms, a gated feed-forward network, and the names of their tensors. The
 * sizes {@code hidden_size}, {@code intermediate_size}, {@code num_hidden_layers}, {@code num_attention_heads} and {@code
 * vocab_size} must be given; other keys have the defaults of the model's configuration class.
 */
abstract class GatedDecoder implements Architecture {
    private static final String PREFIX = "model.";
    private static final String TABLE = "embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    private static final int MOST_LAYERS = 10_000;

    /**
     * What a configuration class takes for absent keys.
     *
     * @param maxPositions {@code max_position_embeddings}
     * @param tied {@code tie_word_embeddings}
     * @param tokens {@code bos_token_id} and {@code eos_token_id}
     */
    record Defaults(int maxPositions, boolean tied, SpecialTokens tokens) {}

    final ConfigJson config;
    final int width;
    final int layers;
    final int heads;
    final int hiddenWidth;
    final int vocabulary;
    final int maxPositions;
    final double epsilon;
    private final boolean tied;
    private final SpecialTokens tokens;

    GatedDecoder(ConfigJson config, Defaults defaults) {
        this.config = config;
        width = config.size("hidden_size");
        layers = layers(config, "num_hidden_layers");
        heads = config.size("num_attention_heads");
        hiddenWidth = config.size("intermediate_size");
        vocabulary = config.size("vocab_size");
        maxPositions = config.size("max_position_embeddings", defaults.maxPositions);
        epsilon = config.positive("rms_norm_eps", 1e-6);
        tied = config.flag("tie_word_embeddings", defaults.tied);
        tokens = defaults.tokens.unless(config, vocabulary);
    }

    /** A number of layers, within reason. */
    static int layers(ConfigJson config, String key) {
        int layers = config.size(key);
        if (layers > MOST_LAYERS) {
            throw config.refused(key, "must be at most " + MOST_LAYERS);
        }
        return layers;
    }

    /** The attention of a layer. */
    abstract BlockAttention attention(int layer);

    /** The attention weights of the layer whose tensors' names begin so. */
    abstract BlockAttentionWeights attention(WeightReader reader, String layer);

    Activation activation() {
        return Activations.of(config, "hidden_act", "silu");
    }

    boolean feedForwardBias() {
        return false;
    }

    /** Whether the norms stand before and after each branch. */
    boolean sandwich() {
        return false;
    }

    double embeddingScale() {
        return 1;
    }

    double logitsSoftcap() {
        return 0;
    }

    HostTensor norm(WeightReader reader, String name, long size) {
        return reader.vector(name, size);
    }

    @Override
    public ModelSpec spec() {
        BlockConfig.NormPosition position =
                sandwich() ? BlockConfig.NormPosition.SANDWICH : BlockConfig.NormPosition.PRE;
        Activation activation = activation();
        List<BlockConfig> blocks = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            blocks.add(new BlockConfig(attention(i), BlockConfig.Norm.RMS, position, epsilon, activation, hiddenWidth));
        }
        return new ModelSpec(
                Architectures.name(config),
                new StackConfig(blocks, false, true, vocabulary, null),
                new EmbeddingSpec(vocabulary, width, embeddingScale(), 0, 0, tied),
                logitsSoftcap(),
                maxPositions,
                tokens.begin(),
                tokens.end(),
                true);
    }

    @Override
    public StackWeights weights(WeightReader reader) {
        String prefix = prefix(reader);
        HostTensor norm = norm(reader, prefix + "norm.weight", width);
        HostTensor logits = reader.matrix(tied ? prefix + TABLE : HEAD, vocabulary, width);
        return new StackWeights(
                i -> block(reader, prefix + "layers." + i + "."),
                null,
                new StackWeights.NormWeights(norm, null),
                StackWeights.LogitsWeights.of(logits));
    }

    private BlockWeights block(WeightReader reader, String layer) {
        BlockAttentionWeights attention = attention(reader, layer);
        HostTensor norm1 = norm(reader, layer + "input_layernorm.weight", width);
        HostTensor afterAttention = norm(reader, layer + "post_attention_layernorm.weight", width);
        HostTensor norm2 =
                sandwich() ? norm(reader, layer + "pre_feedforward_layernorm.weight", width) : afterAttention;
        String network = layer + "mlp.";
        BlockWeights block = new BlockWeights(
                attention,
                norm1,
                null,
                norm2,
                null,
                reader.matrix(network + "gate_proj.weight", hiddenWidth, width),
                bias(reader, network + "gate_proj", hiddenWidth, feedForwardBias()),
                reader.matrix(network + "up_proj.weight", hiddenWidth, width),
                bias(reader, network + "up_proj", hiddenWidth, feedForwardBias()),
                reader.matrix(network + "down_proj.weight", width, hiddenWidth),
                bias(reader, network + "down_proj", width, feedForwardBias()));
        return sandwich()
                ? block.withBranchNorms(
                        afterAttention, norm(reader, layer + "post_feedforward_layernorm.weight", width))
                : block;
    }

    static @Nullable HostTensor bias(WeightReader reader, String projection, long size, boolean wanted) {
        return wanted ? reader.vector(projection + ".bias", size) : null;
    }

    @Override
    public Embeddings embeddings(WeightReader reader) {
        return new Embeddings(spec().embedding(), reader.matrix(prefix(reader) + TABLE, vocabulary, width), null, null);
    }

    /** Names begin with {@code model.}, but not in files of the bare model, as embedding models are published. */
    private static String prefix(WeightReader reader) {
        return reader.has(PREFIX + TABLE) || !reader.has(TABLE) ? PREFIX : "";
    }

    /** Old files keep the frequencies of the rotary embedding. */
    @Override
    public boolean ignores(String tensor) {
        return tensor.endsWith("rotary_emb.inv_freq");
    }

    @Override
    public Map<String, String> copies(WeightReader reader) {
        return tied ? Map.of(HEAD, prefix(reader) + TABLE) : Map.of();
    }
}
