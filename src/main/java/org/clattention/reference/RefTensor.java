package org.clattention.reference;

import java.util.Arrays;
import org.clattention.config.HostTensor;

/** A dense row-major tensor of doubles. The array is shared, not copied: whoever makes a tensor leaves it alone. */
public final class RefTensor {
    private final double[] values;
    private final int[] shape;

    /**
     * A tensor over {@code values}.
     *
     * @throws IllegalArgumentException if the shape does not have as many elements
     */
    public RefTensor(double[] values, int... shape) {
        if (values.length != elements(shape)) {
            throw new IllegalArgumentException(
                    "values: " + values.length + " elements do not fill the shape " + Arrays.toString(shape));
        }
        this.values = values;
        this.shape = shape.clone();
    }

    /** A tensor of zeros. */
    public static RefTensor zeros(int... shape) {
        return new RefTensor(new double[elements(shape)], shape);
    }

    /** The values of {@code tensor}, widened to double. */
    public static RefTensor of(HostTensor tensor) {
        int[] shape = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
        return new RefTensor(tensor.toDoubles(), shape);
    }

    /** {@code first} followed by {@code second} along {@code axis}; the other dimensions must agree. */
    public static RefTensor concat(RefTensor first, RefTensor second, int axis) {
        int[] shape = first.shape.clone();
        shape[axis] += second.shape[axis];
        RefTensor out = zeros(shape);
        int outer = elements(Arrays.copyOf(shape, axis));
        int firstRun = outer == 0 ? 0 : first.values.length / outer;
        int secondRun = outer == 0 ? 0 : second.values.length / outer;
        for (int i = 0; i < outer; i++) {
            int at = i * (firstRun + secondRun);
            System.arraycopy(first.values, i * firstRun, out.values, at, firstRun);
            System.arraycopy(second.values, i * secondRun, out.values, at + firstRun, secondRun);
        }
        return out;
    }

    /** The elements themselves, row-major. */
    public double[] values() {
        return values;
    }

    /** A copy of the shape, outermost dimension first. */
    public int[] shape() {
        return shape.clone();
    }

    /** The number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** The size of dimension {@code i}; negative {@code i} counts from the last. */
    public int dim(int i) {
        return shape[i < 0 ? shape.length + i : i];
    }

    /** The element at {@code index}, one number per dimension. */
    public double at(int... index) {
        int flat = 0;
        for (int i = 0; i < shape.length; i++) {
            flat = flat * shape[i] + index[i];
        }
        return values[flat];
    }

    /** The same elements under another shape, without a copy. */
    public RefTensor reshape(int... newShape) {
        return new RefTensor(values, newShape);
    }

    /** This tensor and another of the same shape, added element by element. */
    public RefTensor plus(RefTensor other) {
        Shapes.require("summand", other.shape(), "the shape of the other summand", shape);
        double[] sum = values.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.values[i];
        }
        return new RefTensor(sum, shape);
    }

    /** An F64 tensor with a copy of the values. */
    public HostTensor toHost() {
        return HostTensor.ofDoubles(values, Arrays.stream(shape).asLongStream().toArray());
    }

    @Override
    public String toString() {
        return "float64 " + Arrays.toString(shape);
    }

    private static int elements(int[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
