package org.clattention.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.clattention.Activation;
import org.clattention.AttentionConfig;
import org.clattention.AttentionOptions;
import org.clattention.AttentionWeights;
import org.clattention.BlockConfig;
import org.clattention.BlockWeights;
import org.clattention.HostTensor;
import org.clattention.StackConfig;
import org.clattention.StackWeights;

/**
 * GPT-2 (Radford et al. 2019): learned positions, LayerNorm before each branch, a head that is the table of embeddings.
 * Its matrices are stored as [in_features, out_features] and turned when a block is read. Names may begin with {@code
 * transformer.}, or not.
 */
final class Gpt2Architecture implements Architecture {
    private static final String PREFIX = "transformer.";
    private static final String TABLE = "wte.weight";
    private static final String HEAD = "lm_head.weight";

    private final ConfigJson config;
    private final int width;
    private final int layers;
    private final int heads;
    private final int hiddenWidth;
    private final int positions;
    private final int vocabulary;
    private final double epsilon;
    private final boolean tied;
    private final SpecialTokens tokens;

    Gpt2Architecture(ConfigJson config) {
        this.config = config;
        width = config.size("n_embd");
        layers = GatedDecoder.layers(config, "n_layer");
        heads = config.size("n_head");
        if (width > Integer.MAX_VALUE / 4) {
            throw config.refused("n_embd", "must be at most " + Integer.MAX_VALUE / 4);
        }
        if (width % heads != 0) {
            throw config.refused("n_embd", "is not a multiple of n_head = " + heads);
        }
        hiddenWidth = config.has("n_inner") ? config.size("n_inner") : 4 * width;
        positions = config.size("n_positions", 1024);
        vocabulary = config.size("vocab_size");
        epsilon = config.positive("layer_norm_epsilon", 1e-5);
        tied = config.flag("tie_word_embeddings", true);
        tokens = SpecialTokens.of(50_256, 50_256).unless(config, vocabulary);
    }

    @Override
    public ModelSpec spec() {
        Activation activation = Activations.of(config, "activation_function", "gelu_new");
        AttentionConfig attention = AttentionConfig.of(width, heads);
        double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(attention.headSize()) : 1;
        boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
        List<BlockConfig> blocks = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            AttentionOptions options =
                    AttentionOptions.DEFAULT.withCausal(true).withScale(byLayer ? scale / (i + 1) : scale);
            blocks.add(new BlockConfig(
                    attention.withOptions(options),
                    BlockConfig.Norm.LAYER,
                    BlockConfig.NormPosition.PRE,
                    epsilon,
                    activation,
                    hiddenWidth));
        }
        return new ModelSpec(
                Architectures.name(config),
                new StackConfig(blocks, false, true, vocabulary, null),
                new EmbeddingSpec(vocabulary, width, 1, positions, 0, tied),
                0,
                positions,
                tokens.begin(),
                tokens.end(),
                true);
    }

    @Override
    public StackWeights weights(WeightReader reader) {
        String prefix = prefix(reader);
        return new StackWeights(
                i -> block(reader, prefix + "h." + i + "."),
                null,
                new StackWeights.NormWeights(
                        reader.vector(prefix + "ln_f.weight", width), reader.vector(prefix + "ln_f.bias", width)),
                StackWeights.LogitsWeights.of(reader.matrix(tied ? prefix + TABLE : HEAD, vocabulary, width)));
    }

    private BlockWeights block(WeightReader reader, String layer) {
        List<HostTensor> inputs = reader.transposed(layer + "attn.c_attn.weight", 3, width, width);
        List<HostTensor> biases = reader.vectors(layer + "attn.c_attn.bias", 3, width);
        AttentionWeights attention = new AttentionWeights(
                inputs.get(0),
                inputs.get(1),
                inputs.get(2),
                reader.transposed(layer + "attn.c_proj.weight", width, width),
                biases.get(0),
                biases.get(1),
                biases.get(2),
                reader.vector(layer + "attn.c_proj.bias", width));
        return new BlockWeights(
                attention,
                reader.vector(layer + "ln_1.weight", width),
                reader.vector(layer + "ln_1.bias", width),
                reader.vector(layer + "ln_2.weight", width),
                reader.vector(layer + "ln_2.bias", width),
                null,
                null,
                reader.transposed(layer + "mlp.c_fc.weight", hiddenWidth, width),
                reader.vector(layer + "mlp.c_fc.bias", hiddenWidth),
                reader.transposed(layer + "mlp.c_proj.weight", width, hiddenWidth),
                reader.vector(layer + "mlp.c_proj.bias", width));
    }

    @Override
    public Embeddings embeddings(WeightReader reader) {
        String prefix = prefix(reader);
        return new Embeddings(
                spec().embedding(),
                reader.matrix(prefix + TABLE, vocabulary, width),
                reader.matrix(prefix + "wpe.weight", positions, width),
                null);
    }

    private static String prefix(WeightReader reader) {
        return reader.has(PREFIX + TABLE) ? PREFIX : "";
    }

    /** The causal masks that old files keep. */
    @Override
    public boolean ignores(String tensor) {
        return tensor.endsWith(".attn.bias") || tensor.endsWith(".attn.masked_bias");
    }

    @Override
    public Map<String, String> copies(WeightReader reader) {
        return tied ? Map.of(HEAD, prefix(reader) + TABLE) : Map.of();
    }
}
