package org.clattention.internal.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.clattention.config.DataType;
import org.clattention.config.EngineOptions;
import org.clattention.config.HalfPrecision;
import org.clattention.config.HostTensor;
import org.clattention.config.StepPlan;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Backend.Use;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.cpu.simd.QuantizedKernels;
import org.clattention.internal.backend.cpu.simd.ScalarKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernelsProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers in blocks in the engine in Java: what they give, on any number of threads, and the memory that they take. */
@Tag("small")
class JavaQuantaTest {
    private static final List<DataType> TYPES = List.of(DataType.Q8_0, DataType.Q4_0);
    private static final int[] ROWS = {1, 2, 3, 4, 5, 12, 13, 40};

    /** The two ways of the engine to compute. */
    enum Kind {
        BEST(VectorKernelsProvider.best()),
        SCALAR(ScalarKernels.supplier());

        final Supplier<VectorKernels> loops;

        Kind(Supplier<VectorKernels> loops) {
            this.loops = loops;
        }

        Backend open(int threads) {
            return new JavaBackend(EngineOptions.DEFAULT, loops, threads);
        }
    }

    /** Scales from subnormal ones to large ones; the error is that of sums in f32. */
    @ParameterizedTest
    @EnumSource
    void productsAreThoseOfTheNumbersThatBlocksStandFor(Kind kind) {
        for (DataType type : TYPES) {
            for (int outputs : new int[] {1, 33, 70, 300}) {
                int inputs = outputs == 70 ? 544 : 96;
                HostTensor weights = weights(outputs, inputs, type);
                float[] w = weights.toFloats();
                for (int rows : ROWS) {
                    float[] x = reals(rows, rows * inputs);
                    float[] y = project(kind, 2, weights, x, rows);
                    for (int i = 0; i < y.length; i++) {
                        double sum = 0;
                        double magnitude = 0;
                        for (int k = 0; k < inputs; k++) {
                            double part = (double) x[i / outputs * inputs + k] * w[i % outputs * inputs + k];
                            sum += part;
                            magnitude += Math.abs(part);
                        }
                        assertThat((double) y[i])
                                .as("%s, %d rows, output %d", type, rows, i % outputs)
                                .isCloseTo(sum, Offset.offset(inputs * 0x1p-24 * magnitude));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNumberOfThreadsMakesNoDifference(Kind kind) {
        for (DataType type : TYPES) {
            HostTensor weights = weights(515, 160, type);
            for (int rows : new int[] {1, 3, 5, 200}) {
                float[] x = reals(3, rows * 160);
                float[] want = project(kind, 1, weights, x, rows);
                assertThat(project(kind, 2, weights, x, rows)).isEqualTo(want);
                assertThat(project(kind, 7, weights, x, rows)).isEqualTo(want);
            }
        }
    }

    /** Blocks from elsewhere may hold such a scale: it shows in its own output and in no other. */
    @ParameterizedTest
    @EnumSource
    void aScaleThatIsNotFiniteStaysInItsOutput(Kind kind) {
        for (DataType type : TYPES) {
            for (float scale : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                ByteBuffer blocks = weights(70, 64, type).data();
                ByteBuffer damaged = ByteBuffer.allocate(blocks.remaining()).order(ByteOrder.LITTLE_ENDIAN);
                damaged.put(blocks).flip();
                damaged.putShort(41 * 2 * type.blockBytes(), HalfPrecision.floatToF16(scale));
                HostTensor weights = HostTensor.wrap(type, damaged, 70, 64);
                for (int rows : new int[] {1, 2, 6}) {
                    float[] y = project(kind, 2, weights, reals(4, rows * 64), rows);
                    for (int i = 0; i < y.length; i++) {
                        assertThat(Float.isFinite(y[i])).as("output " + i % 70).isEqualTo(i % 70 != 41);
                    }
                }
            }
        }
    }

    /** 34 and 18 bytes for 32 weights, up to whole panels where products read them. */
    @ParameterizedTest
    @EnumSource
    void memoryIsThatOfTheBlocks(Kind kind) {
        try (Backend backend = kind.open(2)) {
            for (DataType type : TYPES) {
                for (Use use : Use.values()) {
                    int outputs = 512;
                    try (PackedWeights weights = pack(backend, weights(outputs, 96, type), use)) {
                        assertThat(weights.outputs()).isEqualTo(outputs);
                        assertThat(backend.liveBytes()).isEqualTo(type.bytes(outputs * 96L));
                    }
                    assertThat(backend.liveBytes()).isZero();
                }
                assertThat(backend.keptAs(type)).isEqualTo(type);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void plansSayHowQuantaBecomeFloats(Kind kind) {
        try (Backend backend = kind.open(1);
                PackedWeights weights = pack(backend, weights(5, 32, DataType.Q4_0), Use.PROJECTION);
                DeviceArray x = backend.allocate(DataType.F32, 5 * 32, "x");
                DeviceArray y = backend.allocate(DataType.F32, 5 * 5, "y")) {
            List<StepPlan> plans = backend.explain(() -> {
                try (CommandStream stream = backend.stream()) {
                    stream.project(x, QuantizedKernels.FEW_ROWS, weights, y);
                    stream.project(x, QuantizedKernels.FEW_ROWS + 1, weights, y);
                }
            });
            assertThat(plans.get(0).reason()).contains("converted from Q4_0 in registers", "at most 4 rows");
            assertThat(plans.get(1).reason()).contains("converted from Q4_0 on the way");
        }
    }

    /** Runs of elements that begin and end inside blocks, too. */
    @ParameterizedTest
    @EnumSource
    void anyRunOfElementsCanBeRead(Kind kind) {
        try (Backend backend = kind.open(1)) {
            for (DataType type : TYPES) {
                HostTensor blocks = weights(3, 96, type);
                float[] want = blocks.toFloats();
                try (DeviceArray array = backend.allocate(type, want.length, "test")) {
                    backend.write(array, blocks.data());
                    for (int from = 0; from < want.length; from += 7) {
                        for (int end = from; end <= want.length; end += 5) {
                            float[] got = new float[end - from];
                            ElementCodec.load(kind.loops.get(), JavaArray.of(array), from, got, 0, got.length);
                            assertThat(got).isEqualTo(Arrays.copyOfRange(want, from, end));
                        }
                        assertThat(ElementCodec.get(JavaArray.of(array), from)).isEqualTo(want[from]);
                    }
                }
            }
        }
    }

    private static float[] project(Kind kind, int threads, HostTensor matrix, float[] x, int rows) {
        int outputs = Math.toIntExact(matrix.dim(0));
        try (Backend backend = kind.open(threads);
                PackedWeights weights = pack(backend, matrix, Use.PROJECTION);
                DeviceArray from = backend.allocate(DataType.F32, x.length, "x");
                DeviceArray to = backend.allocate(DataType.F32, (long) rows * outputs, "y");
                CommandStream stream = backend.stream()) {
            backend.write(from, HostTensor.of(x, x.length).data());
            stream.project(from, rows, weights, to);
            stream.finish();
            ByteBuffer bytes = ByteBuffer.allocateDirect(4 * rows * outputs).order(ByteOrder.LITTLE_ENDIAN);
            backend.read(to, bytes);
            float[] values = new float[rows * outputs];
            bytes.asFloatBuffer().get(values);
            return values;
        }
    }

    private static PackedWeights pack(Backend backend, HostTensor matrix, Use use) {
        return backend.pack("test", List.of(matrix), Collections.singletonList(null), use);
    }

    /** Weights whose rows differ in magnitude, from scales that are subnormal in F16 on. */
    private static HostTensor weights(int outputs, int inputs, DataType type) {
        float[] values = reals(outputs, outputs * inputs);
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) Math.pow(10, i / inputs % 9 - 5);
        }
        return HostTensor.of(values, outputs, inputs).to(type);
    }

    private static float[] reals(int seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
