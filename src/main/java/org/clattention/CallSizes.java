package org.clattention;

import org.clattention.config.AttentionConfig;
import org.clattention.config.BlockAttention;
import org.clattention.config.Checks;
import org.clattention.config.LatentConfig;
import org.clattention.internal.layer.LatentLayer;

/** Whether what a call makes of its rows can be indexed: one sequence of any of it has at most 2^31 − 1 elements. */
final class CallSizes {
    private CallSizes() {}

    /** Checks a call of a layer, before anything is allocated. */
    static void require(LayerArguments arguments, BlockAttention attention) {
        long rows = arguments.tokens().projectionLength();
        Checks.fitsInt("batch * query heads", (long) arguments.tokens().batch() * attention.numHeads());
        if (attention instanceof AttentionConfig layer) {
            long keys = arguments.crossed() ? arguments.keyLength() : rows;
            require("x", rows, "Hq * d", layer.queryWidth());
            require("x", rows, "Hq * dv", layer.contextWidth());
            require("keys", keys, "Hkv * d", layer.keyWidth());
            require("values", keys, "Hkv * dv", layer.valueWidth());
        } else if (attention instanceof LatentConfig latent) {
            require("x", rows, "H * (dn + dr)", latent.queryWidth());
            require("x", rows, "H * dv", (long) latent.numHeads() * latent.valueHeadSize());
            if (LatentLayer.absorbed(latent, arguments.tokens(), arguments.keyLength())) {
                require("x", rows, "H * (r + dr)", (long) latent.numHeads() * latent.cachedSize());
            } else {
                require("keys", arguments.keyLength(), "H * (dn + max(dr, dv))", LatentLayer.expandedSize(latent));
            }
        }
    }

    /** Checks a call of dot-product attention. */
    static void require(HeadLayout layout) {
        Checks.fitsInt("batch * query heads", (long) layout.batch() * layout.heads());
        require("query", layout.queryLength(), "Hq * d", (long) layout.heads() * layout.headSize());
        require("output", layout.queryLength(), "Hq * dv", (long) layout.heads() * layout.valueSize());
        require("key", layout.keyLength(), "Hkv * d", (long) layout.kvHeads() * layout.headSize());
        require("value", layout.keyLength(), "Hkv * dv", (long) layout.kvHeads() * layout.valueSize());
    }

    private static void require(String name, long rows, String meaning, long width) {
        if (rows * width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + ": " + rows + " rows of " + meaning + " = " + width
                    + " elements in one sequence must be at most " + Integer.MAX_VALUE + " elements ("
                    + 4 * rows * width + " bytes are needed, 8589934588 can be addressed)");
        }
    }
}
