package org.clattention.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.clattention.config.Activation;
import org.clattention.config.BlockConfig.Norm;
import org.clattention.config.BlockConfig.NormPosition;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.LatentConfig;
import org.clattention.verify.SmokeCase.Answer;
import org.clattention.verify.SmokeLayers.Shape;

/**
 * Sizes beyond every tile, chunk and wave of a kernel: one dimension is large at a time, or two where a million results are
 * wanted, so that the reference has little to do. Every result is compared, so that one wrong element of a million shows.
 *
 * @param rows more than 1,024
 * @param columns more than 16,384
 * @param seed of all data
 */
record SmokeLarge(int rows, int columns, long seed) {
    static final String PART = "large";

    private static final int MILLION = 1_050_000;

    /** All of them. */
    void add(List<SmokeCase> out) {
        projections(out);
        attention(out);
        caches(out);
        operators(out);
        blocks(out);
    }

    /** Projections of small integers, exact to the bit: many rows, many outputs, long sums, a million results. */
    private void projections(List<SmokeCase> out) {
        int[][] sizes = {{rows, 24, 40}, {rows, 16, MILLION / rows + 1}, {3, 16, columns}, {40, 16, columns}};
        for (int[] s : sizes) {
            String name = PART + "-project-rows" + s[0] + "-in" + s[1] + "-out" + s[2];
            exact(
                    out,
                    name,
                    CallPlan.ONE_CALL,
                    () -> SmokeLayers.projection(name, s[0], s[1], s[1], seed)
                            .input("w_v", SmokeLayers.identity(s[1]))
                            .integers("w_o", s[2], s[1])
                            .integers("b_o", s[2])
                            .build());
        }
        for (int count : new int[] {1, 3, 37}) {
            String name = PART + "-project-rows" + count + "-in" + columns;
            exact(
                    out,
                    name,
                    CallPlan.ONE_CALL,
                    () -> SmokeLayers.projection(name, count, columns, 40, seed)
                            .integers("w_v", 40, columns)
                            .input("w_o", SmokeLayers.identity(40))
                            .build());
        }
        SmokeLatent.Shape latent = new SmokeLatent.Shape(rows, 1, 12, 16, 9, 2, 8, MILLION / 16 / rows + 1, 0);
        SmokeLatent.add(out, PART, "heads", latent, CallPlan.ONE_CALL.withForm(LatentConfig.Form.ABSORBED), seed);
    }

    /** Many keys for few queries and for a tile of them, many queries, many sequences, and a million results. */
    private void attention(List<SmokeCase> out) {
        AttentionShape one = new AttentionShape(1, 2, 1, 1, columns, 16, 16);
        AttentionShape tile = new AttentionShape(1, 1, 1, 20, columns, 16, 16);
        AttentionShape both = new AttentionShape(1, 2, 1, 600, 1300, 16, 16);
        AttentionShape wide = new AttentionShape(1, 16, 16, rows, 20, MILLION / 16 / rows / 4 * 4 + 4, 64);
        AttentionShape many = new AttentionShape(300, 4, 2, 1, 140, 16, 16);
        for (AttentionShape shape : List.of(one, tile, both, many)) {
            for (AttentionVariant variant : List.of(AttentionVariant.PLAIN, AttentionVariant.FAR_WINDOW)) {
                attention(out, shape, variant, false);
                attention(out, shape, variant, true);
            }
        }
        attention(out, one, AttentionVariant.RISING, false);
        attention(out, tile, AttentionVariant.RISING, false);
        attention(out, both, AttentionVariant.CAUSAL, false);
        attention(out, many, AttentionVariant.SINKS, false);
        attention(out, wide, AttentionVariant.PLAIN, false);
        AttentionShape square = new AttentionShape(1, 4, 4, 600, 440, 16, 16);
        attention(out, square, AttentionVariant.PLAIN, true);
        SmokeAttention.summaries(out, List.of(new AttentionShape(1, 1, 1, 600, 1300, 16, 16)), seed);
        SmokeAttention.summaries(out, List.of(new AttentionShape(1, 2, 1, 2, columns, 16, 16)), seed);
    }

    private void attention(List<SmokeCase> out, AttentionShape shape, AttentionVariant variant, boolean weights) {
        String name = PART + "-" + variant + (weights ? "-weights-" : "-") + shape;
        add(out, name, shape.reduction(), CallPlan.ONE_CALL, () -> {
            CaseBuilder to = SmokeAttention.tensors(name, shape, seed);
            variant.add(to, shape);
            if (weights) {
                to.attribute("qk_matmul_output_mode", 3L).wants("qk_matmul_output");
            }
            return to.wants("Y", "log_sum_exp").build();
        });
    }

