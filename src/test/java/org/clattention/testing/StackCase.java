package org.clattention.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.clattention.AttentionEngine;
import org.clattention.ReturnOptions;
import org.clattention.StackCache;
import org.clattention.StackInputs;
import org.clattention.StackInputs.Rows;
import org.clattention.StackResult;
import org.clattention.Tensor;
import org.clattention.TransformerStack;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.BlockAttention;
import org.clattention.config.BlockAttentionWeights;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockConfig.Norm;
import org.clattention.config.BlockConfig.NormPosition;
import org.clattention.config.BlockWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.config.StackWeights.LogitsWeights;
import org.clattention.config.StackWeights.NormWeights;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceStack;

/** A generated stack of blocks, and sequences of different lengths that it is run on in several ways. */
public final class StackCase {
    private static final double TOLERANCE = 2e-4;

    private final CaseRandom random;
    private final StackConfig config;
    private final StackWeights weights;
    private final int width;

    /** The embeddings of each sequence [S_b, D]. */
    private final List<float[]> sequences = new ArrayList<>();

    private final boolean causal;

    private StackCase(String name) {
        this.random = LayerCases.random(name);
        this.causal = random.chance(0.75);
        this.width = 2 + random.upTo(30);
        Norm norm = random.oneOf(Norm.class);
        List<BlockConfig> blocks = new ArrayList<>();
        List<BlockWeights> blockWeights = new ArrayList<>();
        for (int i = 0; i <= random.upTo(2); i++) {
            NormPosition position = random.oneOf(NormPosition.class);
            BlockConfig block = new BlockConfig(
                    attention(), norm, position, 1e-5, random.oneOf(Activation.class), 1 + random.upTo(40));
            blocks.add(block);
            blockWeights.add(weights(block));
        }
        boolean logits = random.chance(0.7);
        Activation transform = logits && random.chance(0.3) ? random.oneOf(Activation.class) : null;
        this.config = new StackConfig(
                blocks, random.chance(0.3), random.chance(0.7), logits ? 1 + random.upTo(60) : 0, transform);
        this.weights = new StackWeights(
                blockWeights::get,
                config.inputNorm() ? norm(norm) : null,
                config.outputNorm() ? norm(norm) : null,
                logits ? logits(norm) : null);
        for (int b = 0; b <= random.upTo(2); b++) {
            sequences.add(random.floats((1 + random.upTo(20)) * width, 1.7));
        }
    }

    private BlockAttention attention() {
        AttentionOptions options = new AttentionOptions(
                OptionalDouble.empty(),
                causal,
                CausalAlignment.TOP_LEFT,
                random.chance(0.3) ? random.upTo(12) : -1,
                -1,
                random.chance(0.2) ? random.between(1, 30) : 0);
        int size = 2 * (1 + random.upTo(8));
        if (random.chance(0.2)) {
            return new LatentConfig(
                    width,
                    random.oneOf(1, 3),
                    1 + random.upTo(12),
                    size,
                    1 + random.upTo(12),
                    1 + random.upTo(20),
                    random.chance(0.5) ? 0 : 1 + random.upTo(20),
                    AttentionOptions.DEFAULT.withCausal(causal),
                    LayerCases.rotary(random, size),
                    1e-6,
                    random.oneOf(LatentConfig.Form.class));
        }
        int kvHeads = random.oneOf(1, 2);
        AttentionConfig layer =
                new AttentionConfig(width, width, width, kvHeads * random.oneOf(1, 2), kvHeads, size, size, options);
        return layer.withRotary(LayerCases.rotary(random, size));
    }

    private BlockWeights weights(BlockConfig block) {
        BlockAttentionWeights attention = block.attention() instanceof LatentConfig latent
                ? LatentCase.weights(random, latent)
                : LayerCases.weights(random, (AttentionConfig) block.attention());
        int hidden = block.hiddenWidth();
        BlockWeights made = new BlockWeights(
                attention,
                near1(),
                null,
                near1(),
                null,
                random.chance(0.5) ? matrix(hidden, width) : null,
                null,
                matrix(hidden, width),
                null,
                matrix(width, hidden),
                null);
        return block.position() == NormPosition.SANDWICH ? made.withBranchNorms(near1(), near1()) : made;
    }

