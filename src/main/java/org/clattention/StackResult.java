package org.clattention;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.Checks;
import org.clattention.internal.backend.Closing;

/**
 * What a call of a stack of blocks gave. The tensors belong to the caller; closing the result closes them all, except an
 * output that the caller gave the call to write to.
 *
 * @param output F32, the logits or hidden states of the rows that were asked for: [B, S, V], [total, V] of a ragged call, or
 *     [B, V] of last rows; D in place of V without logits
 * @param attention what was asked for of each block's attention; empty if nothing was. Their {@code output} is this one's
 * @param outputGiven the output is the caller's own tensor, from {@link StackInputs#into}
 */
public record StackResult(Tensor output, List<AttentionResult> attention, boolean outputGiven)
        implements AutoCloseable {
    /** Checks what must be given. */
    public StackResult {
        Checks.given("output", output);
        Checks.given("attention", attention);
        attention.forEach(each -> Checks.given("attention", each));
        attention = List.copyOf(attention);
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(attention);
        if (!outputGiven) {
            all.add(output);
        }
        Closing.all(all);
    }
}
