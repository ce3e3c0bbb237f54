package org.clattention.testing;

import java.util.Arrays;
import org.clattention.config.ScoresStage;

/**
 * Attention in plain f32, one operation after another: what rounding alone does to a case. Its errors against the float64
 * reference are the measure for a device's.
 */
public final class PlainAttention {
    private final AttentionCase c;
    private final double[] output;
    private final double[] weights;
    private final double[] scores;
    private final double[] logSumExp;
    private double scoreMagnitude;
    private double valueMagnitude;

    private PlainAttention(AttentionCase c) {
        this.c = c;
        int rows = c.batch() * c.heads() * c.queries();
        this.output = new double[rows * c.valueSize()];
        this.weights = new double[rows * c.keys()];
        this.scores = new double[rows * c.keys()];
        this.logSumExp = new double[rows];
    }

    /** Computes everything that a case can want. */
    public static PlainAttention of(AttentionCase c) {
        PlainAttention plain = new PlainAttention(c);
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.heads(); h++) {
                for (int i = 0; i < c.queries(); i++) {
                    plain.row(b, h, i);
                }
            }
        }
        return plain;
    }

    Answers answers() {
        return new Answers(output, weights, scores, logSumExp, null);
    }

    /** The largest finite sum of absolute terms in a score: what rounding errors of scores are relative to. */
    double scoreMagnitude() {
        return scoreMagnitude;
    }

    /** The largest absolute attended value. */
    double valueMagnitude() {
        return valueMagnitude;
    }

    private void row(int b, int h, int i) {
        int keys = c.keys();
        int row = (b * c.heads() + h) * c.queries() + i;
        int kv = b * c.kvHeads() + h / (c.heads() / c.kvHeads());
        float[] s = new float[keys];
        for (int j = 0; j < keys; j++) {
            s[j] = score(b, h, i, j, row, kv * keys + j);
        }
        softmax(s, c.sinks() == null ? Float.NEGATIVE_INFINITY : c.sinks()[h], row);
        for (int x = 0; x < c.valueSize(); x++) {
            float sum = 0;
            for (int j = 0; j < keys; j++) {
                if (c.attended(b, h, i, j)) {
                    float v = c.value()[(kv * keys + j) * c.valueSize() + x];
                    sum += s[j] * v;
                    valueMagnitude = finiteMax(valueMagnitude, v);
                }
            }
            output[row * c.valueSize() + x] = sum;
        }
        for (int j = 0; j < keys; j++) {
            weights[row * keys + j] = s[j];
        }
    }

    private float score(int b, int h, int i, int j, int row, int keyRow) {
        int d = c.headSize();
        float sum = 0;
        float size = 0;
        for (int x = 0; x < d; x++) {
            float term = c.query()[row * d + x] * c.key()[keyRow * d + x];
            sum += term;
            size += Math.abs(term);
        }
        float scale = (float) c.options().scaleFor(d);
        float cap = (float) c.options().softcap();
        float scaled = sum * scale;
        float capped = cap > 0 ? cap * (float) Math.tanh(scaled / cap) : scaled;
        boolean attended = c.attended(b, h, i, j);
        float added = attended ? c.addition(b, h, i, j) : 0;
        float masked = attended ? capped + added : Float.NEGATIVE_INFINITY;
        scoreMagnitude = finiteMax(scoreMagnitude, Math.abs(size * scale) + Math.abs(added));
        scores[row * c.keys() + j] =
                c.wanted() == ScoresStage.SCALED ? scaled : c.wanted() == ScoresStage.CAPPED ? capped : masked;
        return masked;
    }

    private void softmax(float[] s, float sink, int row) {
        float max = Float.NEGATIVE_INFINITY;
        for (float score : s) {
            max = Math.max(max, score);
        }
        if (max == Float.NEGATIVE_INFINITY) {
            Arrays.fill(s, 0);
            logSumExp[row] = sink;
            return;
        }
        max = Math.max(max, sink);
        float sum = 0;
        for (int j = 0; j < s.length; j++) {
            s[j] = (float) Math.exp(s[j] - max);
            sum += s[j];
        }
        sum += (float) Math.exp(sink - max);
        for (int j = 0; j < s.length; j++) {
            s[j] /= sum;
        }
        logSumExp[row] = max + (float) Math.log(sum);
    }

    private static double finiteMax(double old, double value) {
        double size = Math.abs(value);
        return Double.isFinite(size) ? Math.max(old, size) : old;
    }
}
