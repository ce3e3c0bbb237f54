package org.clattention.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.clattention.verify.SmokeLayers.Shape;

/** The checks of a device, by level. The same seed gives the same checks. */
public enum SmokeSuite {
    /** Well under a minute on two slow cores. */
    QUICK(1, 1e9, 64),
    /** A minute or two. */
    MEDIUM(2, 8e9, 257),
    /** As long as it takes. */
    LONG(3, 60e9, 1025);

    private static final List<List<AttentionShape>> SHAPES = List.of(
            List.of(
                    new AttentionShape(1, 1, 1, 1, 1, 1, 1),
                    new AttentionShape(2, 2, 2, 31, 33, 8, 8),
                    new AttentionShape(2, 4, 2, 33, 32, 59, 59),
                    new AttentionShape(1, 8, 1, 7, 97, 64, 64),
                    new AttentionShape(1, 3, 3, 32, 31, 80, 40),
                    new AttentionShape(1, 2, 1, 1, 113, 128, 128),
                    new AttentionShape(1, 1, 1, 65, 65, 5, 7)),
            List.of(
                    new AttentionShape(2, 12, 12, 128, 128, 64, 64),
                    new AttentionShape(1, 4, 2, 257, 257, 96, 96),
                    new AttentionShape(1, 2, 2, 1, 1023, 40, 40),
                    new AttentionShape(1, 1, 1, 111, 113, 256, 256),
                    new AttentionShape(1, 512, 512, 5, 9, 1, 1)),
            List.of(
                    new AttentionShape(1, 2, 2, 1025, 1023, 64, 64),
                    new AttentionShape(1, 8, 2, 513, 2048, 128, 128),
                    new AttentionShape(4, 16, 4, 257, 257, 111, 32)));

    /**
     * Attention across the boundaries of every set of kernels: more than two blocks of 128 keys with a ragged last one, more rows
     * than a tile or a work-group's wave has, rows that end within a tile, groups of more than eight heads, heads of sizes that
     * are no multiple of 16 or of 4, and the largest heads.
     */
    static final List<AttentionShape> BOUNDARIES = List.of(
            // One row, whose keys are split.
            new AttentionShape(1, 1, 1, 1, 391, 64, 64),
            new AttentionShape(1, 3, 1, 1, 705, 32, 32),
            // A few rows that share keys: eleven heads, and five queries of three heads.
            new AttentionShape(2, 22, 2, 1, 300, 40, 24),
            new AttentionShape(1, 6, 2, 5, 269, 17, 18),
            // Many rows: nine heads of a group, then one alone with more queries than keys of a block.
            new AttentionShape(2, 18, 2, 9, 309, 36, 52),
            new AttentionShape(1, 2, 2, 150, 277, 20, 33),
            // Small heads and large ones.
            new AttentionShape(1, 2, 1, 70, 150, 12, 10),
            new AttentionShape(1, 1, 1, 34, 150, 132, 132),
            new AttentionShape(1, 2, 1, 20, 140, 576, 512));

    private static final List<List<Shape>> LAYERS = List.of(
            List.of(
                    new Shape(1, 1, 8, 1, 1, 8, 8),
                    new Shape(2, 33, 48, 4, 4, 12, 12),
                    new Shape(1, 17, 59, 6, 2, 31, 9),
                    new Shape(3, 31, 128, 4, 1, 64, 64)),
            List.of(new Shape(2, 97, 256, 8, 8, 32, 32), new Shape(1, 128, 512, 8, 2, 64, 64)),
            List.of(new Shape(4, 257, 768, 12, 12, 64, 64)));

    /** For caches, ragged calls and blocks, which run each shape in many ways. */
    private static final List<List<Shape>> SEQUENCES = List.of(
            List.of(new Shape(2, 13, 24, 4, 2, 12, 10), new Shape(1, 21, 32, 4, 2, 32, 32)),
            List.of(new Shape(3, 40, 64, 8, 2, 32, 32), new Shape(1, 67, 96, 6, 6, 16, 16)),
            List.of(new Shape(2, 300, 256, 8, 4, 64, 64)));

