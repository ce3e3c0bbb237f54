package org.clattention;

import java.util.Arrays;
import org.clattention.config.Activation;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;
import org.clattention.error.DeviceException;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.NormalizeOp;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.jspecify.annotations.Nullable;

/**
 * Single operators on tensors of one engine, by the definitions of ONNX. Each returns a new tensor in the type of its input,
 * to be closed by the caller; inputs are F32, F16 or BF16 unless said otherwise. Arithmetic is in f32. A negative {@code axis}
 * counts from the last dimension. Thread-safe.
 *
 * <p>All throw {@link IllegalArgumentException} for shapes, types and axes that do not fit, before anything runs;
 * {@link IllegalStateException} if a tensor or the engine is closed; {@link DeviceException} if the device fails.
 */
public final class Operators {
    private final AttentionEngine engine;

    Operators(AttentionEngine engine) {
        this.engine = engine;
    }

    /** Softmax of an F32 tensor over one dimension; negative {@code axis} counts from the last. */
    public Tensor softmax(Tensor x, int axis) {
        try (Use use = new Use(engine)) {
            use.tensor("x", x);
            TensorChecks.type("x", x, DataType.F32);
            int at = axis(x, axis);
            int outer = product(x, 0, at);
            int columns = product(x, at, at + 1);
            int inner = product(x, at + 1, x.rank());
            return compute(x, "softmax", (stream, y) -> stream.softmax(x.array(), y, outer, columns, inner));
        }
    }

    /**
     * LayerNorm over the dimensions from {@code axis} on: (x − mean)/√(variance + ε)·weight + bias, biased variance.
     *
     * @param weight F32, in the shape of those dimensions
     * @param bias likewise; null for none, as without this argument
     * @param epsilon ε, positive; ONNX's default is 1e-5
     */
    public Tensor layerNorm(Tensor x, Tensor weight, @Nullable Tensor bias, int axis, double epsilon) {
        NormResult result = normalize(x, weight, bias, axis, epsilon, false, false);
        return result.y();
    }

    /** LayerNorm without a bias. */
    public Tensor layerNorm(Tensor x, Tensor weight, int axis, double epsilon) {
        return layerNorm(x, weight, null, axis, epsilon);
    }

    /** LayerNorm that returns the mean and the inverse standard deviation of each row, too. */
    public NormResult layerNormWithStatistics(
            Tensor x, Tensor weight, @Nullable Tensor bias, int axis, double epsilon) {
        return normalize(x, weight, bias, axis, epsilon, false, true);
    }

    /** RMSNorm over the dimensions from {@code axis} on: x/√(mean(x²) + ε)·weight. */
    public Tensor rmsNorm(Tensor x, Tensor weight, int axis, double epsilon) {
        return normalize(x, weight, null, axis, epsilon, true, false).y();
    }

    /**
     * A normalized tensor with its statistics.
     *
     * @param y in the shape of x
     * @param mean F32, in the shape of x with 1 for the normalized dimensions; null if not asked for
     * @param inverseDeviation likewise
     */
    public record NormResult(
            Tensor y, @Nullable Tensor mean, @Nullable Tensor inverseDeviation) implements AutoCloseable {
        /** Checks what must be given. */
        public NormResult {
            Checks.given("y", y);
        }

        @Override
        public void close() {
            y.close();
            if (mean != null) {
                mean.close();
            }
            if (inverseDeviation != null) {
                inverseDeviation.close();
            }
        }
    }

    /** An activation function, element by element. */
    public Tensor activate(Tensor x, Activation activation) {
        return activate(x, activation, 1);
    }

    /** x·σ(alpha·x), element by element. */
    public Tensor swish(Tensor x, double alpha) {
        return activate(x, Activation.SILU, alpha);
    }

