package org.clattention.verify;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;

/** Checks of scaled dot-product attention, and of its steps as far as each can run alone. */
final class SmokeAttention {
    static final String SCORES = "scaled_scores";
    static final String SOFTMAX = "softmax";
    static final String VALUES = "weighted_values";
    static final String SUMMARIES = "summaries";
    static final String WHOLE = "attention";
    static final String RANDOM = "random";
    static final String REPEAT = "repeat";

    private static final String[] STAGES = {"scaled", "capped", "masked"};
    private static final int[] RANDOM_SIZES = {1, 3, 8, 16, 31, 32, 40, 59, 64, 80, 96, 111, 128};

    private SmokeAttention() {}

    /** scale·QKᵀ, after the softcap, and after masks, returned as they are: no later step takes part. */
    static void scores(List<SmokeCase> out, List<AttentionShape> shapes, long seed) {
        for (AttentionShape shape : shapes) {
            for (int mode = 0; mode < STAGES.length; mode++) {
                String name = SCORES + "-" + STAGES[mode] + "-" + shape;
                long wanted = mode;
                add(out, name, SCORES, shape.reduction(), () -> {
                    CaseBuilder builder = tensors(name, shape, seed).attribute("qk_matmul_output_mode", wanted);
                    AttentionVariant.EVERYTHING.add(builder, shape);
                    return builder.wants("qk_matmul_output").build();
                });
            }
        }
    }

    /** The softmax on rows of many lengths, along each axis, with moderate and with huge logits. */
    static void softmax(List<SmokeCase> out, int[] columns, long seed) {
        for (int n : columns) {
            for (long axis : new long[] {-1, 1}) {
                for (double std : new double[] {1, 50}) {
                    String name = SOFTMAX + "-" + n + (axis < 0 ? "-last" : "-middle") + (std > 1 ? "-large" : "");
                    long[] shape = axis < 0 ? new long[] {3, 5, n} : new long[] {3, n, 5};
                    add(
                            out,
                            name,
                            SOFTMAX,
                            n,
                            () -> new CaseBuilder(name, "softmax", seed)
                                    .attribute("axis", axis)
                                    .random("x", std, shape)
                                    .wants("y")
                                    .build());
                }
            }
        }
    }

    /** P·V with P = softmax(bias): with a scale of 0, queries and keys have no influence. */
    static void values(List<SmokeCase> out, List<AttentionShape> shapes, long seed) {
        for (AttentionShape shape : shapes) {
            String name = VALUES + "-" + shape;
            add(out, name, VALUES, shape.reduction(), () -> {
                CaseBuilder builder = tensors(name, shape, seed).attribute("scale", 0.0);
                AttentionVariant.ADDITIVE_MASK.add(builder, shape);
                return builder.wants("Y").build();
            });
        }
    }

    /**
     * Entropy, heaviest keys and column sums of weights that a mask gives (the scale is 0): in each row all weights differ
     * by far more than rounding errors, so that there is one right order.
     */
    static void summaries(List<SmokeCase> out, List<AttentionShape> shapes, long seed) {
        for (AttentionShape shape : shapes) {
            summaries(out, shape, "-", false, () -> steps(shape), seed);
            summaries(out, shape, "-causal-", true, () -> steps(shape), seed);
            // Of keys with the same weight the first is the heaviest.
            Supplier<HostTensor> even = () -> HostTensor.of(new float[shape.keys()], 1, shape.keys());
            summaries(out, shape, "-even-", true, even, seed);
        }
    }

    private static void summaries(
            List<SmokeCase> out,
            AttentionShape shape,
            String kind,
            boolean causal,
            Supplier<HostTensor> bias,
            long seed) {
        String name = SUMMARIES + kind + shape;
        long reduction = Math.max(shape.queries(), shape.reduction());
        add(
                out,
                name,
                SUMMARIES,
                reduction,
                () -> tensors(name, shape, seed)
                        .attribute("scale", 0.0)
                        .attribute("is_causal", causal ? 1L : 0L)
                        .attribute(WeightSummaries.TOP_KEYS, 4L)
                        .input("attn_mask", bias.get())
                        .wants(
                                "Y",
                                WeightSummaries.ENTROPY,
                                WeightSummaries.TOP_KEYS,
                                WeightSummaries.TOP_WEIGHTS,
                                WeightSummaries.COLUMN_SUMS)
                        .build());
    }

