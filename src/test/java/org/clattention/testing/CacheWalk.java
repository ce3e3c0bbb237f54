package org.clattention.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.Tensor;
import org.clattention.config.CacheOptions;
import org.clattention.config.CacheOptions.Kind;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.error.CacheFullException;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.OpenClException;

/**
 * A random walk through what can be done to a cache. A model beside it knows every sequence's tokens and when the cache is
 * full; each call's rows must be those of the whole sequence in one pass.
 */
public final class CacheWalk {
    private final AttentionEngine engine;
    private final CaseRandom random;
    private final CacheSubject subject;
    private final List<String> log = new ArrayList<>();
    private List<List<float[]>> history = new ArrayList<>();
    private int[] highest;
    private CacheOptions options;
    private KvCache cache;

    private CacheWalk(AttentionEngine engine, CacheSubject subject, CaseRandom random, CacheOptions options) {
        this.engine = engine;
        this.random = random;
        this.subject = subject;
        this.options = options;
        this.highest = new int[options.batch()];
        for (int b = 0; b < options.batch(); b++) {
            history.add(new ArrayList<>());
        }
        this.cache = subject.newCache(options);
    }

    /** Walks the walk of this name; says what went wrong, nothing if nothing did. */
    public static String check(AttentionEngine engine, String name, int steps) {
        CaseRandom random = LayerCases.random(name + "0");
        Kind kind = random.oneOf(Kind.class);
        try (CacheSubject subject = CacheSubject.of(engine, name, kind == Kind.RING)) {
            CacheWalk walk = new CacheWalk(engine, subject, random, options(random, kind, subject.leftWindow(), name));
            try {
                String problem = "";
                for (int step = 0; step < steps && problem.isEmpty(); step++) {
                    problem = walk.step();
                }
                return problem.isEmpty() ? "" : "-Dclattention.case=" + name + problem + " after " + walk.log;
            } catch (RuntimeException e) {
                throw new IllegalStateException("-Dclattention.case=" + name + " after " + walk.log, e);
            } finally {
                walk.cache.close();
            }
        }
    }

    private static CacheOptions options(CaseRandom random, Kind kind, int window, String name) {
        int batch = 1 + random.upTo(2);
        CacheOptions shape = switch (kind) {
            case CONTIGUOUS -> CacheOptions.contiguous(batch, 4 + random.upTo(20));
            case RING -> CacheOptions.ring(batch, window + 1 + random.upTo(8));
            case PAGED -> CacheOptions.paged(batch, 2 + random.upTo(12), 1 + random.upTo(4));
        };
        return shape.withType(CacheSubject.inBlocks(name) ? DataType.Q8_0 : StorageTypes.any(random));
    }

    private String step() {
        String problem = switch (random.upTo(11)) {
            case 0 -> truncate();
            case 1 -> branch();
            case 2 -> transfer();
            case 3 -> forward(true, random.upTo(2) == 0 ? 30 : 6);
            case 4, 5, 6 -> forward(false, 1);
            default -> forward(random.chance(0.4), 1 + random.upTo(6));
        };
        int[] lengths = history.stream().mapToInt(List::size).toArray();
        return problem.isEmpty() && !Arrays.equals(cache.lengths(), lengths)
                ? "; lengths " + Arrays.toString(cache.lengths()) + ", want " + Arrays.toString(lengths)
                : problem;
    }

    /** Whether the cache has room: what its documentation says. */
    private boolean fits(int[] counts) {
        int blocks = 0;
        for (int b = 0; b < counts.length; b++) {
            int after = history.get(b).size() + counts[b];
            if (options.kind() == Kind.RING
                    ? counts[b] > options.capacity() - subject.leftWindow()
                    : after > options.capacity()) {
                return false;
            }
            blocks += options.kind() == Kind.PAGED ? (after + options.blockSize() - 1) / options.blockSize() : 0;
        }
        return options.kind() != Kind.PAGED || blocks <= options.blocks();
    }

    private String forward(boolean ragged, int most) {
        int batch = options.batch();
        int length = Math.max(1, most);
        boolean partial = ragged || random.chance(0.3);
        int[] counts = new int[batch];
        Arrays.setAll(counts, b -> partial ? random.upTo(length) : length);
        int rows = ragged ? Arrays.stream(counts).sum() : batch * length;
        if (rows == 0) {
            return "";
        }
        int[] offsets = new int[batch + 1];
        for (int b = 0; b < batch; b++) {
            offsets[b + 1] = offsets[b] + (ragged ? counts[b] : length);
        }
        float[] values = random.floats(rows * subject.width(), 1.7);
        boolean fits = fits(counts);
        log.add((ragged ? "ragged " : "dense " + length + " ") + Arrays.toString(counts) + (fits ? "" : " full"));
        long[] shape = ragged ? new long[] {rows, subject.width()} : new long[] {batch, length, subject.width()};
        try (Tensor x = engine.tensor(values, shape)) {
            AttentionInputs inputs = ragged ? AttentionInputs.ragged(x, offsets) : AttentionInputs.of(x);
            if (partial && !ragged) {
                inputs = inputs.withLengths(counts);
            }
            inputs = inputs.withCache(cache);
            if (!fits) {
                return refused(inputs);
            }
            if (random.chance(0.15)) {
                fail(inputs, counts);
                if (random.chance(0.5)) {
                    return ""; // not repeated: what it had reserved must be free for others
                }
            }
            try (AttentionResult result = subject.forward(inputs)) {
                return compare(values, offsets, counts, EngineAnswers.doubles(result.output()));
            }
        }
    }

