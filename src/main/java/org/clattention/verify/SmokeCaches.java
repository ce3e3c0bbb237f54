package org.clattention.verify;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeLayers.Shape;

/** Checks that a layer computes the same token by token through a cache, or sequence by sequence, as in one pass. */
final class SmokeCaches {
    static final String CACHES = "caches";
    static final String RAGGED = "ragged";

    private static final String[] VARIANTS = {
        "causal",
        "biases",
        "qk-norm",
        "sinks",
        "alibi",
        "softcap",
        "rotary-half",
        "rotary-yarn",
        "bf16-weights",
        "q8_0-weights",
        "q4_0-weights"
    };

    /** How far back a query sees in a layer with a ring. */
    private static final int WINDOW = 4;

    private SmokeCaches() {}

    /** A prompt, then single tokens, then a few at once. */
    private static int[] steps(int length) {
        int prompt = length / 2;
        return new int[] {prompt, 1, 1, length - prompt - 2};
    }

    /** A cache of each kind that keeps all tokens. */
    static Map<String, CacheOptions> kinds(int batch, int length) {
        Map<String, CacheOptions> kinds = new LinkedHashMap<>();
        kinds.put("contiguous", CacheOptions.contiguous(batch, length + 3));
        // No length is a multiple of the block size, and sequences use different blocks.
        kinds.put("paged", CacheOptions.paged(batch, batch * (length / 5 + 1) + 1, 5));
        return kinds;
    }

    /** Every kind of cache on every shape, with and without other features that depend on keys and positions. */
    static void caches(List<SmokeCase> out, List<Shape> shapes, long seed) {
        for (Shape shape : shapes) {
            int[] steps = steps(shape.length());
            kinds(shape.batch(), shape.length()).forEach((kind, cache) -> {
                for (String variant : variants(shape)) {
                    add(out, kind, shape, variant, CallPlan.cached(cache, steps), seed);
                }
                for (DataType type : types(shape)) {
                    CallPlan plan = CallPlan.cached(cache.withType(type), steps);
                    add(out, kind + "-" + type.name().toLowerCase(Locale.ROOT), shape, "causal", plan, seed);
                }
            });
            // It must hold the window and the tokens of the longest call, so it wraps within the last one.
            CacheOptions ring = CacheOptions.ring(shape.batch(), WINDOW + shape.length() / 2);
            for (String variant : variants(shape)) {
                add(out, "ring", shape, variant, CallPlan.cached(ring, steps), seed);
            }
            smallRings(out, shape, seed);
        }
    }

    private static List<String> variants(Shape shape) {
        return Arrays.stream(VARIANTS)
                .filter(variant -> LayerVariant.has(shape, variant))
                .toList();
    }

    /** What caches of such heads may be stored in, other than F32; Q8_0 has blocks of 32. */
    private static List<DataType> types(Shape shape) {
        return (shape.size() | shape.valueSize()) % 32 == 0
                ? List.of(DataType.F16, DataType.BF16, DataType.Q8_0)
                : List.of(DataType.F16, DataType.BF16);
    }

    /** Rings that hold the window and two tokens, so that they wrap again and again, also within a call. */
    private static void smallRings(List<SmokeCase> out, Shape shape, long seed) {
        CacheOptions ring = CacheOptions.ring(shape.batch(), WINDOW + 2);
        int[] steps = new int[shape.length() * 2 / 3 + shape.length() % 3];
        Arrays.fill(steps, 1);
        for (int i = 0; i < shape.length() / 3; i++) {
            steps[2 * i] = 2;
        }
        for (String variant : new String[] {"causal", "sinks", "rotary-half"}) {
            add(out, "small-ring", shape, variant, CallPlan.cached(ring, steps), seed);
        }
        for (DataType type : types(shape)) {
            String kind = "small-ring-" + type.name().toLowerCase(Locale.ROOT);
            add(out, kind, shape, "causal", CallPlan.cached(ring.withType(type), steps), seed);
        }
    }

