package org.clattention.model;

import java.util.SplittableRandom;

/** Chooses tokens from logits. For one sequence. */
final class Sampler {
    private final SamplingOptions options;
    private final SplittableRandom random;

    /** @param sequence makes the choices of each sequence independent of the others' */
    Sampler(SamplingOptions options, int sequence) {
        this.options = options;
        this.random = new SplittableRandom(options.seed() * 0x9E3779B97F4A7C15L + sequence);
    }

    /**
     * The next token.
     *
     * @throws DamagedLogitsException if a logit is NaN or +∞
     */
    int next(float[] logits) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (!(logits[i] < Float.POSITIVE_INFINITY)) {
                throw new DamagedLogitsException(i, logits[i]);
            }
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return options.temperature() == 0 || options.topK() == 1 ? best : sample(logits, logits[best]);
    }

    private int sample(float[] logits, float largest) {
        double[] weights = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp((logits[i] - largest) / options.temperature());
            sum += weights[i];
        }
        boolean all = (options.topK() == 0 || options.topK() >= weights.length) && options.topP() == 1;
        return all ? drawInOrder(weights, sum) : drawFromTop(weights);
    }

    private int drawInOrder(double[] weights, double sum) {
        double left = random.nextDouble() * sum;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        // Rounding has left a little.
        return last;
    }

    private int drawFromTop(double[] weights) {
        int most = options.topK() == 0 ? weights.length : Math.min(options.topK(), weights.length);
        HeaviestFirst order = new HeaviestFirst(weights);
        int[] tokens = new int[most];
        double sum = 0;
        if (options.topP() < 1) {
            // Top-p is a part of what top-k leaves: its sum comes first.
            HeaviestFirst kept = new HeaviestFirst(weights);
            for (int i = 0; i < most; i++) {
                sum += weights[kept.next()];
            }
        }
        double wanted = options.topP() * sum;
        double taken = 0;
        int count = 0;
        while (count < most && (options.topP() == 1 || taken < wanted || count == 0)) {
            tokens[count] = order.next();
            taken += weights[tokens[count]];
            count++;
        }
        double left = random.nextDouble() * taken;
        for (int i = 0; i < count; i++) {
            left -= weights[tokens[i]];
            if (left < 0) {
                return tokens[i];
            }
        }
        return tokens[count - 1];
    }
}
