package org.clattention.verify;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.config.Activation;
import org.clattention.config.BlockConfig.Norm;
import org.clattention.config.BlockConfig.NormPosition;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;
import org.clattention.verify.SmokeLayers.Shape;

/** Checks of the transformer block, and of the kernels that only it uses. */
final class SmokeBlocks {
    static final String BLOCK = "block";
    static final String GATE = "gate";
    static final String ADD = "add";

    private SmokeBlocks() {}

    /** Both norms in both places with each activation, gated and not, in one call and through caches. */
    static void blocks(List<SmokeCase> out, List<Shape> shapes, long seed) {
        for (Shape shape : shapes) {
            for (Norm norm : Norm.values()) {
                for (NormPosition position : NormPosition.values()) {
                    for (Activation activation : Activation.values()) {
                        boolean smooth = activation == Activation.SILU || activation == Activation.GELU;
                        boolean gated = smooth == (norm == Norm.RMS);
                        add(out, "one-call", shape, norm, position, activation, gated, CallPlan.ONE_CALL, seed);
                    }
                }
            }
            if (shape.length() < 4) {
                continue;
            }
            SmokeCaches.kinds(shape.batch(), shape.length()).forEach((kind, cache) -> {
                CallPlan plan = CallPlan.cached(cache, shape.length() - 2, 1, 1);
                add(out, kind, shape, Norm.RMS, NormPosition.PRE, Activation.SILU, true, plan, seed);
                add(out, kind, shape, Norm.LAYER, NormPosition.POST, Activation.GELU, false, plan, seed);
            });
        }
    }

    private static void add(
            List<SmokeCase> out,
            String calls,
            Shape shape,
            Norm norm,
            NormPosition position,
            Activation activation,
            boolean gated,
            CallPlan plan,
            long seed) {
        int hidden = 2 * shape.width() + 3;
        String name =
                String.join("-", BLOCK, calls, lower(norm), lower(position), lower(activation), gated ? "gated" : "up")
                        + "-" + shape;
        out.add(SmokeCase.of(name, BLOCK, Math.max(hidden, shape.length()), plan, () -> {
            CaseBuilder to = block(name, norm, position, activation, seed);
            SmokeLayers.weights(to, shape, shape.width());
            attention(to, shape);
            norms(to, norm, shape.width());
            if (position == NormPosition.SANDWICH) {
                to.nearOne("attention_norm_weight", shape.width()).nearOne("feed_forward_norm_weight", shape.width());
            }
            feedForward(to, shape.width(), hidden, gated);
            if (!gated) {
                to.random("b_up", 0.5, hidden).random("b_down", 0.5, shape.width());
            }
            return to.wants("y").build();
        }));
    }

    /** Moves the attributes that {@link SmokeLayers#weights} set for a layer to where a block has them. */
    private static void attention(CaseBuilder to, Shape shape) {
        to.withoutAttribute("num_heads")
                .withoutAttribute("num_kv_heads")
                .attribute(
                        "attention",
                        Map.of(
                                "num_heads", (long) shape.heads(),
                                "num_kv_heads", (long) shape.kvHeads(),
                                "causal", true));
    }

    static CaseBuilder block(String name, Norm norm, NormPosition position, Activation activation, long seed) {
        return new CaseBuilder(name, "transformer_block", seed)
                .attribute("norm", lower(norm))
                .attribute("norm_position", lower(position))
                .attribute("activation", lower(activation));
    }

    static void norms(CaseBuilder to, Norm norm, int width) {
        for (String which : new String[] {"norm1", "norm2"}) {
            to.nearOne(which + "_weight", width);
            if (norm == Norm.LAYER) {
                to.random(which + "_bias", 0.5, width);
            }
        }
    }

    static void feedForward(CaseBuilder to, int width, int hidden, boolean gated) {
        to.random("w_up", 1 / Math.sqrt(width), hidden, width).random("w_down", 1 / Math.sqrt(hidden), width, hidden);
        if (gated) {
            to.random("w_gate", 1 / Math.sqrt(width), hidden, width);
        }
    }

    /** Blocks whose attention gives zeros: what is left is the gated network, once for each activation. */
    static void gates(List<SmokeCase> out, int[] widths, long seed) {
        for (int width : widths) {
            for (Activation activation : Activation.values()) {
                String name = GATE + "-" + lower(activation) + "-w" + width;
                out.add(SmokeCase.of(name, GATE, 64L + 2L * width, CallPlan.ONE_CALL, () -> {
                    CaseBuilder to = block(name, Norm.RMS, NormPosition.PRE, activation, seed);
                    still(to.random("x", 1, 3, 5, width), width);
                    norms(to, Norm.RMS, width);
                    feedForward(to, width, 2 * width, true);
                    return to.wants("y").build();
                }));
            }
        }
    }

    /** Blocks of small integers in which attention and network give their biases alone: y = x + b_o + b_down, exactly. */
    static void sums(List<SmokeCase> out, int[] widths, long seed) {
        for (int width : widths) {
            String name = ADD + "-w" + width;
            out.add(new SmokeCase(name, ADD, Answer.EXACT, 1, MemoryNeed.LITTLE, () -> sum(name, 3, 5, width, seed)));
        }
    }

    static GoldenCase sum(String name, int batch, int length, int width, long seed) {
        CaseBuilder to = block(name, Norm.RMS, NormPosition.PRE, Activation.RELU, seed);
        still(to.integers("x", batch, length, width), width);
        norms(to, Norm.RMS, width);
        return to.integers("b_o", width)
                .integers("w_up", 2, width)
                .input("w_down", zeros(width, 2))
                .integers("b_down", width)
                .wants("y")
                .build();
    }

    /** Attention of one head whose W_O is 0. */
    static void still(CaseBuilder to, int width) {
        to.attribute("attention", Map.of("num_heads", 1L))
                .random("w_q", 1, 2, width)
                .random("w_k", 1, 2, width)
                .random("w_v", 1, 2, width)
                .input("w_o", zeros(width, 2));
    }

    static HostTensor zeros(int rows, int columns) {
        return HostTensor.of(new float[rows * columns], rows, columns);
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
