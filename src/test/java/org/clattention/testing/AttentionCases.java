package org.clattention.testing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/**
 * Makes attention cases from seeds, all options combined. {@code -Dclattention.case=small-42} runs that one case in place
 * of the generated ones; {@code -Dclattention.cases=F} multiplies the number of cases, {@code -Dclattention.firstCase=N} begins
 * with another seed than 0.
 */
public final class AttentionCases {
    private AttentionCases() {}

    /** Names of cases: {@code count} times the factor, or the one that was asked for. */
    public static List<String> names(String size, int count) {
        String one = System.getProperty("clattention.case", "");
        if (!one.isEmpty()) {
            return one.startsWith(size + "-") ? List.of(one) : List.of();
        }
        double factor = Double.parseDouble(System.getProperty("clattention.cases", "1"));
        long first = Long.getLong("clattention.firstCase", 0);
        return LongStream.range(first, first + Math.round(count * factor))
                .mapToObj(seed -> size + "-" + seed)
                .toList();
    }

    /** The case of this name. */
    public static AttentionCase of(String name) {
        int dash = name.indexOf('-');
        CaseSize size = CaseSize.valueOf(name.substring(0, dash).toUpperCase(Locale.ROOT));
        CaseRandom random = new CaseRandom(
                Long.parseLong(name.substring(dash + 1)) * 31 + size.name().hashCode());
        AttentionCase made = make(name, size, random);
        if (random.chance(0.5)) {
            Poison.unattended(made, random);
        }
        if (random.chance(0.06)) {
            Poison.attended(made, random);
        }
        StorageTypes.round(made.key(), made.types().key());
        StorageTypes.round(made.value(), made.types().key());
        return made;
    }

    private static AttentionCase make(String name, CaseSize size, CaseRandom random) {
        int d = size.headSize(random);
        int dv = size.valueSize(random, d);
        int queries = size.length(random);
        int keys = random.chance(0.5) ? queries : size.length(random);
        while ((long) queries * keys * (d + dv) > size.work() && queries > 1) {
            queries = (queries + 1) / 2;
        }
        int kvHeads = random.oneOf(1, 2, 3);
        int heads = kvHeads * random.oneOf(1, 2, 4);
        int batch = random.oneOf(1, 2, 3);
        while ((long) batch * heads * queries * keys * (d + dv) > size.work() && batch * kvHeads > 1) {
            batch = 1;
            heads /= kvHeads;
            kvHeads = 1;
        }
        StorageTypes types = StorageTypes.draw(random);
        int past = keys > 1 && random.chance(0.2) ? 1 + random.upTo(keys - 2) : 0;
        int[] lengths = random.chance(0.35) ? lengths(random, batch, keys) : null;
        float[] query = random.floats(batch * heads * queries * d, random.chance(0.15) ? 40 : 2);
        float[] key = random.floats(batch * kvHeads * keys * d, 2);
        if (random.chance(0.2)) {
            // The same key twice: weights tie.
            System.arraycopy(key, 0, key, key.length - d, d);
        }
        CaseMask bias = random.chance(0.3) ? bias(random, CaseMask.shape(random, batch, heads, queries, keys)) : null;
        if (bias != null) {
            StorageTypes.round(bias.values(), types.bias());
        }
        return new AttentionCase(
                name,
                batch,
                heads,
                kvHeads,
                queries,
                keys,
                past,
                d,
                dv,
                random.chance(0.5),
                options(random, keys, lengths != null),
                StorageTypes.round(query, types.query()),
                StorageTypes.round(key, types.key()),
                StorageTypes.round(random.floats(batch * kvHeads * keys * dv, 2), types.key()),
                random.chance(0.3) ? attend(random, CaseMask.shape(random, batch, heads, queries, keys)) : null,
                bias,
                lengths,
                random.chance(0.2) ? random.floats(heads, 4) : null,
                random.chance(0.2) ? random.floats(heads, 0.5) : null,
                types,
                random.chance(0.3) ? random.upTo(5) : -1,
                random.chance(0.4),
                random.chance(0.5) ? random.oneOf(ScoresStage.class) : null,
                random.chance(0.5));
    }

    static AttentionOptions options(CaseRandom random, int keys, boolean lengths) {
        CausalAlignment alignment = random.oneOf(CausalAlignment.class);
        boolean impossible = alignment == CausalAlignment.LENGTHS && !lengths;
        return new AttentionOptions(
                random.chance(0.3) ? OptionalDouble.of(random.between(-0.5, 1.5)) : OptionalDouble.empty(),
                random.chance(0.4),
                impossible ? CausalAlignment.TOP_LEFT : alignment,
                random.chance(0.3) ? random.upTo(keys) : -1,
                random.chance(0.3) ? random.upTo(keys) : -1,
                random.chance(0.25) ? random.between(0.5, 50) : 0);
    }

    /** A boolean mask; at times with a row of nothing. */
    static CaseMask attend(CaseRandom random, long[] shape) {
        double masked = random.chance(0.5) ? 0.25 : 0.9;
        return new CaseMask(shape, masked(random, new float[count(shape)], masked));
    }

    /** An additive mask; a quarter of it masks. */
    static CaseMask bias(CaseRandom random, long[] shape) {
        return new CaseMask(shape, masked(random, random.floats(count(shape), 3), 0.25));
    }

    private static float[] masked(CaseRandom random, float[] values, double share) {
        for (int i = 0; i < values.length; i++) {
            if (random.chance(share)) {
                values[i] = Float.NEGATIVE_INFINITY;
            }
        }
        return values;
    }

    static int[] lengths(CaseRandom random, int batch, int keys) {
        int[] lengths = new int[batch];
        Arrays.setAll(lengths, b -> random.chance(0.2) ? keys : random.upTo(keys));
        return lengths;
    }

    static int count(long @Nullable [] shape) {
        return shape == null ? 0 : Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    }
}
