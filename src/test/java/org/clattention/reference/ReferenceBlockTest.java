package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.host;
import static org.clattention.reference.Values.with;

import java.util.HashMap;
import java.util.Map;
import org.clattention.config.BlockConfig.NormPosition;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

/**
 * Blocks of width 2 by hand, on one token x = (3, 1), which attends to itself alone: attention is W_o·W_v·x. With
 * W_v = I and W_o = 2·I it doubles its input. Layer normalization (epsilon 0) makes (a, b) with a &gt; b to (1, −1).
 */
class ReferenceBlockTest {
    private static Map<String, HostTensor> tensors() {
        Map<String, HostTensor> tensors = new HashMap<>();
        tensors.put("x", host(new double[] {3, 1}, 1, 1, 2));
        for (String name : new String[] {"w_q", "w_k", "w_v"}) {
            tensors.put(name, host(new double[] {1, 0, 0, 1}, 2, 2));
        }
        tensors.put("w_o", host(new double[] {2, 0, 0, 2}, 2, 2));
        tensors.put("norm1_weight", host(new double[] {1, 1}, 2));
        tensors.put("norm2_weight", host(new double[] {1, 3}, 2));
        // One hidden element a − b, which goes to the first output times 10.
        tensors.put("w_up", host(new double[] {1, -1}, 1, 2));
        tensors.put("w_down", host(new double[] {10, 0}, 2, 1));
        return tensors;
    }

    private static RefTensor run(boolean rms, NormPosition position, Map<String, HostTensor> tensors) {
        ReferenceBlock.Options options =
                new ReferenceBlock.Options(rms, position, 0, ReferenceActivations.RELU, LayerOptions.of(1));
        return ReferenceBlock.forward(options, new TensorSet(tensors));
    }

    @Test
    void pre() {
        // norm1 (1, −1), attention (2, −2), sum (5, −1); norm2 (1, −3), hidden 4, network (40, 0).
        assertClose(run(false, NormPosition.PRE, tensors()), 45, -1);
    }

    @Test
    void post() {
        // Attention (6, 2), sum (9, 3), norm1 (1, −1); hidden 2, network (20, 0), sum (21, −1), norm2 (1, −3).
        assertClose(run(false, NormPosition.POST, tensors()), 1, -3);
    }

    @Test
    void sandwich() {
        Map<String, HostTensor> tensors = tensors();
        tensors.put("attention_norm_weight", host(new double[] {1, 2}, 2));
        tensors.put("feed_forward_norm_weight", host(new double[] {3, 1}, 2));
        // norm1 (1, −1), attention (2, −2), its norm (1, −2), sum (4, −1); norm2 (1, −3), network (40, 0), its norm (3,
        // −1).
        assertClose(run(false, NormPosition.SANDWICH, tensors), 7, -2);
    }

    @Test
    void biasesOfNormsAndNetwork() {
        Map<String, HostTensor> tensors = tensors();
        tensors.put("norm1_bias", host(new double[] {1, 1}, 2));
        tensors.put("norm2_bias", host(new double[] {0, 5}, 2));
        tensors.put("b_up", host(new double[] {4}, 1));
        tensors.put("b_down", host(new double[] {0.5, 0.25}, 2));
        // norm1 (2, 0), attention (4, 0), sum (7, 1); norm2 (1, 2), hidden −1 + 4, network (30.5, 0.25).
        assertClose(run(false, NormPosition.PRE, tensors), 37.5, 1.25);
    }

    @Test
    void gatedNetworkOnRmsNorms() {
        Map<String, HostTensor> tensors = tensors();
        tensors.put("w_gate", host(new double[] {2, 0}, 1, 2));
        tensors.put("b_gate", host(new double[] {1}, 1));
        // Mean square 5; attention doubles x/√5. Then the mean square of the sum x·(1 + 2/√5) scales it away.
        double grown = 1 + 2 / Math.sqrt(5);
        double up = (3 - 3) / Math.sqrt(5);
        assertClose(run(true, NormPosition.PRE, tensors), 3 * grown + 10 * up, grown);
        tensors.put("w_up", host(new double[] {1, 1}, 1, 2));
        double gate = 2 * 3 / Math.sqrt(5) + 1;
        assertClose(run(true, NormPosition.PRE, tensors), 3 * grown + 10 * gate * 6 / Math.sqrt(5), grown);
    }

    @Test
    void rejectsWhatDoesNotFit() {
        rejects(false, with(tensors(), "w_o", host(new double[6], 3, 2)), "w_o", "[3, 2]", "[2, any]");
        rejects(false, with(tensors(), "norm1_weight", host(new double[3], 3)), "norm1_weight", "[3]", "[2]");
        rejects(false, with(tensors(), "w_gate", host(new double[4], 2, 2)), "w_gate");
        rejects(false, with(tensors(), "b_gate", host(new double[1], 1)), "b_gate", "w_gate");
        rejects(true, with(tensors(), "norm1_bias", host(new double[2], 2)), "norm1_bias", "RMS");
    }

    private static void rejects(boolean rms, Map<String, HostTensor> tensors, String... parts) {
        assertThatThrownBy(() -> run(rms, NormPosition.PRE, tensors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }
}
