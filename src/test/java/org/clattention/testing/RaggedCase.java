package org.clattention.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CausalAlignment;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/** Sequences of different lengths in one ragged call: each must give what it gives alone. */
public final class RaggedCase {
    private final List<@Nullable LayerCase> sequences = new ArrayList<>();
    private final AttentionConfig config;
    private final AttentionWeights weights;
    private final int[] offsets;
    private final HostTensor x;
    private final LayerCase wanted;

    private RaggedCase(String name) {
        CaseRandom random = LayerCases.random(name);
        CaseSize size = LayerCases.size(name);
        int kvHeads = random.oneOf(1, 2);
        int d = Math.min(64, size.headSize(random));
        int width = 1 + random.upTo(30);
        int batch = 1 + random.upTo(4);
        this.config = new AttentionConfig(
                        width,
                        width,
                        1 + random.upTo(20),
                        kvHeads * random.oneOf(1, 2),
                        kvHeads,
                        d,
                        d,
                        AttentionCases.options(random, 40, false).withAlignment(CausalAlignment.TOP_LEFT))
                .withRotary(LayerCases.rotary(random, d));
        this.weights = LayerCases.weights(random, config);
        this.offsets = new int[batch + 1];
        for (int b = 0; b < batch; b++) {
            // An empty sequence is a sequence, too.
            int length = random.chance(0.15) ? 0 : Math.min(70, size.length(random));
            offsets[b + 1] = offsets[b] + length;
        }
        offsets[batch] = Math.max(offsets[batch], 1);
        StorageTypes types = new StorageTypes(StorageTypes.any(random), DataType.F32, DataType.F32);
        this.x = LayerCases.tensor(random, 1.7, offsets[batch], width).to(types.query());
        int top = random.chance(0.4) ? random.upTo(3) : -1;
        boolean wantWeights = random.chance(0.4);
        ScoresStage stage = random.chance(0.3) ? ScoresStage.MASKED : null;
        boolean wantLogSumExp = random.chance(0.4);
        this.wanted = new LayerCase(
                name, config, weights, x, null, null, null, null, null, types, top, wantWeights, stage, wantLogSumExp);
        for (int b = 0; b < batch; b++) {
            int rows = offsets[b + 1] - offsets[b];
            HostTensor part = x.rows(offsets[b], offsets[b + 1]).reshape(1, rows, width);
            sequences.add(rows == 0 ? null : wanted.withX(part));
        }
    }

    /** Runs the case of this name; says what disagrees, nothing if nothing does. */
    public static String check(AttentionEngine engine, String name) {
        return new RaggedCase(name).check(engine);
    }

    private String check(AttentionEngine engine) {
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                Tensor rows = engine.tensor(x);
                AttentionResult result =
                        layer.forward(AttentionInputs.ragged(rows, offsets).returning(LayerAnswers.wanted(wanted)))) {
            Answers got = LayerAnswers.answers(result);
            StringBuilder problems = new StringBuilder();
            for (int b = 0; b < sequences.size(); b++) {
                LayerCase sequence = sequences.get(b);
                if (sequence != null) {
                    problems.append(LayerExpectation.of(sequence).check(part(got, b)));
                }
            }
            return problems.isEmpty() ? "" : problems + " offsets " + Arrays.toString(offsets);
        }
    }

    /** The answers of one sequence, without what pads it to the longest. */
    private Answers part(Answers all, int b) {
        int from = offsets[b] * config.outputWidth();
        int to = offsets[b + 1] * config.outputWidth();
        int rows = offsets[b + 1] - offsets[b];
        int longest = longest();
        int top = Math.max(0, wanted.topKeys());
        Summaries s = all.summaries();
        return new Answers(
                Arrays.copyOfRange(all.output(), from, to),
                optional(all.weights(), b, longest, longest, rows, rows),
                optional(all.scores(), b, longest, longest, rows, rows),
                optional(all.logSumExp(), b, longest, 1, rows, 1),
                s == null
                        ? null
                        : new Summaries(
                                cut(s.entropy(), b, longest, 1, rows, 1),
                                ints(cut(
                                        Arrays.stream(s.topKeys())
                                                .asDoubleStream()
                                                .toArray(),
                                        b,
                                        longest,
                                        top,
                                        rows,
                                        top)),
                                cut(s.topWeights(), b, longest, top, rows, top),
                                cut(s.columnSums(), b, 1, longest, 1, rows)));
    }

    private int longest() {
        int longest = 0;
        for (int b = 0; b < sequences.size(); b++) {
            longest = Math.max(longest, offsets[b + 1] - offsets[b]);
        }
        return longest;
    }

    private static int[] ints(double[] values) {
        return Arrays.stream(values).mapToInt(k -> (int) k).toArray();
    }

    private double @Nullable [] optional(
            double @Nullable [] all, int b, int allRows, int allColumns, int rows, int columns) {
        return all == null ? null : cut(all, b, allRows, allColumns, rows, columns);
    }

    /** From [B, H, all rows, all columns] to the [H, rows, columns] of one sequence. */
    private double[] cut(double[] all, int b, int allRows, int allColumns, int rows, int columns) {
        int heads = config.numHeads();
        double[] out = new double[heads * rows * columns];
        for (int n = 0; n < heads * rows; n++) {
            int source = ((b * heads + n / rows) * allRows + n % rows) * allColumns;
            System.arraycopy(all, source, out, n * columns, columns);
        }
        return out;
    }
}
