package org.clattention.reference;

import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.clattention.config.BlockConfig.NormPosition;

/**
 * A transformer block: attention and a feed-forward network, each with a normalization and a residual.
 *
 * <pre>
 * pre:   a = x + attend(norm1(x));  y = a + ffn(norm2(a))
 * post:  a = norm1(x + attend(x));  y = norm2(a + ffn(a))
 * sandwich: a = x + attention_norm(attend(norm1(x)));  y = a + feed_forward_norm(ffn(norm2(a)))
 * ffn(a) = down(act(up(a))), or gated: down(act(gate(a)) · up(a))
 * </pre>
 *
 * Inputs by name: those of {@link ReferenceLayer}, where w_o must have D rows, and norm1_weight, norm2_weight [D],
 * optional norm1_bias, norm2_bias [D] (of a layer normalization); attention_norm_weight, feed_forward_norm_weight [D] of a
 * sandwich; w_up [F, D], w_down [D, F], optional w_gate [F, D];
 * optional b_up, b_gate [F], b_down [D].
 */
public final class ReferenceBlock {
    /** The names of all inputs. */
    public static final Set<String> INPUTS = inputs();

    private ReferenceBlock() {}

    /**
     * The settings of a block.
     *
     * @param rms RMS normalization; otherwise layer normalization
     * @param position where the norms stand
     * @param normEpsilon of both normalizations; usually 1e-5
     * @param activation of the feed-forward network
     * @param attention the layer
     */
    public record Options(
            boolean rms,
            NormPosition position,
            double normEpsilon,
            ReferenceActivations activation,
            LayerOptions attention) {}

    /** Runs the block: [B, S, D]. */
    public static RefTensor forward(Options options, TensorSet tensors) {
        if (!tensors.has("w_gate") && tensors.has("b_gate")) {
            throw new IllegalArgumentException("b_gate: needs w_gate");
        }
        RefTensor x = tensors.real("x", "[B, S, D]", -1, -1, -1);
        return forward(options, tensors, x, normed -> attend(options, tensors, normed));
    }

    /** Runs the block on {@code x} with this attention; {@code options.attention()} is not used. */
    static RefTensor forward(Options options, TensorSet tensors, RefTensor x, UnaryOperator<RefTensor> attention) {
        if (options.position() == NormPosition.POST) {
            RefTensor a = norm(options, tensors, "norm1", x.plus(attention.apply(x)));
            return norm(options, tensors, "norm2", a.plus(feedForward(options, tensors, a)));
        }
        boolean sandwich = options.position() == NormPosition.SANDWICH;
        RefTensor attended = attention.apply(norm(options, tensors, "norm1", x));
        RefTensor a = x.plus(sandwich ? norm(options, tensors, "attention_norm", attended) : attended);
        RefTensor fed = feedForward(options, tensors, norm(options, tensors, "norm2", a));
        return a.plus(sandwich ? norm(options, tensors, "feed_forward_norm", fed) : fed);
    }

    private static RefTensor attend(Options options, TensorSet tensors, RefTensor x) {
        tensors.weight("w_o", "[D, Hq·dv]", x.dim(2), -1);
        return ReferenceLayer.forward(options.attention(), tensors, x, false).y();
    }

    private static RefTensor norm(Options options, TensorSet tensors, String name, RefTensor x) {
        RefTensor weight = tensors.real(name + "_weight", "[D]", x.dim(2));
        RefTensor bias = tensors.findReal(name + "_bias", "[D]", x.dim(2));
        if (!options.rms()) {
            return ReferenceNorms.layerNorm(x, weight, bias, -1, options.normEpsilon())
                    .y();
        }
        if (bias != null) {
            throw new IllegalArgumentException(name + "_bias: an RMS normalization has no bias");
        }
        return ReferenceNorms.rmsNorm(x, weight, -1, options.normEpsilon());
    }

    private static RefTensor feedForward(Options options, TensorSet tensors, RefTensor x) {
        int width = x.dim(2);
        RefTensor up = widen(tensors, "up", x);
        RefTensor hidden;
        if (tensors.has("w_gate")) {
            hidden = product(options.activation().apply(widen(tensors, "gate", x)), up);
        } else {
            hidden = options.activation().apply(up);
        }
        return MatrixProduct.linear(
                hidden,
                tensors.weight("w_down", "[D, F]", width, hidden.dim(2)),
                tensors.findWeight("b_down", "[D]", width));
    }

    private static RefTensor widen(TensorSet tensors, String name, RefTensor x) {
        var weight = tensors.weight("w_" + name, "[F, D]", -1, x.dim(2));
        return MatrixProduct.linear(x, weight, tensors.findWeight("b_" + name, "[F]", weight.dim(0)));
    }

    private static RefTensor product(RefTensor gate, RefTensor up) {
        Shapes.require("w_gate's result", gate.shape(), "the shape of w_up's result", up.shape());
        double[] y = gate.values().clone();
        for (int n = 0; n < y.length; n++) {
            y[n] *= up.values()[n];
        }
        return new RefTensor(y, gate.shape());
    }

    private static Set<String> inputs() {
        Set<String> names = new HashSet<>(ReferenceLayer.INPUTS);
        names.addAll(Set.of("norm1_weight", "norm1_bias", "norm2_weight", "norm2_bias"));
        names.addAll(Set.of("attention_norm_weight", "feed_forward_norm_weight"));
        names.addAll(Set.of("w_up", "b_up", "w_down", "b_down", "w_gate", "b_gate"));
        return Set.copyOf(names);
    }
}