    private static final List<List<SmokeLatent.Shape>> LATENTS = List.of(
            List.of(
                    new SmokeLatent.Shape(2, 1, 16, 2, 6, 4, 5, 12, 0),
                    new SmokeLatent.Shape(2, 11, 24, 4, 8, 4, 8, 16, 20)),
            List.of(new SmokeLatent.Shape(2, 40, 128, 8, 32, 16, 32, 64, 96)),
            List.of(new SmokeLatent.Shape(1, 257, 1024, 16, 128, 64, 128, 512, 768)));

    private static final int[][] COLUMNS = {{1, 2, 31, 63, 64, 65, 257, 1023}, {128, 2048, 4097}, {32768, 100003}};
    /** Rows and columns. */
    private static final List<List<int[]>> LARGE = List.of(
            List.of(new int[] {1031, 16500}), List.of(new int[] {2100, 70001}), List.of(new int[] {4101, 140003}));

    private static final int[][] ROWS = {{1, 3, 33}, {31, 64, 65}, {127, 257}};
    private static final int[][] LENGTHS = {{1, 7, 33}, {64, 100}, {1000}};
    private static final int[][] WIDTHS = {{1, 16, 33}, {15, 17, 64, 257}, {511, 768}};

    private final int lists;
    private final double flops;
    private final int longest;

    /**
     * @param lists how many of the lists of sizes to use
     * @param flops what the reference may compute for a published configuration
     * @param longest limit of its length
     */
    SmokeSuite(int lists, double flops, int longest) {
        this.lists = lists;
        this.flops = flops;
        this.longest = longest;
    }

    /** The checks of this level, cheap ones first. */
    public List<SmokeCase> cases(long seed) {
        List<AttentionShape> shapes = first(SHAPES);
        List<SmokeCase> out = new ArrayList<>();
        KnownAnswers.add(out, seed);
        SmokeLayers.projections(out, first(ROWS), first(WIDTHS), seed);
        SmokeAttention.scores(out, shapes, seed);
        SmokeAttention.softmax(out, first(COLUMNS), seed);
        SmokeAttention.values(out, shapes, seed);
        SmokeOperators.rotations(out, first(LENGTHS), seed);
        SmokeOperators.caches(out, seed);
        SmokeOperators.norms(out, first(COLUMNS), seed);
        SmokeLatent.headProducts(out, first(ROWS), first(WIDTHS), seed);
        SmokeOperators.activations(out, first(COLUMNS), seed);
        SmokeBlocks.gates(out, first(WIDTHS), seed);
        SmokeBlocks.sums(out, first(WIDTHS), seed);
        SmokeAttention.summaries(out, shapes, seed);
        SmokeAttention.whole(out, shapes, seed);
        SmokeAttention.whole(out, BOUNDARIES, seed);
        SmokeStorage.projections(out, seed);
        SmokeStorage.ties(out);
        SmokeLayers.layers(out, first(LAYERS), seed);
        SmokeCaches.caches(out, first(SEQUENCES), seed);
        for (Shape shape : first(SEQUENCES)) {
            SmokeCaches.ragged(out, shape.width(), seed);
        }
        SmokeLatent.layers(out, first(LATENTS), seed);
        SmokeLatent.types(out, seed);
        SmokeBlocks.blocks(out, first(SEQUENCES), seed);
        SmokeAttention.repeats(out, shapes, seed);
        // Those whose sizes do not depend on the level come once.
        Map<String, SmokeCase> large = new LinkedHashMap<>();
        for (int[] size : first(LARGE)) {
            List<SmokeCase> some = new ArrayList<>();
            new SmokeLarge(size[0], size[1], seed).add(some);
            some.forEach(one -> large.putIfAbsent(one.name(), one));
        }
        out.addAll(large.values());
        SmokeConfigurations.add(out, flops, longest, seed);
        return out;
    }

    /** One of unlimited further checks, named {@code random-NUMBER}. */
    public static SmokeCase random(int number, long seed) {
        return SmokeAttention.random(number, seed);
    }

    private <T> List<T> first(List<List<T>> all) {
        return all.stream().limit(lists).flatMap(List::stream).toList();
    }

    private int[] first(int[][] all) {
        return IntStream.range(0, lists).flatMap(i -> IntStream.of(all[i])).toArray();
    }
}
