package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HeadExtras;
import org.clattention.config.HostTensor;
import org.clattention.error.DeviceMemoryException;
import org.clattention.internal.cl.Faults;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls with bad arguments are refused before anything runs, and the message names parameter, value and rule. */
@Tag("small")
@ExtendWith(NoLiveHandles.class)
class ValidationTest {
    private final List<AutoCloseable> owned = new ArrayList<>();
    private @Nullable AttentionEngine opened;

    @BeforeEach
    void open() {
        opened = own(TestDevice.any().open());
    }

    @AfterEach
    void close() throws Exception {
        for (int i = owned.size() - 1; i >= 0; i--) {
            owned.get(i).close();
        }
    }

    @Test
    void layersRefuseInputsThatDoNotFit() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        AttentionInputs good = AttentionInputs.of(tensor(2, 5, 6));
        refuses(layer, AttentionInputs.of(tensor(5, 6)), "x: shape [5, 6] must be [B, S, D]");
        refuses(layer, AttentionInputs.of(tensor(1, 2, 5, 6)), "x: shape [1, 2, 5, 6] must be [B, S, D]");
        refuses(layer, AttentionInputs.of(tensor(2, 5, 7)), "x: shape [2, 5, 7] must be [B, S, D]", "width 6");
        refuses(layer, AttentionInputs.of(tensor(0, 5, 6)), "x: shape [0, 5, 6]", "at least 1");
        refuses(layer, AttentionInputs.of(tensor(2, 0, 6)), "x: shape [2, 0, 6]", "at least 1");
        refuses(layer, AttentionInputs.of(truths(2, 5, 6)), "x: type BOOL must be F32");
        refuses(layer, good.withMemory(tensor(2, 5, 7)), "memory: shape [2, 5, 7] must be [B, T, Dm]", "width 6");
        refuses(layer, good.withMemory(tensor(3, 5, 6)), "memory: shape [3, 5, 6]", "batch of x, 2");
        refuses(layer, good.withMemory(tensor(2, 0, 6)), "memory: shape [2, 0, 6]", "at least 1");
    }

    @Test
    void crossAttentionNeedsAMemory() {
        AttentionConfig config = AttentionConfig.of(4, 2).withMemoryWidth(3);
        AttentionWeights weights = AttentionWeights.of(host(4, 4), host(4, 3), host(4, 3), host(4, 4));
        MultiHeadAttention layer = own(engine().multiHeadAttention(config, weights));
        refuses(layer, AttentionInputs.of(tensor(1, 2, 4)), "memory: missing", "width 3", "width 4");
    }

    @Test
    void masksMustBroadcast() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        AttentionInputs good = AttentionInputs.of(tensor(2, 5, 6));
        long[][] shapes = {{6}, {0}, {4, 5}, {3, 1, 5, 5}, {2, 3, 5, 5}, {2, 2, 5, 6}, {1, 1, 1, 1, 5}, {}};
        for (long[] shape : shapes) {
            String text = "shape " + Arrays.toString(shape) + " does not broadcast to";
            refuses(layer, good.withAttendMask(truths(shape)), "attend: " + text, "[2, 2, 5, 5]");
            refuses(layer, good.withBiasMask(tensor(shape)), "bias: " + text, "[2, 2, 5, 5]");
        }
        refuses(layer, good.withAttendMask(tensor(5)), "attend: type F32 must be BOOL");
        refuses(layer, good.withBiasMask(truths(5)), "bias: type BOOL must be F32");
    }

    @Test
    void aMaskMustNotHaveTwoMeanings() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        AttentionInputs good = AttentionInputs.of(tensor(3, 3, 6));
        String[] parts = {"shape [3, 2] is ambiguous", "both 3", "[1, 1, 3, 2] for [S, T]", "[3, 1, 1, 2] for [B, T]"};
        refuses(layer, good.withAttendMask(truths(3, 2)), parts);
        refuses(layer, good.withBiasMask(tensor(3, 2)), parts);
        takes(layer, good.withAttendMask(truths(1, 1, 3, 2)));
        takes(layer, good.withAttendMask(truths(3, 1, 1, 2)));
        takes(layer, good.withAttendMask(truths(1, 2)));
        takes(layer, AttentionInputs.of(tensor(1, 1, 6)).withAttendMask(truths(1, 1)));
        takes(layer, AttentionInputs.of(tensor(2, 3, 6)).withAttendMask(truths(3, 3)));
    }

    private static void takes(MultiHeadAttention layer, AttentionInputs inputs) {
        assertThatCode(() -> layer.forward(inputs).close()).doesNotThrowAnyException();
    }

    @Test
    void lengthsMustFit() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        AttentionInputs good = AttentionInputs.of(tensor(2, 5, 6));
        refuses(layer, good.withLengths(1), "lengths: 1 values", "batch is 2");
        refuses(layer, good.withLengths(1, 2, 3), "lengths: 3 values", "batch is 2");
        refuses(layer, good.withLengths(), "lengths: 0 values", "batch is 2");
        refuses(layer, good.withLengths(1, 6), "lengths[1]: 6 must be between 0 and the key length 5");
        refuses(layer, good.withLengths(-1, 5), "lengths[0]: -1 must be between 0 and the key length 5");
        AttentionConfig aligned =
                SmallLayer.CONFIG.withOptions(SmallLayer.CONFIG.options().withAlignment(CausalAlignment.LENGTHS));
        MultiHeadAttention byLengths = own(engine().multiHeadAttention(aligned, SmallLayer.weights()));
        refuses(byLengths, good, "lengths: missing", "alignment is LENGTHS");
    }

    @Test
    void dotProductsRefuseInputsThatDoNotFit() {
        Tensor q = tensor(2, 4, 3, 8);
        Tensor k = tensor(2, 2, 5, 8);
        Tensor v = tensor(2, 2, 5, 6);
        refuses(DotProductInputs.of(tensor(3, 8), k, v), "query: shape [3, 8] must be");
        refuses(DotProductInputs.of(q, tensor(2, 5, 16), v), "key: shape [2, 5, 16] must be", "like the query");
        refuses(DotProductInputs.of(q, k, tensor(5, 6)), "value: shape [5, 6] must be", "like the query");
        refuses(DotProductInputs.of(q, tensor(3, 2, 5, 8), v), "key: shape [3, 2, 5, 8] must be [B, Hkv, T, d]");
        refuses(DotProductInputs.of(q, tensor(2, 2, 5, 7), v), "key: shape [2, 2, 5, 7]", "[2, 2, 5, 8]");
        refuses(DotProductInputs.of(q, k, tensor(2, 2, 4, 6)), "value: shape [2, 2, 4, 6]", "[2, 2, 5, 6]");
        refuses(DotProductInputs.of(q, k, tensor(2, 1, 5, 6)), "value: shape [2, 1, 5, 6]", "[2, 2, 5, 6]");
        refuses(
                DotProductInputs.of(q, tensor(2, 3, 5, 8), tensor(2, 3, 5, 6)),
                "query: 4 heads are not a multiple of the 3 key-value heads");
        refuses(DotProductInputs.of(tensor(2, 4, 3, 0), k, v), "query: shape [2, 4, 3, 0]", "not empty");
        refuses(DotProductInputs.of(q, tensor(2, 2, 0, 8), v), "key: shape [2, 2, 0, 8]", "not empty");
        refuses(DotProductInputs.of(truths(2, 4, 3, 8), k, v), "query: type BOOL must be F32");
        DotProductInputs good = DotProductInputs.of(q, k, v);
        refuses(good.withSinks(tensor(2)), "sinks: shape [2] must be [Hq] = [4]");
        refuses(good.withAlibi(tensor(4, 1)), "alibiSlopes: shape [4, 1] must be [Hq] = [4]");
        refuses(good.withSinks(truths(4)), "sinks: type BOOL must be F32");
    }

    @Test
    void mergedHeadsMustDivide() {
        Tensor q = tensor(2, 3, 8);
        Tensor k = tensor(2, 5, 4);
        Tensor v = tensor(2, 5, 6);
        refuses(DotProductInputs.merged(q, k, v, 0, 2), "numHeads: 0 must be at least 1");
        refuses(DotProductInputs.merged(q, k, v, 4, -1), "numKvHeads: -1 must be at least 1");
        refuses(DotProductInputs.merged(q, k, v, 3, 1), "query: width 8 is not a multiple of numHeads = 3");
        refuses(DotProductInputs.merged(q, k, v, 4, 4), "value: width 6 is not a multiple of numKvHeads = 4");
        refuses(DotProductInputs.merged(q, k, v, 2, 2), "key: shape [2, 5, 4]", "[B, T, Hkv * d]", "[2, 5, 8]");
        refuses(DotProductInputs.merged(q, k, v, 4, 3), "query: 4 heads are not a multiple of the 3");
    }

    @Test
    void closedAndForeignThingsAreRefused() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        Tensor x = tensor(2, 5, 6);
        try (AttentionEngine other = TestDevice.any().open();
                Tensor foreign = other.tensor(new float[60], 2, 5, 6)) {
            refuses(layer, AttentionInputs.of(foreign), "x: belongs to another engine");
            refuses(layer, AttentionInputs.of(x).withMemory(foreign), "memory: belongs to another engine");
            refuses(layer, AttentionInputs.of(x).withBiasMask(foreign), "bias: belongs to another engine");
            rejects(IllegalArgumentException.class, () -> engine().softmax(foreign, 0), "x: belongs to another engine");
        }
        Tensor closed = tensor(2, 5, 6);
        closed.close();
        closed.close();
        rejects(
                IllegalStateException.class,
                () -> layer.forward(AttentionInputs.of(closed)),
                "tensor input [2, 5, 6] is closed");
        rejects(IllegalStateException.class, closed::toFloats, "tensor input [2, 5, 6] is closed");
        layer.close();
        layer.close();
        rejects(IllegalStateException.class, () -> layer.forward(AttentionInputs.of(x)), "layer ", "is closed");
        engine().close();
        engine().close();
        for (ThrowingCallable call : Arrays.<ThrowingCallable>asList(
                () -> engine().tensor(new float[1], 1),
                () -> SmallLayer.open(engine()),
                () -> engine().dotProductAttention(AttentionOptions.DEFAULT),
                () -> engine().softmax(x, 0),
                x::toFloats)) {
            assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
        }
    }

    @Test
    void tensorsRefuseDataThatDoesNotFit() {
        rejects(
                IllegalArgumentException.class,
                () -> engine().tensor(new float[5], 2, 3),
                "values: 5 elements",
                "[2, 3] has 6");
        rejects(
                IllegalArgumentException.class,
                () -> engine().tensor(new boolean[5], 2, 3),
                "values: 5 elements",
                "[2, 3] has 6");
        rejects(
                IllegalArgumentException.class,
                () -> engine().tensor(new float[6], -2, -3),
                "[-2, -3] has a negative dimension");
        rejects(
                IllegalArgumentException.class,
                () -> engine().tensor(HostTensor.ofLongs(new long[] {1}, 1)),
                "values: type I64",
                "F32",
                "BOOL");
        Tensor x = tensor(2, 3);
        Tensor bools = truths(2, 3);
        FloatBuffer small = FloatBuffer.allocate(5);
        rejects(
                IllegalArgumentException.class,
                () -> x.read(small),
                "target: room for 5 elements, but the tensor has 6");
        rejects(IllegalStateException.class, bools::toFloats, "BOOL [2, 3]", "is not floating-point");
        rejects(IllegalArgumentException.class, () -> engine().softmax(x, 2), "axis: 2 must lie in [-2, 1]", "[2, 3]");
        rejects(
                IllegalArgumentException.class,
                () -> engine().softmax(x, -3),
                "axis: -3 must lie in [-2, 1]",
                "[2, 3]");
        rejects(IllegalArgumentException.class, () -> engine().softmax(bools, 0), "x: type BOOL must be F32");
    }

    @Test
    void weightsMustFitTheirLayer() {
        AttentionWeights good = SmallLayer.weights();
        HostTensor o = good.output();
        weights(AttentionWeights.of(host(5, 6), good.key(), good.value(), o), "weights.query: shape [5, 6]", "[6, 6]");
        weights(AttentionWeights.of(good.query(), host(6, 6), good.value(), o), "weights.key: shape [6, 6]", "[3, 6]");
        weights(AttentionWeights.of(good.query(), good.key(), host(3, 5), o), "weights.value: shape [3, 5]", "[3, 6]");
        weights(
                AttentionWeights.of(good.query(), good.key(), good.value(), host(36)),
                "weights.output: shape [36]",
                "[6, 6]");
        weights(good.withBiases(host(5), null, null, null), "weights.queryBias: shape [5]", "[6]");
        weights(good.withBiases(null, host(6), null, null), "weights.keyBias: shape [6]", "[3]");
        weights(good.withBiases(null, null, host(1, 3), null), "weights.valueBias: shape [1, 3]", "[3]");
        weights(good.withBiases(null, null, null, host(7)), "weights.outputBias: shape [7]", "[6]");
        HostTensor integers = HostTensor.ofInts(new int[36], 6, 6);
        weights(AttentionWeights.of(integers, good.key(), good.value(), o), "weights.query: type I32");
    }

    @Test
    void perHeadParametersAreFloats() {
        for (double bad : new double[] {1e300, -1e39, 1e-46, Double.NaN, Double.POSITIVE_INFINITY}) {
            HostTensor values = HostTensor.ofDoubles(new double[] {0, bad}, 2);
            String text = "[1]: " + bad + " must be ";
            AttentionWeights good = SmallLayer.weights();
            weights(good.withExtras(HeadExtras.NONE.withAlibi(values)), "weights.extras.alibiSlopes" + text);
            weights(good.withExtras(HeadExtras.NONE.withHeadGate(values)), "weights.extras.headGate" + text);
            weights(good.withExtras(HeadExtras.NONE.withSinks(values)), "weights.extras.sinks" + text);
        }
        HeadExtras none = HeadExtras.NONE.withSinks(
                HostTensor.of(new float[] {Float.NEGATIVE_INFINITY, 0}, 2)); // no sink for the first head
        own(engine().multiHeadAttention(SmallLayer.CONFIG, SmallLayer.weights().withExtras(none)));
    }

    @Test
    void operatorsTakeNumbersThatAreFloats() {
        Operators operators = engine().operators();
        Tensor x = tensor(2, 3);
        Tensor weight = tensor(3);
        for (double bad : new double[] {1e-46, 3.5e38, 0, -1, Double.NaN}) {
            String text = "epsilon: " + bad + " must be positive";
            rejects(IllegalArgumentException.class, () -> operators.layerNorm(x, weight, null, -1, bad), text);
            rejects(IllegalArgumentException.class, () -> operators.rmsNorm(x, weight, -1, bad), text);
        }
        for (double bad : new double[] {1e-46, -3.5e38, Double.NaN, Double.NEGATIVE_INFINITY}) {
            rejects(IllegalArgumentException.class, () -> operators.swish(x, bad), "alpha: " + bad + " must be 0 or");
        }
    }

    @Test
    void memoryOverTheLimitSaysTheBytes() {
        AttentionConfig config = new AttentionConfig(1, 1, 1, 4096, 4096, 1, 1, AttentionOptions.DEFAULT);
        AttentionWeights weights = AttentionWeights.of(host(4096, 1), host(4096, 1), host(4096, 1), host(1, 4096));
        MultiHeadAttention layer = own(engine().multiHeadAttention(config, weights));
        Tensor x = tensor(1, 8192, 1);
        long before = engine().memoryInUse();
        DeviceMemoryException error = (DeviceMemoryException)
                catchThrowable(() -> layer.forward(AttentionInputs.of(x).returning(ReturnOptions.WEIGHTS)));
        assertThat(error).hasMessageContaining("weights needs 1,099,511,627,776 bytes, but the device has");
        assertThat(error.neededBytes()).isEqualTo(4096L * 8192 * 8192 * 4);
        assertThat(error.availableBytes()).isPositive().isLessThan(error.neededBytes());
        assertThat(engine().memoryInUse()).isEqualTo(before);
    }

    private void weights(AttentionWeights weights, String... parts) {
        rejects(IllegalArgumentException.class, () -> engine().multiHeadAttention(SmallLayer.CONFIG, weights), parts);
    }

    private void refuses(MultiHeadAttention layer, AttentionInputs inputs, String... parts) {
        rejects(IllegalArgumentException.class, () -> layer.forward(inputs), parts);
    }

    private void refuses(DotProductInputs inputs, String... parts) {
        DotProductAttention attention = engine().dotProductAttention(AttentionOptions.DEFAULT);
        rejects(IllegalArgumentException.class, () -> attention.forward(inputs), parts);
    }

    /** The call throws, no OpenCL call was made, no memory was taken. */
    private void rejects(Class<? extends RuntimeException> type, ThrowingCallable call, String... parts) {
        long before = engine().memoryInUse();
        try (Faults faults = Faults.none()) {
            Throwable thrown = catchThrowable(call);
            assertThat(thrown).isInstanceOf(type);
            Stream.of(parts).forEach(part -> assertThat(thrown).hasMessageContaining(part));
            assertThat(faults.calls()).as("calls before the refusal").isEmpty();
        }
        assertThat(engine().memoryInUse()).isEqualTo(before);
    }

    private AttentionEngine engine() {
        return Objects.requireNonNull(opened, "the engine is open");
    }

    private <T extends AutoCloseable> T own(T thing) {
        owned.add(thing);
        return thing;
    }

    private Tensor tensor(long... shape) {
        return own(engine().tensor(host(shape)));
    }

    private Tensor truths(long... shape) {
        return own(engine().tensor(new boolean[(int) host(shape).elements()], shape));
    }

    private static HostTensor host(long... shape) {
        return HostTensor.of(new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)], shape);
    }
}
