package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.clattention.config.HostTensor;

/** Makes and compares tensors for the tests of the reference. */
final class Values {
    private Values() {}

    static RefTensor tensor(int[] shape, double... values) {
        return new RefTensor(values, shape);
    }

    static int[] shape(int... dims) {
        return dims;
    }

    static RefTensor vector(double... values) {
        return new RefTensor(values, values.length);
    }

    static RefTensor random(Random random, int... shape) {
        RefTensor tensor = RefTensor.zeros(shape);
        Arrays.setAll(tensor.values(), i -> random.nextGaussian());
        return tensor;
    }

    static HostTensor randomHost(Random random, int... shape) {
        return random(random, shape).toHost();
    }

    static HostTensor host(double[] values, long... shape) {
        return HostTensor.ofDoubles(values, shape);
    }

    /** A copy of {@code tensors} with one more or another one. */
    static Map<String, HostTensor> with(Map<String, HostTensor> tensors, String name, HostTensor tensor) {
        Map<String, HostTensor> copy = new HashMap<>(tensors);
        copy.put(name, tensor);
        return copy;
    }

    /** Tokens {@code from} to {@code to} of [B, S, D]. */
    static RefTensor tokens(RefTensor x, int from, int to) {
        RefTensor part = RefTensor.zeros(x.dim(0), to - from, x.dim(2));
        for (int b = 0; b < x.dim(0); b++) {
            for (int i = from; i < to; i++) {
                int source = (b * x.dim(1) + i) * x.dim(2);
                int target = (b * (to - from) + i - from) * x.dim(2);
                System.arraycopy(x.values(), source, part.values(), target, x.dim(2));
            }
        }
        return part;
    }

    static void assertClose(RefTensor got, RefTensor want, double tolerance) {
        assertThat(got.shape()).isEqualTo(want.shape());
        assertThat(got.values()).usingComparatorWithPrecision(tolerance).containsExactly(want.values());
    }

    static void assertClose(RefTensor got, double... want) {
        assertThat(got.values()).usingComparatorWithPrecision(1e-12).containsExactly(want);
    }
}