    /** The same even steps in each row, in a different order; their range keeps every weight above 0. */
    private static HostTensor steps(AttentionShape shape) {
        int keys = shape.keys();
        float step = Math.min(1 / 8f, 16f / keys);
        float[] bias = new float[shape.heads() * shape.queries() * keys];
        for (int row = 0; row < bias.length / keys; row++) {
            SplittableRandom random = new SplittableRandom(row);
            for (int j = 0; j < keys; j++) {
                // Fisher and Yates, from the inside out.
                int other = random.nextInt(j + 1);
                bias[row * keys + j] = bias[row * keys + other];
                bias[row * keys + other] = -j * step;
            }
        }
        return HostTensor.of(bias, shape.heads(), shape.queries(), keys);
    }

    /** Every variant on every shape: output and log-sum-exp alone, and with the weights, which may take another path. */
    static void whole(List<SmokeCase> out, List<AttentionShape> shapes, long seed) {
        for (AttentionShape shape : shapes) {
            for (AttentionVariant variant : AttentionVariant.values()) {
                String name = variant + "-" + shape;
                add(out, name, WHOLE, shape.reduction(), () -> {
                    CaseBuilder builder = tensors(name, shape, seed);
                    variant.add(builder, shape);
                    return builder.wants("Y", "log_sum_exp").build();
                });
                String more = variant + "-weights-" + shape;
                add(out, more, WHOLE, shape.reduction(), () -> {
                    CaseBuilder builder = merged(more, shape, seed).attribute("qk_matmul_output_mode", 3L);
                    variant.add(builder, shape);
                    return builder.wants("Y", "log_sum_exp", "qk_matmul_output").build();
                });
            }
        }
    }

    /** The same call, repeated. */
    static void repeats(List<SmokeCase> out, List<AttentionShape> shapes, long seed) {
        for (AttentionShape shape : shapes) {
            String name = REPEAT + "-" + shape;
            out.add(new SmokeCase(name, REPEAT, Answer.REPEAT, shape.reduction(), MemoryNeed.LITTLE, () -> {
                CaseBuilder builder = tensors(name, shape, seed);
                AttentionVariant.EVERYTHING.add(builder, shape);
                return builder.wants("Y", "log_sum_exp").build();
            }));
        }
    }

    /** Random sizes and a random variant, all determined by the number and the seed. */
    static SmokeCase random(int number, long seed) {
        String name = RANDOM + "-" + number;
        SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
        int kvHeads = 1 + random.nextInt(3);
        AttentionShape shape = new AttentionShape(
                1 + random.nextInt(3),
                kvHeads * (1 + random.nextInt(3)),
                kvHeads,
                1 + random.nextInt(80),
                1 + random.nextInt(200),
                RANDOM_SIZES[random.nextInt(RANDOM_SIZES.length)],
                RANDOM_SIZES[random.nextInt(RANDOM_SIZES.length)]);
        AttentionVariant[] variants = AttentionVariant.values();
        AttentionVariant variant = variants[random.nextInt(variants.length)];
        boolean flat = random.nextInt(2) == 0;
        return new SmokeCase(name, RANDOM, Answer.REFERENCE, shape.reduction(), MemoryNeed.LITTLE, () -> {
            CaseBuilder builder = flat ? merged(name, shape, seed) : tensors(name, shape, seed);
            variant.add(builder, shape);
            return builder.wants("Y").build();
        });
    }

    /** Queries, keys and values by heads. */
    static CaseBuilder tensors(String name, AttentionShape s, long seed) {
        return new CaseBuilder(name, "attention", seed)
                .random("Q", 1, s.batch(), s.heads(), s.queries(), s.size())
                .random("K", 1, s.batch(), s.kvHeads(), s.keys(), s.size())
                .random("V", 1, s.batch(), s.kvHeads(), s.keys(), s.valueSize());
    }

    /** Queries, keys and values with their heads side by side. */
    static CaseBuilder merged(String name, AttentionShape s, long seed) {
        return new CaseBuilder(name, "attention", seed)
                .attribute("q_num_heads", (long) s.heads())
                .attribute("kv_num_heads", (long) s.kvHeads())
                .random("Q", 1, s.batch(), s.queries(), (long) s.heads() * s.size())
                .random("K", 1, s.batch(), s.keys(), (long) s.kvHeads() * s.size())
                .random("V", 1, s.batch(), s.keys(), (long) s.kvHeads() * s.valueSize());
    }

    private static void add(
            List<SmokeCase> out, String name, String part, long reduction, Supplier<GoldenCase> inputs) {
        out.add(new SmokeCase(name, part, Answer.REFERENCE, reduction, MemoryNeed.LITTLE, inputs));
    }
}