    /** A long sequence in each kind of cache; a million keys through them, which must come back as they went in. */
    private void caches(List<SmokeCase> out) {
        int length = 1100;
        Shape shape = new Shape(1, length, 8, 1, 1, 32, 32);
        CacheOptions contiguous = CacheOptions.contiguous(1, length + 3);
        for (CacheOptions cache : new CacheOptions[] {
            contiguous,
            contiguous.withType(DataType.F16),
            contiguous.withType(DataType.Q8_0),
            CacheOptions.paged(1, length / 5 + 2, 5)
        }) {
            layer(out, shape, cache, 0, length - 60, 1, 59);
        }
        int[] steps = new int[22];
        Arrays.fill(steps, length / steps.length);
        layer(out, shape, CacheOptions.ring(1, 114), 63, steps);
        for (CacheOptions cache :
                new CacheOptions[] {CacheOptions.contiguous(64, 23), CacheOptions.paged(64, 64 * 5, 5)}) {
            String name = PART + "-store-" + kind(cache);
            exact(
                    out,
                    name,
                    CallPlan.cached(cache, 18, 1, 2),
                    () -> new CaseBuilder(name, "multi_head_attention", seed)
                            .attribute("num_heads", 26L)
                            .attribute("causal", true)
                            .integers("x", 64, 21, 9)
                            .integers("w_q", 26 * 32, 9)
                            .integers("w_k", 26 * 32, 9)
                            .integers("w_v", 26 * 32, 9)
                            .integers("w_o", 9, 26 * 32)
                            .wants("present_key", "present_value")
                            .build());
        }
    }

    private void layer(List<SmokeCase> out, Shape shape, CacheOptions cache, long window, int... steps) {
        String name = PART + "-cache-" + kind(cache) + "-" + shape;
        add(out, name, shape.length(), CallPlan.cached(cache, steps), () -> {
            CaseBuilder to = new CaseBuilder(name, "multi_head_attention", seed);
            SmokeLayers.weights(to, shape, shape.width());
            LayerVariant.add(to, "rotary-half", shape, shape.length());
            if (window > 0) {
                to.attribute("left_window", window);
            }
            return to.attribute("causal", true).wants("y").build();
        });
    }

    private static String kind(CacheOptions cache) {
        return (cache.kind() + "-" + cache.type()).toLowerCase(Locale.ROOT);
    }

    /** Norms, softmax, activations and rotation over many rows, long rows, and a million elements. */
    private void operators(List<SmokeCase> out) {
        int[][] sizes = {{rows, 40}, {MILLION / columns + 1, columns}};
        for (int[] s : sizes) {
            String sizesOf = "-" + s[0] + "x" + s[1];
            String layer = PART + "-layer-norm" + sizesOf;
            add(
                    out,
                    layer,
                    1,
                    CallPlan.ONE_CALL,
                    () -> new CaseBuilder(layer, "layer_normalization", seed)
                            .random("X", 1, s[0], s[1])
                            .nearOne("W", s[1])
                            .random("B", 1, s[1])
                            .wants("Y", "Mean", "InvStdDev")
                            .build());
            String rms = PART + "-rms-norm" + sizesOf;
            add(
                    out,
                    rms,
                    s[1],
                    CallPlan.ONE_CALL,
                    () -> new CaseBuilder(rms, "rms_normalization", seed)
                            .random("X", 1, s[0], s[1])
                            .nearOne("W", s[1])
                            .wants("Y")
                            .build());
            String softmax = PART + "-softmax" + sizesOf;
            add(
                    out,
                    softmax,
                    s[1],
                    CallPlan.ONE_CALL,
                    () -> new CaseBuilder(softmax, "softmax", seed)
                            .attribute("axis", -1L)
                            .random("x", 3, s[0], s[1])
                            .wants("y")
                            .build());
        }
        for (String kind : new String[] {"none", "tanh"}) {
            String name = PART + "-gelu-" + kind;
            add(
                    out,
                    name,
                    SmokeOperators.FUNCTION,
                    CallPlan.ONE_CALL,
                    () -> new CaseBuilder(name, "gelu", seed)
                            .attribute("approximate", kind)
                            .random("x", 2, MILLION)
                            .wants("y")
                            .build());
        }
        SmokeOperators.rotations(out, new int[] {rows}, seed);
    }

    /** Blocks: sums of a million integers, exact to the bit, and gated networks with a million hidden values. */
    private void blocks(List<SmokeCase> out) {
        int wide = MILLION / rows + 1;
        for (int[] s : new int[][] {{rows, wide}, {2, columns}}) {
            String name = PART + "-add-" + s[0] + "x" + s[1];
            exact(out, name, CallPlan.ONE_CALL, () -> SmokeBlocks.sum(name, 1, s[0], s[1], seed));
        }
        for (Activation activation : new Activation[] {Activation.SILU, Activation.GELU}) {
            for (int[] s : new int[][] {{rows, wide}, {2, columns}}) {
                String name = PART + "-gate-" + SmokeBlocks.lower(activation) + "-" + s[0] + "x" + s[1];
                add(out, name, s[1], CallPlan.ONE_CALL, () -> {
                    CaseBuilder to = SmokeBlocks.block(name, Norm.RMS, NormPosition.PRE, activation, seed);
                    SmokeBlocks.still(to.random("x", 1, 1, s[0], 16), 16);
                    SmokeBlocks.norms(to, Norm.RMS, 16);
                    SmokeBlocks.feedForward(to, 16, s[1], true);
                    return to.wants("y").build();
                });
            }
        }
    }

    private static void exact(List<SmokeCase> out, String name, CallPlan plan, Supplier<GoldenCase> inputs) {
        out.add(new SmokeCase(name, PART, Answer.EXACT, 1, MemoryNeed.LITTLE, plan, inputs));
    }

    private static void add(
            List<SmokeCase> out, String name, long reduction, CallPlan plan, Supplier<GoldenCase> inputs) {
        out.add(SmokeCase.of(name, PART, reduction, plan, inputs));
    }
}
