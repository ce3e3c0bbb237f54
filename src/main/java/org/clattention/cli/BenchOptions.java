package org.clattention.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.clattention.bench.BenchShape;
import org.clattention.bench.BenchSuite;
import org.clattention.bench.PeerEngine;
import org.clattention.config.DataType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to time, for how long, and which engines to compare with. */
final class BenchOptions {
    private static final List<DataType> CACHE_TYPES = List.of(DataType.F32, DataType.F16, DataType.BF16, DataType.Q8_0);

    private static final List<DataType> WEIGHT_TYPES =
            List.of(DataType.F32, DataType.F16, DataType.BF16, DataType.Q8_0, DataType.Q4_0);

    @Option(
            names = "--shapes",
            paramLabel = "TEXT",
            split = ",",
            description = "Only the rows whose names contain one of these texts, for example decode or prefill-768.")
    private @Nullable List<String> shapes;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "Store all weights as f32, f16, bf16, q8_0 or q4_0, instead of each row's own choice.")
    private @Nullable DataType weights;

    @Option(
            names = "--cache",
            paramLabel = "TYPE",
            description = "Store keys and values of decoding rows as f32, f16, bf16 or q8_0. Default: as the weights,"
                    + " with quantized ones bf16.")
    private @Nullable DataType cache;

    @Option(
            names = "--past",
            paramLabel = "N",
            split = ",",
            description = "Decode after this many cached tokens, one row for each number, instead of each row's own.")
    private @Nullable List<Integer> past;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "How long each engine is timed for each row. Default: ${DEFAULT-VALUE}.")
    private double seconds = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all data. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(names = "--peers", description = "Time other engines in the same run; scripts/bench builds with them.")
    private boolean peers;

    @Option(names = "--profile", description = "Afterwards show the device time of each kernel.")
    private boolean profile;

    @Option(names = "--explain", description = "Afterwards show the plan of each row: steps, kernels, tiles, and why.")
    private boolean explain;

    @Option(
            names = "--naive-heads",
            description = "Also time a loop over heads, each with its own projection and attention.")
    private boolean naiveHeads;

    private BenchShape stored(BenchShape shape) {
        BenchShape stored =
                weights == null ? shape : shape.withWeightType(weights).withCacheType(BenchSuite.cacheFor(weights));
        return stored.withCacheType(shape.past() == 0 ? DataType.F32 : cache == null ? stored.cacheType() : cache);
    }

    /** The rows, each once. */
    List<BenchShape> shapes() {
        if (weights != null && !WEIGHT_TYPES.contains(weights)) {
            throw new BadInputException("--weights " + weights + ": must be f32, f16, bf16, q8_0 or q4_0");
        }
        if (cache != null && !CACHE_TYPES.contains(cache)) {
            throw new BadInputException("--cache " + cache + ": must be f32, f16, bf16 or q8_0");
        }
        if (past != null && past.stream().anyMatch(tokens -> tokens < 1)) {
            throw new BadInputException("--past " + past + ": must be at least 1");
        }
        List<BenchShape> chosen = BenchSuite.shapes().stream()
                .flatMap(this::afterPasts)
                .map(this::stored)
                .distinct()
                .filter(shape -> shapes == null
                        || shapes.stream()
                                .anyMatch(text ->
                                        shape.name().contains(text.strip().toLowerCase(Locale.ROOT))))
                .toList();
        if (chosen.isEmpty()) {
            throw new BadInputException("--shapes " + String.join(",", shapes == null ? List.of() : shapes)
                    + ": no row has this in its name; there are "
                    + String.join(
                            ", ",
                            BenchSuite.shapes().stream().map(BenchShape::name).toList()));
        }
        return chosen;
    }

    /** A decoding row, once for each requested past. */
    private Stream<BenchShape> afterPasts(BenchShape shape) {
        return past == null || shape.past() == 0
                ? Stream.of(shape)
                : past.stream().map(shape::withPast);
    }

    double seconds() {
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new BadInputException("--seconds " + seconds + ": must be more than 0 and at most 3600");
        }
        return seconds;
    }

    long seed() {
        if (seed < 0) {
            throw new BadInputException("--seed " + seed + ": must not be negative");
        }
        return seed;
    }

    /** The engines on the class path, if requested. */
    List<PeerEngine> peers() {
        List<PeerEngine> found = new ArrayList<>();
        if (peers) {
            ServiceLoader.load(PeerEngine.class).forEach(found::add);
            if (found.isEmpty()) {
                throw new BadInputException("--peers: this build has no other engines; scripts/bench builds with them");
            }
        }
        return found;
    }

    boolean profile() {
        return profile;
    }

    boolean explain() {
        return explain;
    }

    boolean naiveHeads() {
        return naiveHeads;
    }

    /** The row in which heads are looped over: the first one, the base layer. */
    static BenchShape naiveShape() {
        return BenchSuite.shapes().get(0);
    }
}
