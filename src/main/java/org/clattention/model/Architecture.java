package org.clattention.model;

import java.util.Map;
import org.clattention.StackWeights;

/** A family of models: how its configuration and the names of its tensors become shapes and weights. */
interface Architecture {
    /** What the configuration says. */
    ModelSpec spec();

    /** The weights of the stack; a block's are read when it is asked for. */
    StackWeights weights(WeightReader reader);

    /** The tables of embeddings. */
    Embeddings embeddings(WeightReader reader);

    /**
     * Tensors that files may hold although they are copies of others, such as a head that is the table of embeddings: by the
     * name of the copy, the name of the other. Only the other is read; numbers that differ would be dropped without a word, and
     * are refused.
     */
    default Map<String, String> copies(WeightReader reader) {
        return Map.of();
    }

    /** True for tensors that published files have and the mathematics does not need, such as buffers. */
    boolean ignores(String tensor);

    /** The mean of norms' weights in a fresh model. */
    default double normMean() {
        return 1;
    }
}
