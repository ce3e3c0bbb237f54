package org.clattention.verify;

import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.config.HostTensor;

/** Answers golden cases with an engine, through the public API only. */
public final class EngineRunner implements CaseRunner {
    private final AttentionEngine engine;

    /** Answers on this engine, which the caller still owns. */
    public EngineRunner(AttentionEngine engine) {
        this.engine = engine;
    }

    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase) {
        return run(goldenCase, CallPlan.ONE_CALL);
    }

    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase, CallPlan plan) {
        try (CaseTensors tensors = new CaseTensors(engine, goldenCase)) {
            return switch (goldenCase.op()) {
                case "attention" -> EngineAttention.run(engine, goldenCase, tensors);
                case "multi_head_attention" -> EngineLayer.run(engine, goldenCase, tensors, plan);
                case "softmax" -> EngineOperators.softmax(engine, goldenCase, tensors);
                case "latent_attention" -> EngineLatentAttention.run(engine, goldenCase, tensors, plan);
                case "transformer_block" -> EngineBlock.run(engine, goldenCase, tensors, plan);
                case "rotary_embedding" -> EngineOperators.rotaryEmbedding(engine, goldenCase, tensors);
                case "layer_normalization" -> EngineOperators.layerNormalization(engine, goldenCase, tensors);
                case "rms_normalization" -> EngineOperators.rmsNormalization(engine, goldenCase, tensors);
                case "gelu" -> EngineOperators.gelu(engine, goldenCase, tensors);
                case "swish" -> EngineOperators.swish(engine, goldenCase, tensors);
                default -> throw new UnsupportedCaseException("no operation " + goldenCase.op());
            };
        }
    }
}
