package org.clattention;

import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.Checks;

/**
 * Where callers come from: which conventions their calls of dot-product attention follow. All three read a boolean mask as
 * true = attend and scale by 1/√d; they differ in where a causal mask begins when queries and keys differ in number.
 */
public enum AttentionDialect {
    /** ONNX {@code Attention}, opset 25: query i stands at P + i after a past of P keys. */
    ONNX_25(CausalAlignment.TOP_LEFT),
    /** PyTorch's {@code scaled_dot_product_attention}: {@code is_causal} aligns the first query with the first key. */
    PYTORCH_SDPA(CausalAlignment.TOP_LEFT),
    /** FlashAttention from 2.1 on: the last query stands at the last key; windows count from there, too. */
    FLASH_ATTENTION(CausalAlignment.BOTTOM_RIGHT);

    private final CausalAlignment alignment;

    AttentionDialect(CausalAlignment alignment) {
        this.alignment = alignment;
    }

    /** How query positions are counted. */
    public CausalAlignment alignment() {
        return alignment;
    }

    /** The dialect's options: its alignment and scale, no windows, no softcap. */
    public AttentionOptions options(boolean causal) {
        return AttentionOptions.DEFAULT.withCausal(causal).withAlignment(alignment);
    }

    /**
     * The boolean mask of this dialect from PyTorch's {@code nn.MultiheadAttention}, whose boolean masks say the opposite:
     * true = ignore.
     */
    public static boolean[] attendMaskOfIgnoreMask(boolean... ignore) {
        Checks.given("ignore", ignore);
        boolean[] attend = new boolean[ignore.length];
        for (int i = 0; i < ignore.length; i++) {
            attend[i] = !ignore[i];
        }
        return attend;
    }
}
