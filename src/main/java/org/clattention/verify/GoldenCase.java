package org.clattention.verify;

import java.util.Map;
import org.clattention.config.HostTensor;

/**
 * One golden case: an operation, its inputs, and answers from another system.
 *
 * @param name the case's name
 * @param op the operation
 * @param attributes its attributes; absent ones take their defaults
 * @param rtol relative tolerance: passes if |got − want| ≤ atol + rtol·|want| everywhere
 * @param atol absolute tolerance
 * @param source where the answer comes from
 * @param inputs tensors by name, without the prefix {@code in.}
 * @param outputs wanted tensors by name, without the prefix {@code out.}; only these are compared
 */
public record GoldenCase(
        String name,
        String op,
        Attributes attributes,
        double rtol,
        double atol,
        String source,
        Map<String, HostTensor> inputs,
        Map<String, HostTensor> outputs) {}
