package org.clattention.model;

import org.clattention.StackWeights;

/** A family of models: how its configuration and the names of its tensors become shapes and weights. */
interface Architecture {
    /** What the configuration says. */
    ModelSpec spec();

    /** The weights of the stack; a block's are read when it is asked for. */
    StackWeights weights(WeightReader reader);

    /** The tables of embeddings. */
    Embeddings embeddings(WeightReader reader);

    /** True for tensors that published files have and the mathematics does not need, such as buffers. */
    boolean ignores(String tensor);

    /** The mean of norms' weights in a fresh model. */
    default double normMean() {
        return 1;
    }
}
