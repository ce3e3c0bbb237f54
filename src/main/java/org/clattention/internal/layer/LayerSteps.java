package org.clattention.internal.layer;

import org.clattention.internal.backend.CommandStream;
import org.jspecify.annotations.Nullable;

/** What a layer does in a call. */
public interface LayerSteps {
    /**
     * Makes what a call needs on the device and the layer does not have yet. Before the call takes its stream: this may need one,
     * and who holds a stream must not wait for another.
     *
     * @param positions the rotation's position of each row; null: the row's own
     */
    void prepare(BatchLayout tokens, int @Nullable [] positions);

    /** Queues the layer's steps; the call has been prepared. */
    void forward(CommandStream stream, AttentionLayer.Call call);
}