    private static void add(List<SmokeCase> out, String kind, Shape shape, String variant, CallPlan plan, long seed) {
        boolean ring = Objects.requireNonNull(plan.cache()).kind() == CacheOptions.Kind.RING;
        boolean exported = !ring && plan.storedType() == DataType.F32;
        String name = CACHES + "-" + kind + "-" + variant + "-" + shape;
        out.add(SmokeCase.of(name, CACHES, reduction(shape), plan, () -> {
            CaseBuilder to = layer(name, shape, variant, seed);
            if (ring) {
                to.attribute("left_window", (long) WINDOW);
            }
            return to.wants(exported ? new String[] {"y", "present_key", "present_value"} : new String[] {"y"})
                    .build();
        }));
    }

    private static CaseBuilder layer(String name, Shape shape, String variant, long seed) {
        CaseBuilder to = new CaseBuilder(name, "multi_head_attention", seed);
        SmokeLayers.weights(to, shape, shape.width());
        LayerVariant.add(to, variant, shape, shape.length());
        return to.attribute("causal", true);
    }

    private static long reduction(Shape shape) {
        return Math.max(shape.width(), Math.max(shape.length(), shape.heads() * shape.valueSize()));
    }

    /** Sequences of different lengths, one of them empty at first, without a cache and with each kind of it. */
    static void ragged(List<SmokeCase> out, int width, long seed) {
        int[][] calls = {{5, 0, 9, 1}, {1, 3, 1, 1}, {2, 1, 0, 1}};
        int longest = 10;
        Map<String, CallPlan> plans = new LinkedHashMap<>();
        plans.put("one-call", CallPlan.ragged(null, calls[0]));
        kinds(4, longest).forEach((kind, cache) -> plans.put(kind, CallPlan.ragged(cache, calls)));
        plans.forEach((kind, plan) -> {
            for (String variant : VARIANTS) {
                if (variant.endsWith("_0-weights")) {
                    continue;
                }
                if (variant.equals("alibi") && plan.calls().size() > 1) {
                    // The reference sees one long sequence, whose rows have other distances than those of its parts.
                    continue;
                }
                int total = plan.calls().stream().mapToInt(plan::rows).sum();
                Shape shape = new Shape(1, total, width, 4, 2, 12, 10);
                String name = RAGGED + "-" + kind + "-" + variant + "-w" + width;
                out.add(SmokeCase.of(name, RAGGED, reduction(shape), plan, () -> {
                    CaseBuilder to = layer(name, shape, variant, seed);
                    Tokens tokens = Tokens.of(plan, total);
                    to.input("attn_mask", tokens.mask());
                    if (variant.startsWith("rotary")) {
                        to.input("position_ids", HostTensor.ofLongs(tokens.position(), 1, total));
                    }
                    return to.wants("y").build();
                }));
            }
        });
    }

    /**
     * Which sequence each row of x belongs to.
     *
     * @param sequence of each row
     * @param position of each row in its sequence
     */
    @SuppressWarnings("ArrayRecordComponent") // lives for one case, compared never
    private record Tokens(int[] sequence, long[] position) {
        static Tokens of(CallPlan plan, int total) {
            int[] sequence = new int[total];
            long[] position = new long[total];
            long[] lengths = new long[plan.calls().get(0).length];
            int row = 0;
            for (int[] counts : plan.calls()) {
                for (int b = 0; b < counts.length; b++) {
                    for (int i = 0; i < counts[b]; i++) {
                        sequence[row] = b;
                        position[row++] = lengths[b]++;
                    }
                }
            }
            return new Tokens(sequence, position);
        }

        /** A row attends to the rows of its own sequence. */
        HostTensor mask() {
            int total = sequence.length;
            boolean[] attend = new boolean[total * total];
            for (int i = 0; i < attend.length; i++) {
                attend[i] = sequence[i / total] == sequence[i % total];
            }
            return HostTensor.ofBooleans(attend, total, total);
        }
    }
}
