package org.clattention.config;

/** The weights of the attention of a transformer block. */
public sealed interface BlockAttentionWeights permits AttentionWeights, LatentWeights {
    /**
     * These weights with matrices rounded to another floating-point or quantized type, in which the device will store them.
     *
     * @throws IllegalArgumentException if {@link HostTensor#to} cannot: quantized types take rows of whole blocks of 32
     */
    BlockAttentionWeights to(DataType type);
}