    private NormWeights norm(Norm norm) {
        return new NormWeights(near1(), norm == Norm.RMS ? null : LayerCases.tensor(random, 0.5, width));
    }

    private LogitsWeights logits(Norm norm) {
        HostTensor matrix = matrix(config.vocabularySize(), width);
        HostTensor bias = random.chance(0.5) ? LayerCases.tensor(random, 0.5, config.vocabularySize()) : null;
        return config.logitsTransform() == null
                ? new LogitsWeights(null, null, null, matrix, bias)
                : new LogitsWeights(matrix(width, width), null, norm(norm), matrix, bias);
    }

    private HostTensor matrix(int rows, int columns) {
        return LayerCases.tensor(random, 1.7 / Math.sqrt(columns), rows, columns);
    }

    private HostTensor near1() {
        float[] values = random.floats(width, 0.3);
        for (int i = 0; i < width; i++) {
            values[i] += 1;
        }
        return HostTensor.of(values, width);
    }

    /** Runs the case of this name; says what disagrees, nothing if nothing does. */
    public static String check(AttentionEngine engine, String name) {
        StackCase c = new StackCase(name);
        List<ReferenceStack.Result> want = c.want();
        try (TransformerStack stack = engine.transformerStack(c.config, c.weights)) {
            String problem = c.padded(engine, stack, want) + c.ragged(engine, stack, want);
            if (c.causal) {
                problem += c.cached(engine, stack, want);
            }
            return problem.isEmpty() ? "" : "-Dclattention.case=" + name + problem + " (" + c.config + ")";
        }
    }

    private List<ReferenceStack.Result> want() {
        List<ReferenceStack.Result> out = new ArrayList<>();
        for (float[] sequence : sequences) {
            double[] x = new double[sequence.length];
            Arrays.setAll(x, i -> sequence[i]);
            out.add(new ReferenceStack(config, weights)
                    .forward(new RefTensor(x, 1, sequence.length / width, width), null, true));
        }
        return out;
    }

    /** All in one batch, padded with what nobody may read. */
    private String padded(AttentionEngine engine, TransformerStack stack, List<ReferenceStack.Result> want) {
        int longest = sequences.stream().mapToInt(s -> s.length / width).max().orElseThrow();
        float[] x = new float[sequences.size() * longest * width];
        Arrays.fill(x, Float.NaN);
        for (int b = 0; b < sequences.size(); b++) {
            System.arraycopy(sequences.get(b), 0, x, b * longest * width, sequences.get(b).length);
        }
        int[] lengths = sequences.stream().mapToInt(s -> s.length / width).toArray();
        String problem = "";
        try (Tensor rows = engine.tensor(x, sequences.size(), longest, width);
                StackResult last =
                        stack.forward(StackInputs.of(rows).withLengths(lengths).withRows(Rows.LAST));
                StackResult result =
                        stack.forward(StackInputs.of(rows).withLengths(lengths).returning(ReturnOptions.WEIGHTS))) {
            double[] got = EngineAnswers.doubles(result.output());
            double[] ends = EngineAnswers.doubles(last.output());
            for (int b = 0; b < lengths.length; b++) {
                problem += compare("last of padded", b, want, lengths[b] - 1, lengths[b], ends, b);
                problem += compare("padded", b, want, 0, lengths[b], got, b * longest);
                problem += attention(b, longest, want.get(b), result);
            }
        }
        return problem;
    }

    private String attention(int b, int longest, ReferenceStack.Result want, StackResult got) {
        String problem = "";
        boolean latent = config.blocks().stream().anyMatch(block -> block.attention() instanceof LatentConfig);
        for (int i = 0; i < got.attention().size() && !latent; i++) {
            RefTensor weights = want.weights().get(i);
            Tensor tensor = got.attention().get(i).weights();
            double[] all = EngineAnswers.doubles(Objects.requireNonNull(tensor));
            for (int head = 0; head < weights.dim(1); head++) {
                for (int q = 0; q < weights.dim(2); q++) {
                    for (int k = 0; k < weights.dim(3); k++) {
                        double value = all[((b * weights.dim(1) + head) * longest + q) * longest + k];
                        if (!(Math.abs(value - weights.at(0, head, q, k)) <= TOLERANCE) && problem.isEmpty()) {
                            problem = "; weights of block " + i + ", head " + head + ", " + q + " to " + k + " are "
                                    + value + ", want " + weights.at(0, head, q, k);
                        }
                    }
                }
            }
        }
        return problem;
    }

