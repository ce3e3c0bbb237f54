package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.random;
import static org.clattention.reference.Values.shape;
import static org.clattention.reference.Values.tensor;

import java.util.Random;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

class MatrixProductTest {
    @Test
    void multipliesWithTheTransposedWeightAndAddsTheBias() {
        RefTensor x = tensor(shape(2, 2), 1, 2, 3, 4);
        HostTensor weight = HostTensor.of(new float[] {1, 0, 10, 100, -1, 1}, 3, 2);
        HostTensor bias = HostTensor.of(new float[] {0.5f, 0, 2}, 3);
        assertClose(MatrixProduct.linear(x, weight, bias), 1.5, 210, 3, 3.5, 430, 3);
    }

    @Test
    void oddSizesAgreeWithTheDefinition() {
        Random random = new Random(3);
        for (int in = 0; in < 11; in++) {
            int out = 19;
            RefTensor x = random(random, 1, 3, in);
            RefTensor weight = random(random, out, in);
            RefTensor want = RefTensor.zeros(1, 3, out);
            for (int n = 0; n < 3 * out; n++) {
                for (int k = 0; k < in; k++) {
                    want.values()[n] += x.at(0, n / out, k) * weight.at(n % out, k);
                }
            }
            assertClose(MatrixProduct.linear(x, weight.toHost(), null), want, 1e-13);
        }
    }

    @Test
    void halfPrecisionWeightsAreUsedAsTheyAre() {
        HostTensor weight = HostTensor.of(new float[] {0.1f}, 1, 1).to(DataType.BF16);
        assertClose(MatrixProduct.linear(tensor(shape(1, 1), 1), weight, null), 0.10009765625);
    }

    @Test
    void rejectsAWeightOfAnotherWidth() {
        assertThatThrownBy(() -> MatrixProduct.linear(RefTensor.zeros(2, 3), HostTensor.of(new float[8], 2, 4), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("weight", "[2, 4]", "[any, 3]");
    }
}
