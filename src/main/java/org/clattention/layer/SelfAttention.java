package org.clattention.layer;

import org.clattention.AttentionConfig;
import org.clattention.AttentionWeights;
import org.clattention.BlockAttention;
import org.clattention.BlockAttentionWeights;
import org.clattention.LatentConfig;
import org.clattention.LatentWeights;
import org.clattention.backend.Backend;

/** The attention of a block, of either kind. */
interface SelfAttention extends LayerSteps, AutoCloseable {
    @Override
    void close();

    /** Copies the weights to the device. They fit the configuration. */
    static SelfAttention of(Backend backend, BlockAttention config, BlockAttentionWeights weights) {
        return config instanceof LatentConfig latent
                ? new LatentLayer(backend, latent, (LatentWeights) weights)
                : new AttentionLayer(backend, (AttentionConfig) config, (AttentionWeights) weights);
    }
}
