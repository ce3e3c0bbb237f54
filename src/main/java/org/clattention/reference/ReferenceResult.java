package org.clattention.reference;

import org.jspecify.annotations.Nullable;

/**
 * What scaled dot-product attention returns.
 *
 * @param output [B, Hq, S, dv]; zeros for a query that attends to nothing
 * @param logSumExp [B, Hq, S]: natural logarithm of the softmax's denominator, over the attended keys and the sink; −∞
 *     for a query that attends to nothing, even with a sink
 * @param presentKey [B, Hkv, T, d]: past and new keys
 * @param presentValue [B, Hkv, T, dv]: past and new values
 * @param scores [B, Hq, S, T]: the wanted intermediate; null if none was wanted
 */
public record ReferenceResult(
        RefTensor output,
        RefTensor logSumExp,
        RefTensor presentKey,
        RefTensor presentValue,
        @Nullable RefTensor scores) {}
