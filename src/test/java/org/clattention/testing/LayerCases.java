package org.clattention.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.DataType;
import org.clattention.config.HeadExtras;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;
import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/** Makes layer cases from seeds. Names are those of {@link AttentionCases}, with a word for the kind in front. */
public final class LayerCases {
    private LayerCases() {}

    /** The case of this name, for example {@code layer-small-42}. */
    public static LayerCase of(String name) {
        return make(name, size(name), random(name));
    }

    static CaseSize size(String name) {
        String size = name.substring(name.indexOf('-') + 1, name.lastIndexOf('-'));
        return CaseSize.valueOf(size.toUpperCase(Locale.ROOT));
    }

    static CaseRandom random(String name) {
        int dash = name.lastIndexOf('-');
        String kind = name.substring(0, dash);
        return new CaseRandom(Long.parseLong(name.substring(dash + 1)) * 37 + kind.hashCode());
    }

    private static LayerCase make(String name, CaseSize size, CaseRandom random) {
        int kvHeads = random.oneOf(1, 2, 3);
        int heads = kvHeads * random.oneOf(1, 2, 4);
        int d = size.headSize(random);
        int dv = size.valueSize(random, d);
        int batch = random.oneOf(1, 2);
        int queries = size.length(random);
        int keys = random.chance(0.5) ? queries : size.length(random);
        boolean cross = keys != queries || random.chance(0.2);
        int width = 1 + random.upTo(size == CaseSize.TINY ? 17 : 97);
        int memoryWidth = cross && random.chance(0.5) ? 1 + random.upTo(size == CaseSize.TINY ? 17 : 70) : width;
        while ((long) batch * Math.max(queries, keys) * heads * (d + dv) * (width + Math.min(queries, keys))
                > 2 * size.work()) {
            if (heads > 1) {
                heads = 1;
                kvHeads = 1;
            } else if (queries > 1) {
                queries = (queries + 1) / 2;
                keys = cross ? (keys + 1) / 2 : queries;
            } else {
                break;
            }
        }
        int[] lengths = random.chance(0.35) ? AttentionCases.lengths(random, batch, keys) : null;
        StorageTypes types = StorageTypes.draw(random);
        AttentionConfig config = new AttentionConfig(
                        width,
                        memoryWidth,
                        1 + random.upTo(size == CaseSize.TINY ? 9 : 80),
                        heads,
                        kvHeads,
                        d,
                        dv,
                        AttentionCases.options(random, keys, lengths != null))
                .withRotary(cross ? null : rotary(random, d))
                .withNormEpsilon(random.chance(0.5) ? 1e-6 : 1e-3);
        HostTensor memory =
                cross ? tensor(random, 1.7, batch, keys, memoryWidth).to(types.query()) : null;
        HostTensor poisoned =
                memory != null && lengths != null && random.chance(0.5) ? poisoned(memory, lengths, random) : memory;
        CaseMask bias = random.chance(0.3)
                ? AttentionCases.bias(random, CaseMask.shape(random, batch, heads, queries, keys))
                : null;
        if (bias != null) {
            StorageTypes.round(bias.values(), types.bias());
        }
        LayerCase made = new LayerCase(
                name,
                config,
                weights(random, config),
                tensor(random, 1.7, batch, queries, width).to(types.query()),
                poisoned,
                random.chance(0.3)
                        ? AttentionCases.attend(random, CaseMask.shape(random, batch, heads, queries, keys))
                        : null,
                bias,
                lengths,
                config.rotary() != null && random.chance(0.4) ? positions(random, batch * queries) : null,
                new StorageTypes(types.query(), DataType.F32, types.bias()),
                random.chance(0.25) ? random.upTo(4) : -1,
                random.chance(0.4),
                random.chance(0.4) ? random.oneOf(ScoresStage.class) : null,
                random.chance(0.4));
        // Scores before masking show what lies in keys; there the garbage is left out.
        boolean shown = made.wanted() != null && made.wanted() != ScoresStage.MASKED;
        return shown ? made.withMemory(memory) : made;
    }

