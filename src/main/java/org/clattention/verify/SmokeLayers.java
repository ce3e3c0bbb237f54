package org.clattention.verify;

import java.util.List;
import java.util.function.Supplier;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;

/** Checks of the multi-head attention layer, and of its projections as far as each can run alone. */
final class SmokeLayers {
    static final String QKV = "qkv_projection";
    static final String OUTPUT = "output_projection";
    static final String LAYER = "layer";

    /** Names of the variants of a layer; {@link LayerVariant} says what each means. */
    private static final String[] VARIANTS = {
        "plain",
        "biases",
        "causal",
        "window",
        "softcap",
        "mask",
        "lengths",
        "weights",
        "cross",
        "qk-norm",
        "sinks",
        "alibi",
        "gate",
        "gate-poisoned",
        "rotary-half",
        "rotary-interleaved",
        "rotary-partial",
        "rotary-linear",
        "rotary-llama3",
        "rotary-yarn",
        "f16",
        "bf16",
        "bf16-weights",
        "q8_0-weights",
        "q4_0-weights",
        "everything"
    };

    private SmokeLayers() {}

    /**
     * The sizes of a layer.
     *
     * @param batch B
     * @param length S
     * @param width D
     * @param heads Hq
     * @param kvHeads Hkv
     * @param size d
     * @param valueSize dv
     */
    record Shape(int batch, int length, int width, int heads, int kvHeads, int size, int valueSize) {
        @Override
        public String toString() {
            return "b" + batch + "-s" + length + "-w" + width + "-h" + heads + "." + kvHeads + "-d" + size
                    + (valueSize == size ? "" : "." + valueSize);
        }
    }

    /**
     * Projections of small integers, which have one right answer to the last bit. A single key has the weight 1, so a
     * layer of length 1 returns W_O·(W_v·x + b_v) + b_O, and one of the two matrices is the identity.
     */
    static void projections(List<SmokeCase> out, int[] rows, int[] widths, long seed) {
        for (int row : rows) {
            for (int in : widths) {
                for (int outputs : widths) {
                    String sizes = "-rows" + row + "-in" + in + "-out" + outputs;
                    String value = QKV + sizes;
                    out.add(exact(
                            value,
                            QKV,
                            in,
                            () -> projection(value, row, in, outputs, seed)
                                    .integers("w_v", outputs, in)
                                    .integers("b_v", outputs)
                                    .input("w_o", identity(outputs))
                                    .build()));
                    String last = OUTPUT + sizes;
                    out.add(exact(
                            last,
                            OUTPUT,
                            in,
                            () -> projection(last, row, in, in, seed)
                                    .input("w_v", identity(in))
                                    .integers("w_o", outputs, in)
                                    .integers("b_o", outputs)
                                    .build()));
                }
            }
        }
    }

    static SmokeCase exact(String name, String part, int reduction, Supplier<GoldenCase> inputs) {
        return new SmokeCase(name, part, Answer.EXACT, reduction, MemoryNeed.LITTLE, inputs);
    }

    static CaseBuilder projection(String name, int rows, int width, int context, long seed) {
        return new CaseBuilder(name, "multi_head_attention", seed)
                .attribute("num_heads", 1L)
                .integers("x", rows, 1, width)
                .integers("w_q", context, width)
                .integers("w_k", context, width)
                .wants("y");
    }

    static HostTensor identity(int size) {
        float[] values = new float[size * size];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return HostTensor.of(values, size, size);
    }

    /** Whole layers: every variant on every shape. */
    static void layers(List<SmokeCase> out, List<Shape> shapes, long seed) {
        for (Shape shape : shapes) {
            for (String variant : VARIANTS) {
                if (!LayerVariant.has(shape, variant)) {
                    continue;
                }
                String name = LAYER + "-" + variant + "-" + shape;
                long reduction = Math.max(shape.width(), Math.max(shape.length(), shape.heads() * shape.valueSize()));
                out.add(new SmokeCase(name, LAYER, Answer.REFERENCE, reduction, MemoryNeed.LITTLE, () -> {
                    boolean everything = variant.equals("everything");
                    boolean cross = everything || variant.equals("cross");
                    CaseBuilder builder = new CaseBuilder(name, "multi_head_attention", seed);
                    // With a width of its own the memory has matrices of its own; else they lie with those of the
                    // queries.
                    int memoryWidth = variant.equals("cross") ? shape.width() + 3 : shape.width();
                    weights(builder, shape, memoryWidth);
                    if (cross) {
                        builder.random("memory", 1, shape.batch(), shape.length() + 6L, memoryWidth);
                    }
                    LayerVariant.add(builder, variant, shape, shape.length() + (cross ? 6 : 0));
                    return builder.wants("y").build();
                }));
            }
        }
    }

    /** x and the four matrices; deviations keep every intermediate result at the size of x. */
    static CaseBuilder weights(CaseBuilder builder, Shape shape, int memoryWidth) {
        return weights(builder, shape, memoryWidth, DataType.F32);
    }

    /** The same with matrices of another type. */
    static CaseBuilder weights(CaseBuilder builder, Shape shape, int memoryWidth, DataType type) {
        int queryWidth = shape.heads() * shape.size();
        int context = shape.heads() * shape.valueSize();
        double memoryStd = 1 / Math.sqrt(memoryWidth);
        return builder.attribute("num_heads", (long) shape.heads())
                .attribute("num_kv_heads", (long) shape.kvHeads())
                .random("x", 1, shape.batch(), shape.length(), shape.width())
                .random("w_q", type, 1 / Math.sqrt(shape.width()), queryWidth, shape.width())
                .random("w_k", type, memoryStd, (long) shape.kvHeads() * shape.size(), memoryWidth)
                .random("w_v", type, memoryStd, (long) shape.kvHeads() * shape.valueSize(), memoryWidth)
                .random("w_o", type, 1 / Math.sqrt(context), shape.width(), context);
    }
}
