package org.clattention.testing;

import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionMasks;
import org.clattention.AttentionResult;
import org.clattention.MultiHeadAttention;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** An engine's answer to a layer case, and whether it agrees with the reference. */
public final class LayerAnswers {
    private LayerAnswers() {}

    /** Runs the layer on an engine and says what disagrees; empty if nothing does. */
    public static String check(AttentionEngine engine, LayerCase c) {
        return LayerExpectation.of(c).check(run(engine, c));
    }

    /** The engine's answers; the output is [B, S, Do]. */
    public static Answers run(AttentionEngine engine, LayerCase c) {
        try (MultiHeadAttention layer = engine.multiHeadAttention(c.config(), c.weights());
                Tensor x = engine.tensor(c.x());
                Tensor memory = c.memory() == null ? null : engine.tensor(c.memory());
                Tensor attend = c.attend() == null
                        ? null
                        : engine.tensor(c.attend().truths(), c.attend().shape());
                Tensor bias = bias(engine, c);
                AttentionResult result = layer.forward(AttentionInputs.of(x)
                        .withMemory(memory)
                        .withMasks(new AttentionMasks(attend, bias, c.lengths()))
                        .withPositions(c.positions())
                        .returning(wanted(c)))) {
            return answers(result);
        }
    }

    static @Nullable Tensor bias(AttentionEngine engine, LayerCase c) {
        CaseMask bias = c.bias();
        return bias == null
                ? null
                : engine.tensor(
                        HostTensor.of(bias.values(), bias.shape()).to(c.types().bias()));
    }

    static ReturnOptions wanted(LayerCase c) {
        ReturnOptions wanted = new ReturnOptions(c.wantWeights(), c.wanted(), c.wantLogSumExp());
        return c.topKeys() < 0 ? wanted : wanted.withSummaries(true, c.topKeys(), true);
    }

    static Answers answers(AttentionResult result) {
        return new Answers(
                EngineAnswers.doubles(result.output()),
                optional(result.weights()),
                optional(result.scores()),
                optional(result.logSumExp()),
                Summaries.of(result));
    }

    private static double @Nullable [] optional(@Nullable Tensor tensor) {
        return tensor == null ? null : EngineAnswers.doubles(tensor);
    }
}
