package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.shape;
import static org.clattention.reference.Values.tensor;
import static org.clattention.reference.Values.vector;

import org.junit.jupiter.api.Test;

/** Softmax, norms and activations against answers by hand and from tables. */
class ReferenceOperatorsTest {
    @Test
    void softmaxAlongEachAxis() {
        double ln3 = Math.log(3);
        RefTensor x = tensor(shape(2, 2), 0, ln3, ln3, 0);
        assertClose(ReferenceSoftmax.softmax(x, 1), 0.25, 0.75, 0.75, 0.25);
        RefTensor columns = tensor(shape(2, 2), 0, 0, ln3, 0);
        assertClose(ReferenceSoftmax.softmax(columns, 0), 0.25, 0.5, 0.75, 0.5);
        assertClose(ReferenceSoftmax.softmax(columns, -2), 0.25, 0.5, 0.75, 0.5);
    }

    @Test
    void softmaxOfLargeNumbers() {
        assertClose(ReferenceSoftmax.softmax(vector(1e5, 1e5 + Math.log(3)), 0), vector(0.25, 0.75), 1e-10);
    }

    @Test
    void layerNorm() {
        // Mean 3, variance 4: (1, 5) becomes (−1, 1) where epsilon is 0.
        RefTensor x = tensor(shape(1, 2), 1, 5);
        var result = ReferenceNorms.layerNorm(x, vector(10, 10), vector(1, 2), -1, 0);
        assertClose(result.y(), -9, 12);
        assertClose(result.mean(), 3);
        assertClose(result.inverseStandardDeviation(), 0.5);
        assertClose(ReferenceNorms.layerNorm(x, vector(1, 1), null, -1, 12).y(), -0.5, 0.5);
    }

    @Test
    void rmsNorm() {
        // Mean square 25/2.
        RefTensor x = tensor(shape(1, 2), 3, 4);
        double root = Math.sqrt(12.5);
        assertClose(ReferenceNorms.rmsNorm(x, vector(1, 2), -1, 0), 3 / root, 8 / root);
        assertClose(ReferenceNorms.rmsNorm(x, vector(1, 1), -1, 12.5), 3 / 5.0, 4 / 5.0);
    }

    @Test
    void normsOverSeveralDimensions() {
        RefTensor x = tensor(shape(1, 2, 2), 1, 1, 5, 5);
        RefTensor ones = tensor(shape(2, 2), 1, 1, 1, 1);
        assertClose(ReferenceNorms.layerNorm(x, ones, null, 1, 0).y(), -1, -1, 1, 1);
        assertThat(ReferenceNorms.layerNorm(x, ones, null, 1, 0).mean().shape()).containsExactly(1, 1, 1);
        assertThatThrownBy(() -> ReferenceNorms.rmsNorm(x, ones, 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("weight", "[2, 2]", "[2]");
        assertThatThrownBy(() -> ReferenceNorms.rmsNorm(x, ones, 3, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("axis: 3");
    }

    @Test
    void errorFunctionOnBothSidesOfTheSwitch() {
        // Abramowitz and Stegun, tables 7.1 and 7.3, and DLMF 7.
        assertThat(ErrorFunction.erfc(0)).isEqualTo(1);
        assertThat(ErrorFunction.erfc(0.5)).isEqualTo(0.4795001221869535, within(1e-15));
        assertThat(ErrorFunction.erfc(1)).isEqualTo(0.15729920705028513, within(1e-15));
        assertThat(ErrorFunction.erfc(2)).isEqualTo(0.004677734981047266, within(1e-17));
        assertThat(ErrorFunction.erfc(-2)).isEqualTo(1.9953222650189528, within(1e-15));
        assertThat(ErrorFunction.erfc(3)).isEqualTo(2.209049699858544e-5, within(1e-19));
        assertThat(ErrorFunction.erfc(5)).isEqualTo(1.537459794428035e-12, within(1e-26));
        assertThat(ErrorFunction.erfc(40)).isEqualTo(0);
        assertThat(ErrorFunction.erfc(Math.nextDown(2.0))).isEqualTo(ErrorFunction.erfc(2), within(1e-15));
        assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
    }

    @Test
    void activations() {
        assertThat(ReferenceActivations.RELU.apply(-2)).isEqualTo(0);
        assertThat(ReferenceActivations.RELU.apply(2)).isEqualTo(2);
        assertThat(ReferenceActivations.RELU.apply(Double.NaN)).isNaN();
        assertThat(ReferenceActivations.GELU.apply(1)).isEqualTo(0.8413447460685429, within(1e-15));
        assertThat(ReferenceActivations.GELU.apply(-1)).isEqualTo(-0.15865525393145707, within(1e-15));
        assertThat(ReferenceActivations.GELU_TANH.apply(1)).isEqualTo(0.8411919906082768, within(1e-13));
        assertThat(ReferenceActivations.SILU.apply(Math.log(3))).isEqualTo(0.75 * Math.log(3), within(1e-15));
        assertClose(ReferenceActivations.swish(vector(Math.log(3)), 2), 0.9 * Math.log(3));
    }
}