    /** One after another, without padding; the last rows alone. */
    private String ragged(AttentionEngine engine, TransformerStack stack, List<ReferenceStack.Result> want) {
        String problem = "";
        try (Part part = new Part(engine, 0, Integer.MAX_VALUE);
                StackResult result =
                        stack.forward(StackInputs.ragged(part.x, part.offsets).withRows(Rows.LAST))) {
            double[] got = EngineAnswers.doubles(result.output());
            for (int b = 0; b < sequences.size(); b++) {
                int length = sequences.get(b).length / width;
                problem += compare("last row", b, want, length - 1, length, got, b);
            }
        }
        return problem;
    }

    /** In parts, through a cache that is branched and cut back on the way. */
    private String cached(AttentionEngine engine, TransformerStack stack, List<ReferenceStack.Result> want) {
        CacheOptions options = random.chance(0.5)
                ? CacheOptions.contiguous(sequences.size(), 32)
                : CacheOptions.paged(sequences.size(), 8 * sequences.size(), 4);
        String problem = "";
        try (StackCache first = stack.newCache(options.withType(DataType.F32))) {
            int split = 1 + random.upTo(12);
            problem += cachedPart(engine, stack, want, first, 0, split);
            try (StackCache cache = first.branch()) {
                problem += cachedPart(engine, stack, want, cache, split, split + 1);
                for (int b = 0; b < sequences.size(); b++) {
                    cache.truncate(b, Math.min(cache.length(b), split));
                }
                problem += cachedPart(engine, stack, want, cache, split, Integer.MAX_VALUE);
            }
        }
        return problem;
    }

    private String cachedPart(
            AttentionEngine engine,
            TransformerStack stack,
            List<ReferenceStack.Result> want,
            StackCache cache,
            int from,
            int to) {
        String problem = "";
        try (Part part = new Part(engine, from, to)) {
            if (part.total == 0) {
                return "";
            }
            try (StackResult result =
                    stack.forward(StackInputs.ragged(part.x, part.offsets).withCache(cache))) {
                double[] got = EngineAnswers.doubles(result.output());
                for (int b = 0; b < sequences.size(); b++) {
                    int count = part.offsets[b + 1] - part.offsets[b];
                    problem += compare("cached", b, want, from, from + count, got, part.offsets[b]);
                }
            }
        }
        return problem;
    }

    /** The rows from {@code from} to {@code to} of all sequences, as far as they have them. */
    private final class Part implements AutoCloseable {
        final int[] offsets = new int[sequences.size() + 1];
        final int total;
        final Tensor x;

        Part(AttentionEngine engine, int from, int to) {
            for (int b = 0; b < sequences.size(); b++) {
                int length = sequences.get(b).length / width;
                offsets[b + 1] = offsets[b] + Math.max(0, Math.min(to, length) - from);
            }
            total = offsets[sequences.size()];
            float[] rows = new float[Math.max(1, total) * width];
            for (int b = 0; b < sequences.size(); b++) {
                int count = (offsets[b + 1] - offsets[b]) * width;
                if (count > 0) {
                    System.arraycopy(sequences.get(b), from * width, rows, offsets[b] * width, count);
                }
            }
            x = engine.tensor(rows, Math.max(1, total), width);
        }

        @Override
        public void close() {
            x.close();
        }
    }

    private String compare(
            String what, int b, List<ReferenceStack.Result> want, int from, int to, double[] got, int gotRow) {
        double[] all = want.get(b).output().values();
        int columns = config.outputWidth();
        double largest = IntStream.range(from * columns, to * columns)
                .mapToDouble(i -> Math.abs(all[i]))
                .max()
                .orElse(0);
        for (int i = 0; i < (to - from) * columns; i++) {
            double wanted = all[from * columns + i];
            double value = got[gotRow * columns + i];
            if (!(Math.abs(value - wanted) <= TOLERANCE * (1 + largest))) {
                return "; " + what + ", sequence " + b + ", row " + (from + i / columns) + ", column " + i % columns
                        + " is " + value + ", want " + wanted;
            }
        }
        return "";
    }
}
