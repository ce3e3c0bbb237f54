package org.clattention.model.arch;

import java.util.OptionalInt;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockAttentionWeights;
import org.clattention.config.HeadExtras;
import org.clattention.config.RotaryConfig;

/** A gated decoder with multi-head, grouped-query or multi-query attention. */
abstract class MultiHeadDecoder extends GatedDecoder {
    private final int kvHeads;
    private final int headSize;
    private final boolean bias;

    /**
     * @param absentKvHeads {@code num_key_value_heads}; empty, as null, for as many as there are heads
     * @param absentHeadSize {@code head_dim}; empty, as null, for {@code hidden_size} / {@code num_attention_heads}
     */
    MultiHeadDecoder(ConfigJson config, Defaults defaults, OptionalInt absentKvHeads, OptionalInt absentHeadSize) {
        super(config, defaults);
        kvHeads = config.optionalSize("num_key_value_heads", absentKvHeads).orElse(heads);
        if (heads % kvHeads != 0) {
            throw config.refused("num_attention_heads", "is not a multiple of num_key_value_heads = " + kvHeads);
        }
        OptionalInt size = config.optionalSize("head_dim", absentHeadSize);
        if (size.isEmpty() && width % heads != 0) {
            throw config.refused("hidden_size", "is not a multiple of num_attention_heads = " + heads);
        }
        headSize = size.orElse(width / heads);
        bias = config.flag("attention_bias", false);
    }

    int headSize() {
        return headSize;
    }

    /** The rotary embedding of a layer. */
    abstract RotaryConfig rotary(int layer);

    /** How many keys before its own a query sees in a layer; −1 for all. */
    int leftWindow(int layer) {
        return -1;
    }

    /** Scale and softcap. */
    AttentionOptions scores() {
        return AttentionOptions.DEFAULT;
    }

    boolean queryKeyValueBias() {
        return bias;
    }

    boolean outputBias() {
        return bias;
    }

    /** Whether each head's queries and keys are normalized. */
    boolean headNorms() {
        return false;
    }

    @Override
    AttentionConfig attention(int layer) {
        return new AttentionConfig(
                width,
                width,
                width,
                heads,
                kvHeads,
                headSize,
                headSize,
                scores().withCausal(true).withWindow(leftWindow(layer), -1),
                rotary(layer),
                epsilon);
    }

    @Override
    BlockAttentionWeights attention(WeightReader reader, String layer) {
        String attention = layer + "self_attn.";
        long queries = (long) heads * headSize;
        long keys = (long) kvHeads * headSize;
        AttentionWeights weights = new AttentionWeights(
                reader.matrix(attention + "q_proj.weight", queries, width),
                reader.matrix(attention + "k_proj.weight", keys, width),
                reader.matrix(attention + "v_proj.weight", keys, width),
                reader.matrix(attention + "o_proj.weight", width, queries),
                bias(reader, attention + "q_proj", queries, queryKeyValueBias()),
                bias(reader, attention + "k_proj", keys, queryKeyValueBias()),
                bias(reader, attention + "v_proj", keys, queryKeyValueBias()),
                bias(reader, attention + "o_proj", width, outputBias()));
        return headNorms()
                ? weights.withExtras(HeadExtras.NONE.withNorms(
                        norm(reader, attention + "q_norm.weight", headSize),
                        norm(reader, attention + "k_norm.weight", headSize)))
                : weights;
    }
}
