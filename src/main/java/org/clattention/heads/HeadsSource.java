package org.clattention.heads;

/** Something with attention heads: one layer over given data, or a language model over a text. */
public interface HeadsSource {
    /** The attention weights of all heads. */
    HeadWeights weights();

    /**
     * The output when each head's context is multiplied by a gate of its own, on top of gates that the layer may have.
     *
     * @param gates [layers][heads of the layer]: 1 leaves a head as it is, 0 removes it
     * @return all values of the output, of a language model its logits, in the same order for all gates
     */
    double[] outputWith(float[][] gates);
}
