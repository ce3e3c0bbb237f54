package org.clattention.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Removes each head in turn and measures what becomes of the output, as Michel et al. 2019 do in "Are Sixteen Heads Really Better
 * than One?"; there by the loss, here by the relative change of the output. A head whose removal changes little can be pruned.
 */
public final class HeadAblation {
    private HeadAblation() {}

    /**
     * The effects of all heads, the smallest first; as many runs as there are heads, and one.
     *
     * @param weights those of the source
     * @throws IllegalArgumentException if an output is not finite, so that its change says nothing
     */
    public static List<HeadEffect> of(HeadsSource source, HeadWeights weights) {
        float[][] gates = new float[weights.layers().size()][];
        for (int layer = 0; layer < gates.length; layer++) {
            gates[layer] = new float[weights.layers().get(layer).size()];
            Arrays.fill(gates[layer], 1);
        }
        double[] whole = source.outputWith(copy(gates));
        List<HeadEffect> effects = new ArrayList<>();
        for (int layer = 0; layer < gates.length; layer++) {
            for (int head = 0; head < gates[layer].length; head++) {
                gates[layer][head] = 0;
                effects.add(new HeadEffect(layer, head, change(whole, source.outputWith(copy(gates)))));
                gates[layer][head] = 1;
            }
        }
        effects.sort(Comparator.comparingDouble(HeadEffect::change));
        return effects;
    }

    private static float[][] copy(float[][] gates) {
        return Arrays.stream(gates).map(float[]::clone).toArray(float[][]::new);
    }

    private static double change(double[] whole, double[] without) {
        if (whole.length != without.length) {
            throw new IllegalStateException(
                    "the output has " + whole.length + " values, and without a head " + without.length);
        }
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < whole.length; i++) {
            difference = Math.hypot(difference, whole[i] - without[i]);
            norm = Math.hypot(norm, whole[i]);
        }
        if (!Double.isFinite(difference) || !Double.isFinite(norm)) {
            throw new IllegalArgumentException("the output is not finite: its change without a head says nothing");
        }
        return difference == 0 ? 0 : difference / norm;
    }
}