    private Tensor activate(Tensor x, Activation activation, double alpha) {
        Checks.given("activation", activation);
        try (Use use = new Use(engine)) {
            use.tensor("x", x);
            TensorChecks.floatingPoint("x", x);
            Checks.real("alpha", alpha);
            return compute(
                    x, "activation", (stream, y) -> stream.activate(x.array(), y, x.elements(), activation, alpha));
        }
    }

    /**
     * Rotary embedding by given cosines and sines, as ONNX {@code RotaryEmbedding}.
     *
     * @param x [B, H, S, d], or with merged heads [B, S, H·d]
     * @param cosines F32 [positions, dim/2], or without positions [B, S, dim/2]
     * @param sines likewise
     * @param positions [B·S] rows of cosines and sines; null if they have one row for each token
     * @param heads H for merged heads, else 0
     * @param dim components that turn; 0 means the whole head
     */
    public Tensor rotate(
            Tensor x,
            Tensor cosines,
            Tensor sines,
            int @Nullable [] positions,
            RotaryConfig.Style style,
            int heads,
            int dim) {
        try (Use use = new Use(engine)) {
            use.tensor("x", x);
            use.tensor("cosines", cosines);
            use.tensor("sines", sines);
            Checks.given("style", style);
            RotationArguments sizes = RotationArguments.of(x, cosines, sines, positions, heads, dim);
            return compute(x, "rotated", (stream, y) -> {
                DeviceArray rows =
                        positions == null ? null : stream.scratch(CommandStream.Scratch.POSITIONS, positions);
                stream.store(new StoreOp(
                        sizes.batch(),
                        sizes.heads(),
                        sizes.length(),
                        sizes.size(),
                        sizes.view(x.array()),
                        0,
                        RowLayout.PLAIN,
                        sizes.view(y),
                        0,
                        RowLayout.PLAIN,
                        null,
                        null,
                        0,
                        new StoreOp.Rotation(
                                cosines.array(),
                                sines.array(),
                                rows,
                                0,
                                sizes.length(),
                                sizes.dim(),
                                style == RotaryConfig.Style.INTERLEAVED)));
            });
        }
    }

    /** Sizes of a rotation, checked. */
    private record RotationArguments(boolean merged, int batch, int heads, int length, int size, int dim) {
        static RotationArguments of(
                Tensor x, Tensor cosines, Tensor sines, int @Nullable [] positions, int heads, int dim) {
            TensorChecks.floatingPoint("x", x);
            TensorChecks.type("cosines", cosines, DataType.F32);
            TensorChecks.type("sines", sines, DataType.F32);
            boolean merged = x.rank() == 3;
            if (!merged && x.rank() != 4) {
                throw new IllegalArgumentException(
                        "x: shape " + Arrays.toString(x.shape()) + " must be [B, H, S, d] or [B, S, H * d]");
            }
            if (merged && (heads < 1 || x.dim(2) % heads != 0)) {
                throw new IllegalArgumentException(
                        "heads: " + heads + " must divide the width " + x.dim(2) + " of x, because x is 3-D");
            }
            int count = merged ? heads : Checks.fitsInt("heads", x.dim(1));
            int size = Checks.fitsInt("head size", merged ? x.dim(2) / heads : x.dim(3));
            int batch = Checks.fitsInt("batch", x.dim(0));
            int length = Checks.fitsInt("length", merged ? x.dim(1) : x.dim(2));
            int turning = new RotaryConfig(RotaryConfig.Style.HALF, 1, dim, RotaryScaling.NONE).dimFor(size);
            checkTable("cosines", cosines, positions, batch, length, turning / 2);
            Checks.shape("sines", sines.shape(), "the shape of cosines", cosines.shape());
            return new RotationArguments(merged, batch, count, length, size, turning);
        }

