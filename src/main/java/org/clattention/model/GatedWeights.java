package org.clattention.model;

import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockWeights;
import org.clattention.config.HostTensor;
import org.clattention.config.StackWeights;

/** The weights of a stack with a gate on every head. */
final class GatedWeights {
    private GatedWeights() {}

    static StackWeights of(StackWeights weights, float[][] gates) {
        return new StackWeights(
                i -> gated(i, weights.blocks().apply(i), gates),
                weights.inputNorm(),
                weights.outputNorm(),
                weights.logits());
    }

    private static BlockWeights gated(int i, BlockWeights block, float[][] gates) {
        if (i >= gates.length) {
            throw new IllegalArgumentException("gates: of " + gates.length + " blocks, but there is a block " + i);
        }
        if (!(block.attention() instanceof AttentionWeights attention)) {
            throw new IllegalArgumentException(
                    "gates: block " + i + " has latent attention, whose heads have no gates");
        }
        HostTensor gate = HostTensor.of(gates[i], gates[i].length);
        return block.withAttention(attention.withExtras(attention.extras().withHeadGate(gate)));
    }
}
