package org.clattention.reference;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.clattention.config.AttentionOptions;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention as ONNX {@code Attention} (opset 25) defines it, with sinks and ALiBi:
 *
 * <pre>
 * s[j] = softcap(scale · q·k[j]) + bias[j]         bias −∞: not attended
 * w[j] = exp(s[j] − m) / (Σ exp(s[j] − m) + exp(sink − m)),  m = the largest of s[j] and sink
 * y    = Σ w[j] · v[j]
 * </pre>
 *
 * A key that is not attended is never read into a result, whatever it holds. A NaN at an attended key reaches the
 * output, even where its weight underflows to 0. A score of −∞ counts as not attended, wherever it comes from.
 */
public final class ReferenceAttention {
    private final AttentionProblem problem;
    private final RefTensor key;
    private final RefTensor value;
    private final ScoreBias bias;
    private final RefTensor output;
    private final RefTensor logSumExp;
    private final @Nullable RefTensor wanted;

    private ReferenceAttention(AttentionProblem problem) {
        RefTensor query = problem.query();
        int batch = query.dim(0);
        int heads = query.dim(1);
        int queries = query.dim(2);
        this.problem = problem;
        this.key = append(problem.pastKey(), problem.key());
        this.value = append(problem.pastValue(), problem.value());
        int keys = key.dim(2);
        this.bias = new ScoreBias(problem, keys);
        this.output = RefTensor.zeros(batch, heads, queries, value.dim(3));
        this.logSumExp = RefTensor.zeros(batch, heads, queries);
        this.wanted = problem.wantedScores() == null ? null : RefTensor.zeros(batch, heads, queries, keys);
    }

    /** Solves the problem. */
    public static ReferenceResult attend(AttentionProblem problem) {
        ReferenceAttention attention = new ReferenceAttention(problem);
        int heads = problem.query().dim(1);
        IntStream.range(0, problem.query().dim(0) * heads)
                .parallel()
                .forEach(n -> attention.attendHead(n / heads, n % heads));
        return new ReferenceResult(
                attention.output, attention.logSumExp, attention.key, attention.value, attention.wanted);
    }

    private void attendHead(int b, int h) {
        int heads = problem.query().dim(1);
        int queries = problem.query().dim(2);
        int group = heads / key.dim(1);
        for (int i = 0; i < queries; i++) {
            attendRow(b, h, i, (b * heads + h) * queries + i, b * key.dim(1) + h / group);
        }
    }

    /** Query {@code i} of head {@code h}: row {@code row} of queries and outputs, head {@code kv} of keys and values. */
    private void attendRow(int b, int h, int i, int row, int kv) {
        int keys = key.dim(2);
        double[] scores = new double[keys];
        scaledScores(row, kv, scores);
        keep(ScoreStage.SCALED, scores, row);
        softcap(scores);
        keep(ScoreStage.SOFTCAPPED, scores, row);
        for (int j = 0; j < keys; j++) {
            double added = bias.at(b, h, i, j);
            // Not a sum: the score of a masked key may be NaN or +∞.
            scores[j] = added == Double.NEGATIVE_INFINITY ? added : scores[j] + added;
        }
        keep(ScoreStage.BIASED, scores, row);
        RefTensor sinks = problem.sinks();
        double sink = sinks == null ? Double.NEGATIVE_INFINITY : sinks.at(h);
        boolean[] attended = new boolean[keys];
        for (int j = 0; j < keys; j++) {
            attended[j] = scores[j] != Double.NEGATIVE_INFINITY;
        }
        logSumExp.values()[row] = ReferenceSoftmax.softmaxRow(scores, sink);
        keep(ScoreStage.WEIGHTS, scores, row);
        weightedValues(scores, attended, row, kv);
    }

    private void scaledScores(int row, int kv, double[] scores) {
        int size = key.dim(3);
        double scale = problem.options().scaleFor(size);
        for (int j = 0; j < scores.length; j++) {
            int at = (kv * scores.length + j) * size;
            scores[j] = scale * MatrixProduct.dot(problem.query().values(), row * size, key.values(), at, size);
        }
    }

    private void softcap(double[] scores) {
        AttentionOptions options = problem.options();
        double cap = options.softcap();
        if (cap > 0) {
            Arrays.setAll(scores, j -> cap * Math.tanh(scores[j] / cap));
        }
    }

    private void weightedValues(double[] weights, boolean[] attended, int row, int kv) {
        int size = value.dim(3);
        double[] out = output.values();
        for (int j = 0; j < weights.length; j++) {
            if (attended[j]) {
                int at = (kv * weights.length + j) * size;
                for (int c = 0; c < size; c++) {
                    out[row * size + c] += weights[j] * value.values()[at + c];
                }
            }
        }
    }

    private void keep(ScoreStage stage, double[] scores, int row) {
        if (wanted != null && problem.wantedScores() == stage) {
            System.arraycopy(scores, 0, wanted.values(), row * scores.length, scores.length);
        }
    }

    private static RefTensor append(@Nullable RefTensor past, RefTensor fresh) {
        return past == null ? fresh : RefTensor.concat(past, fresh, 2);
    }
}
