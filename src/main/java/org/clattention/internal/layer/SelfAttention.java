package org.clattention.internal.layer;

import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockAttention;
import org.clattention.config.BlockAttentionWeights;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.internal.backend.Backend;

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