        private static void checkTable(
                String name, Tensor table, int @Nullable [] positions, int batch, int length, int pairs) {
            if (positions == null) {
                Checks.shape(name, table.shape(), "[B, S, dim/2]", batch, length, pairs);
                return;
            }
            TensorChecks.rank(name, table, 2, "[positions, dim/2]");
            Checks.shape(name, table.shape(), "[positions, dim/2]", table.dim(0), pairs);
            if (positions.length != (long) batch * length) {
                throw new IllegalArgumentException(
                        "positions: " + positions.length + " values, but B * S is " + (long) batch * length);
            }
            for (int i = 0; i < positions.length; i++) {
                if (positions[i] < 0 || positions[i] >= table.dim(0)) {
                    throw new IllegalArgumentException(
                            "positions[" + i + "]: " + positions[i] + " must be between 0 and " + (table.dim(0) - 1));
                }
            }
        }

        HeadView view(DeviceArray array) {
            return merged
                    ? HeadView.merged(array, heads, length, size)
                    : HeadView.headMajor(array, heads, length, size);
        }
    }

    private NormResult normalize(
            Tensor x, Tensor weight, @Nullable Tensor bias, int axis, double epsilon, boolean rms, boolean statistics) {
        try (Use use = new Use(engine)) {
            use.tensor("x", x);
            use.tensor("weight", weight);
            use.optionalTensor("bias", bias);
            TensorChecks.floatingPoint("x", x);
            Checks.positive("epsilon", epsilon);
            int at = axis(x, axis);
            long[] normalized = Arrays.copyOfRange(x.shape(), at, x.rank());
            requireParameter("weight", weight, normalized);
            if (bias != null) {
                requireParameter("bias", bias, normalized);
            }
            long[] rowShape = x.shape();
            Arrays.fill(rowShape, at, rowShape.length, 1);
            long rows = product(x, 0, at);
            int columns = product(x, at, x.rank());
            Tensor mean = statistics ? engine.allocate(DataType.F32, "mean", rowShape) : null;
            Tensor deviation = null;
            try {
                deviation = statistics ? engine.allocate(DataType.F32, "inverse deviation", rowShape) : null;
                DeviceArray means = mean == null ? null : mean.array();
                DeviceArray deviations = deviation == null ? null : deviation.array();
                DeviceArray biases = bias == null ? null : bias.array();
                Tensor y = compute(
                        x,
                        "normalized",
                        (stream, out) -> stream.normalize(new NormalizeOp(
                                rows,
                                columns,
                                rms,
                                epsilon,
                                x.array(),
                                weight.array(),
                                biases,
                                out,
                                means,
                                deviations)));
                return new NormResult(y, mean, deviation);
            } catch (RuntimeException | Error e) {
                Closing.one(deviation, e);
                throw Closing.after(e, mean);
            }
        }
    }

    private static void requireParameter(String name, Tensor tensor, long[] shape) {
        TensorChecks.type(name, tensor, DataType.F32);
        Checks.shape(name, tensor.shape(), "the normalized dimensions of x", shape);
    }

    private interface Work {
        void queue(CommandStream stream, DeviceArray y);
    }

    /** Allocates a result like x and computes it; an empty one needs no work. */
    private Tensor compute(Tensor x, String name, Work work) {
        Tensor y = engine.allocate(x.type(), name, x.shape());
        if (x.elements() == 0) {
            return y;
        }
        try (CommandStream stream = engine.backend().stream()) {
            work.queue(stream, y.array());
            stream.finish();
            return y;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, y);
        }
    }

    private static int axis(Tensor x, int axis) {
        if (axis < -x.rank() || axis >= x.rank()) {
            throw new IllegalArgumentException("axis: " + axis + " must lie in [" + -x.rank() + ", " + (x.rank() - 1)
                    + "] for shape " + Arrays.toString(x.shape()));
        }
        return axis < 0 ? axis + x.rank() : axis;
    }

    private static int product(Tensor x, int from, int to) {
        return Checks.fitsInt("x", Checks.elements("x", Arrays.copyOfRange(x.shape(), from, to)));
    }
}