    /** A full cache says so before any launch. */
    private String refused(AttentionInputs inputs) {
        try (Faults faults = Faults.none()) {
            try (AttentionResult result = subject.forward(inputs)) {
                return "; " + result + " although the cache is full";
            } catch (CacheFullException e) {
                return faults.calls().isEmpty() ? "" : "; " + faults.calls() + " before the cache was found full";
            }
        }
    }

    /** One device call of the layer's call fails; the cache is as it was. */
    private void fail(AttentionInputs inputs, int[] counts) {
        int position = random.upTo(20);
        for (int b = 0; b < options.batch(); b++) {
            // A ring may have been overwritten as far as the call would have gone.
            highest[b] = Math.max(highest[b], history.get(b).size() + counts[b]);
        }
        log.add("call " + position + " fails");
        try (Faults faults = Faults.at(position, -5)) {
            AttentionResult result = subject.forward(inputs);
            result.close();
            // So few calls: then it is done, and undone.
            for (int b = 0; b < options.batch(); b++) {
                int before = history.get(b).size();
                cache.truncate(b, before);
                highest[b] = before == 0 ? 0 : highest[b];
            }
            log.add("not reached of " + faults.calls().size());
        } catch (OpenClException e) {
            log.add(e.call());
        }
    }

    private String compare(float[] values, int[] offsets, int[] counts, double[] got) {
        int width = subject.width();
        int outputWidth = got.length / offsets[offsets.length - 1];
        StringBuilder problems = new StringBuilder();
        for (int b = 0; b < counts.length; b++) {
            for (int i = 0; i < counts[b]; i++) {
                int from = (offsets[b] + i) * width;
                history.get(b).add(Arrays.copyOfRange(values, from, from + width));
            }
            highest[b] = Math.max(highest[b], history.get(b).size());
            if (counts[b] > 0) {
                int from = offsets[b] * outputWidth;
                double[] rows = Arrays.copyOfRange(got, from, from + counts[b] * outputWidth);
                String problem = subject.check(tokens(b), counts[b], rows, options.type());
                problems.append(problem.isEmpty() ? "" : "; sequence " + b + problem);
            }
        }
        return problems.toString();
    }

    private HostTensor tokens(int b) {
        List<float[]> rows = history.get(b);
        float[] all = new float[rows.size() * subject.width()];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * subject.width(), subject.width());
        }
        return HostTensor.of(all, 1, rows.size(), subject.width());
    }

    private String truncate() {
        int shortest = history.stream().mapToInt(List::size).min().orElse(0);
        boolean all = random.chance(0.4);
        int sequence = random.upTo(options.batch() - 1);
        int length = random.upTo(all ? shortest : history.get(sequence).size());
        log.add("truncate " + (all ? "all" : sequence) + " to " + length);
        boolean allowed = true;
        for (int b = 0; b < options.batch(); b++) {
            boolean concerned = all || b == sequence;
            boolean gone = options.kind() == Kind.RING
                    && length > 0
                    && Math.max(0, length - subject.leftWindow()) < highest[b] - options.capacity();
            allowed &= !(concerned && gone);
        }
        try {
            if (all) {
                cache.truncate(length);
            } else {
                cache.truncate(sequence, length);
            }
            if (!allowed) {
                return "; the ring has overwritten what would be seen again";
            }
        } catch (IllegalArgumentException e) {
            return allowed ? "; " + e : "";
        }
        for (int b = 0; b < options.batch(); b++) {
            if (all || b == sequence) {
                List<float[]> rows = history.get(b);
                rows.subList(length, rows.size()).clear();
                highest[b] = length == 0 ? 0 : highest[b];
            }
        }
        return "";
    }

    private String branch() {
        boolean chosen = options.kind() != Kind.PAGED && random.chance(0.6);
        int[] sources = new int[chosen ? 1 + random.upTo(2) : options.batch()];
        Arrays.setAll(sources, i -> chosen ? random.upTo(options.batch() - 1) : i);
        log.add("branch " + Arrays.toString(sources));
        KvCache copy = chosen ? cache.branch(sources) : cache.branch();
        cache.close();
        cache = copy;
        options = copy.options();
        List<List<float[]>> before = history;
        int[] high = highest;
        history = new ArrayList<>();
        highest = new int[sources.length];
        for (int i = 0; i < sources.length; i++) {
            history.add(new ArrayList<>(before.get(sources[i])));
            highest[i] = high[sources[i]];
        }
        return "";
    }

    /** Reads the rows back and appends them to an empty cache, if they can be read as one tensor. */
    private String transfer() {
        int rows = history.get(0).size();
        boolean alike = history.stream().allMatch(h -> h.size() == rows);
        boolean whole = options.kind() != Kind.RING || Arrays.stream(highest).allMatch(h -> h <= options.capacity());
        boolean latent = subject.width() > 0 && !hasValues();
        log.add("transfer " + rows);
        try (Tensor keys = cache.keys();
                Tensor values = latent ? null : cache.values()) {
            if (!alike || !whole) {
                return "; exported what cannot be read as one tensor";
            }
            int[] counts = new int[options.batch()];
            Arrays.fill(counts, rows);
            if (options.kind() == Kind.RING && rows > options.capacity() - subject.leftWindow()) {
                return ""; // more than a ring takes in one go
            }
            KvCache copy = subject.newCache(options);
            copy.append(keys, values);
            cache.close();
            cache = copy;
            highest = counts;
            return "";
        } catch (IllegalStateException e) {
            return alike && whole ? "; " + e : "";
        }
    }

    private boolean hasValues() {
        try (Tensor values = cache.values()) {
            return true;
        } catch (IllegalStateException e) {
            return !e.getMessage().contains("latent");
        }
    }
}
