package org.clattention.examples;

import java.nio.ByteBuffer;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;

/** The second program of the README. */
final class DecodingExample {
    private DecodingExample() {}

    // README: begin
    /** Feeds a layer its own output, token by token. {@code row} is a direct buffer of one token's bytes. */
    static void decode(AttentionEngine engine, MultiHeadAttention layer, KvCache cache, ByteBuffer row, int tokens) {
        int width = layer.config().modelWidth();
        try (Tensor x = engine.tensor(new float[width], 1, 1, width);
                Tensor y = engine.tensor(new float[width], 1, 1, width)) {
            AttentionInputs token = AttentionInputs.of(x).withCache(cache).into(y);
            for (int i = 0; i < tokens; i++) {
                x.write(row.clear());
                layer.forward(token).close(); // closes nothing: the output is ours
                y.read(row.clear());
            }
        }
    }
    // README: end
}
