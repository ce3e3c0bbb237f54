package org.clattention.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.clattention.AttentionConfig;
import org.clattention.AttentionWeights;
import org.clattention.DataType;
import org.clattention.HostTensor;
import org.clattention.ScoresStage;
import org.jspecify.annotations.Nullable;

/**
 * A generated multi-head attention layer and one call of it.
 *
 * @param name what reproduces it: {@code -Dclattention.case=<name>}
 * @param x [B, S, D]
 * @param memory [B, T, Dm], or null for self-attention
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record LayerCase(
        String name,
        AttentionConfig config,
        AttentionWeights weights,
        HostTensor x,
        @Nullable HostTensor memory,
        @Nullable CaseMask attend,
        @Nullable CaseMask bias,
        int @Nullable [] lengths,
        boolean wantWeights,
        @Nullable ScoresStage wanted,
        boolean wantLogSumExp) {

    int batch() {
        return (int) x.dim(0);
    }

    int queries() {
        return (int) x.dim(1);
    }

    int keys() {
        return memory == null ? queries() : (int) memory.dim(1);
    }

    /** The case of this name. */
    public static LayerCase of(String name) {
        int dash = name.lastIndexOf('-');
        String size = name.substring(name.indexOf('-') + 1, dash);
        CaseRandom random = new CaseRandom(Long.parseLong(name.substring(dash + 1)) * 37 + size.hashCode());
        return make(name, CaseSize.valueOf(size.toUpperCase(Locale.ROOT)), random);
    }

    private static LayerCase make(String name, CaseSize size, CaseRandom random) {
        int kvHeads = random.oneOf(1, 2, 3);
        int heads = kvHeads * random.oneOf(1, 2, 4);
        int d = size.headSize(random);
        int dv = random.chance(0.3) ? size.headSize(random) : d;
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
        AttentionConfig config = new AttentionConfig(
                width,
                memoryWidth,
                1 + random.upTo(size == CaseSize.TINY ? 9 : 80),
                heads,
                kvHeads,
                d,
                dv,
                AttentionCases.options(random, keys, lengths != null));
        HostTensor memory = cross ? tensor(random, 1.7, batch, keys, memoryWidth) : null;
        if (memory != null && lengths != null && random.chance(0.5)) {
            memory = poisoned(memory, lengths, random);
        }
        return new LayerCase(
                name,
                config,
                weights(random, config),
                tensor(random, 1.7, batch, queries, width),
                memory,
                random.chance(0.3)
                        ? AttentionCases.attend(random, CaseMask.shape(random, batch, heads, queries, keys))
                        : null,
                random.chance(0.3)
                        ? AttentionCases.bias(random, CaseMask.shape(random, batch, heads, queries, keys))
                        : null,
                lengths,
                random.chance(0.4),
                random.chance(0.4) ? random.oneOf(ScoresStage.class) : null,
                random.chance(0.4));
    }

    private static AttentionWeights weights(CaseRandom random, AttentionConfig config) {
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
                .withBiases(biases.get(0), biases.get(1), biases.get(2), biases.get(3));
    }

    private static HostTensor tensor(CaseRandom random, double magnitude, long... shape) {
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
        return HostTensor.of(values, memory.shape());
    }

    @Override
    public String toString() {
        return name + ": B=" + batch() + " S=" + queries() + " T=" + keys() + (memory == null ? " self " : " cross ")
                + config + (attend == null ? "" : " attend") + (bias == null ? "" : " bias")
                + (lengths == null ? "" : " lengths") + " weights "
                + weights.query().type();
    }
}
