package org.clattention.verify;

import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.HostTensor;

/** Answers golden cases with an engine, through the public API alone. */
public final class EngineRunner implements CaseRunner {
    private final AttentionEngine engine;

    /** Answers on this engine, which stays the caller's. */
    public EngineRunner(AttentionEngine engine) {
        this.engine = engine;
    }

    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase) {
        try (CaseTensors tensors = new CaseTensors(engine, goldenCase)) {
            return switch (goldenCase.op()) {
                case "attention" -> EngineAttention.run(engine, goldenCase, tensors);
                case "multi_head_attention" -> EngineLayer.run(engine, goldenCase, tensors);
                case "softmax" -> EngineOperators.softmax(engine, goldenCase, tensors);
                case "latent_attention",
                        "transformer_block",
                        "rotary_embedding",
                        "layer_normalization",
                        "rms_normalization",
                        "gelu",
                        "swish" ->
                    throw new UnsupportedCaseException("the engine does not have " + goldenCase.op() + " yet");
                default -> throw new UnsupportedCaseException("no operation " + goldenCase.op());
            };
        }
    }
}