    /** A rotary embedding of any kind; at times null. */
    static @Nullable RotaryConfig rotary(CaseRandom random, int headSize) {
        if (headSize < 2 || random.chance(0.4)) {
            return null;
        }
        int dim = headSize % 2 != 0 || random.chance(0.3) ? 2 * (1 + random.upTo(headSize / 2 - 1)) : 0;
        double context = random.oneOf(16, 64, 256);
        RotaryScaling scaling = switch (random.upTo(5)) {
            case 0 -> new RotaryScaling.Linear(random.between(0.5, 8));
            case 1 -> new RotaryScaling.Llama3(random.between(1, 16), 1, random.between(2, 8), context);
            case 2 -> RotaryScaling.Yarn.of(random.between(1, 32), context);
            case 3 -> new RotaryScaling.Yarn(4, context, random.between(8, 40), random.between(0.5, 2), 1.25);
            default -> RotaryScaling.NONE;
        };
        return new RotaryConfig(random.oneOf(RotaryConfig.Style.class), random.chance(0.5) ? 10000 : 500, dim, scaling);
    }

    /** Positions in any order; at times far beyond the first table of angles. */
    private static int[] positions(CaseRandom random, int count) {
        int most = random.chance(0.2) ? 3000 : 100;
        int[] positions = new int[count];
        Arrays.setAll(positions, i -> random.upTo(most));
        return positions;
    }

    /** Weights for a layer, with any of the extras. */
    static AttentionWeights weights(CaseRandom random, AttentionConfig config) {
        DataType type = random.chance(0.6) ? DataType.F32 : random.chance(0.5) ? DataType.F16 : DataType.BF16;
        List<HostTensor> matrices = new ArrayList<>();
        List<@Nullable HostTensor> biases = new ArrayList<>();
        int[] rows = {config.queryWidth(), config.keyWidth(), config.valueWidth(), config.outputWidth()};
        int[] columns = {config.modelWidth(), config.memoryWidth(), config.memoryWidth(), config.contextWidth()};
        boolean biased = random.chance(0.6);
        for (int i = 0; i < 4; i++) {
            matrices.add(tensor(random, 1.7 / Math.sqrt(columns[i]), rows[i], columns[i])
                    .to(type));
            biases.add(
                    biased && random.chance(0.8) ? tensor(random, 0.5, rows[i]).to(type) : null);
        }
        return AttentionWeights.of(matrices.get(0), matrices.get(1), matrices.get(2), matrices.get(3))
                .withBiases(biases.get(0), biases.get(1), biases.get(2), biases.get(3))
                .withExtras(extras(random, config));
    }

    private static HeadExtras extras(CaseRandom random, AttentionConfig config) {
        int heads = config.numHeads();
        HostTensor gate = random.chance(0.2) ? gate(random, heads) : null;
        HostTensor queryNorm = random.chance(0.2) ? tensor(random, 1.5, config.headSize()) : null;
        HostTensor keyNorm = random.chance(0.2) ? tensor(random, 1.5, config.headSize()) : null;
        // The norm of a single component is its sign: near zero, where rounding decides it, no tolerance would do.
        boolean normed = config.headSize() > 1;
        return new HeadExtras(
                normed ? queryNorm : null,
                normed ? keyNorm : null,
                random.chance(0.2) ? tensor(random, 4, heads) : null,
                random.chance(0.2) ? tensor(random, 0.5, heads) : null,
                gate);
    }

    /** A third of the heads is removed. */
    private static HostTensor gate(CaseRandom random, int heads) {
        float[] gate = random.floats(heads, 2);
        for (int h = 0; h < heads; h++) {
            gate[h] = random.chance(0.33) ? 0 : gate[h];
        }
        return HostTensor.of(gate, heads);
    }

    static HostTensor tensor(CaseRandom random, double magnitude, long... shape) {
        return HostTensor.of(random.floats(AttentionCases.count(shape), magnitude), shape);
    }

    /** Garbage in the padding of the memory. */
    private static HostTensor poisoned(HostTensor memory, int[] lengths, CaseRandom random) {
        float[] values = memory.toFloats();
        int width = (int) memory.dim(2);
        int keys = (int) memory.dim(1);
        for (int row = 0; row < lengths.length * keys; row++) {
            if (row % keys >= lengths[row / keys]) {
                for (int i = 0; i < width; i++) {
                    values[row * width + i] = random.garbage();
                }
            }
        }
        return HostTensor.of(values, memory.shape()).to(memory.type());
    }
}
