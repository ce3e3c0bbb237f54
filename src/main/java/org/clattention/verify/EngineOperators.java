package org.clattention.verify;

import java.util.Map;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.HostTensor;
import org.clattention.Tensor;

/** The operations that are one step of the engine. */
final class EngineOperators {
    private EngineOperators() {}

    static Map<String, HostTensor> softmax(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        goldenCase.attributes().requireKnown(Set.of("axis"));
        tensors.requireKnown(Set.of("x"), Set.of());
        Tensor x = tensors.upload("x");
        try (Tensor y = engine.softmax(x, goldenCase.attributes().getInt("axis", -1))) {
            return Map.of("y", CaseTensors.download(y));
        }
    }
}
