package org.clattention.verify;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;

/** Checks of what each storage type holds: projections by weights that it holds exactly, and how Q8_0 rounds. */
final class SmokeStorage {
    static final String PART = "storage";

    private static final int BLOCK = 32;

    private SmokeStorage() {}

    /**
     * Projections by weights of each type: integers, of which each block has one that makes its scale 1, so that all sums are
     * exact. Widths that are no multiple of a panel of 32 outputs; rows of a stream, of a tile, and of several.
     */
    static void projections(List<SmokeCase> out, long seed) {
        for (DataType type : new DataType[] {DataType.F16, DataType.BF16, DataType.Q8_0, DataType.Q4_0}) {
            for (int rows : new int[] {1, 2, 4, 5, 40, 130}) {
                int width = 96;
                int outputs = 72;
                String sizes = "-" + type.name().toLowerCase(Locale.ROOT) + "-rows" + rows;
                String value = PART + "-value" + sizes;
                add(out, value, width, () -> {
                    CaseBuilder to = SmokeLayers.projection(value, rows, width, outputs, seed)
                            .integers("w_v", outputs, width)
                            .integers("b_v", outputs)
                            .input("w_o", SmokeLayers.identity(outputs));
                    // One projection makes all three, so their weights have one type.
                    for (String matrix : new String[] {"w_q", "w_k", "w_v"}) {
                        to.input(matrix, stored(to.input(matrix), type));
                    }
                    return to.build();
                });
                String last = PART + "-output" + sizes;
                add(out, last, width, () -> {
                    CaseBuilder to = SmokeLayers.projection(last, rows, width, width, seed)
                            .input("w_v", SmokeLayers.identity(width))
                            .integers("w_o", outputs, width)
                            .integers("b_o", outputs);
                    return to.input("w_o", stored(to.input("w_o"), type)).build();
                });
            }
        }
    }

    private static void add(List<SmokeCase> out, String name, int width, Supplier<GoldenCase> inputs) {
        out.add(new SmokeCase(name, PART, Answer.EXACT, width, MemoryNeed.LITTLE, inputs));
    }

    /** Integers as this type; in blocks, with a scale of 1. */
    private static HostTensor stored(HostTensor integers, DataType type) {
        if (!type.isQuantized()) {
            return integers.to(type);
        }
        float[] values = integers.toFloats();
        for (int i = 0; i < values.length; i += BLOCK) {
            values[i + i / BLOCK % BLOCK] = type == DataType.Q8_0 ? 127 : -8;
        }
        return HostTensor.of(values, integers.shape()).to(type);
    }

    /**
     * Keys and values halfway between two quanta of a Q8_0 block whose scale is 1: they round away from zero, as in GGUF. Blocks
     * whose largest is negative, and a block of zeros.
     */
    static void ties(List<SmokeCase> out) {
        for (CacheOptions cache : new CacheOptions[] {CacheOptions.contiguous(2, 9), CacheOptions.paged(2, 8, 3)}) {
            String name = PART + "-q8_0-ties-" + cache.kind().name().toLowerCase(Locale.ROOT);
            CallPlan plan = CallPlan.cached(cache.withType(DataType.Q8_0), 4, 1, 2);
            out.add(new SmokeCase(name, PART, Answer.GIVEN, 1, MemoryNeed.LITTLE, plan, () -> tied(name)));
        }
    }

    private static GoldenCase tied(String name) {
        int batch = 2;
        int length = 7;
        int size = 2 * BLOCK;
        float[] x = new float[batch * length * size];
        float[] want = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            int block = i / BLOCK;
            int c = i % BLOCK;
            if (block % 9 == 8) {
                continue;
            }
            boolean extreme = c == block % BLOCK;
            float tie = (block * 7 + c * 5) % 126 + 0.5f;
            float sign = (block + c) % 2 == 0 ? 1 : -1;
            x[i] = sign * (extreme ? 127 : tie);
            want[i] = sign * (extreme ? 127 : tie + 0.5f);
        }
        HostTensor identity = SmokeLayers.identity(size);
        CaseBuilder to = new CaseBuilder(name, "multi_head_attention", 0)
                .attribute("num_heads", 1L)
                .attribute("causal", true)
                .input("x", HostTensor.of(x, batch, length, size));
        for (String matrix : new String[] {"w_q", "w_k", "w_v", "w_o"}) {
            to.input(matrix, identity);
        }
        HostTensor answer = HostTensor.of(want, batch, 1, length, size);
        return to.answer("present_key", answer).answer("present_value", answer).build(0, "by hand");
    }
}
