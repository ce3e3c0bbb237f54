package org.clattention.bench;

import java.util.stream.IntStream;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.reference.MatrixProduct;
import org.clattention.reference.RefTensor;
import org.jspecify.annotations.Nullable;

/**
 * A few output rows of a layer in float64, at a cost that does not grow with the width squared times the length. No key
 * and no value is projected: with q·(W_k·x_j) = (W_kᵀ·q)·x_j and Σ w_j·(W_v·x_j) = W_v·Σ w_j·x_j, scores and context of one
 * query follow from x itself.
 */
final class SampledReference {
    private final AttentionConfig config;
    private final LayerData data;
    private final int length;
    private final int past;
    private final int width;
    private final double[] x;

    /** Keys and values of the call itself, rounded as a quantized cache does; null if the cache does not round. */
    private final @Nullable HostTensor ownKeys;

    private final @Nullable HostTensor ownValues;

    private SampledReference(BenchShape shape, LayerData data) {
        this.config = shape.config();
        this.data = data;
        this.length = shape.length();
        this.past = shape.past();
        this.width = config.modelWidth();
        this.x = data.x().toDoubles();
        boolean asTheyAre = shape.cacheType() == DataType.F32;
        this.ownKeys = asTheyAre ? null : stored(shape, data, data.weights().key());
        this.ownValues = asTheyAre ? null : stored(shape, data, data.weights().value());
    }

    /**
     * Computes rows of the output.
     *
     * @param rows which rows of [B·S, D]
     * @return [rows.length, D]
     */
    static RefTensor rows(BenchShape shape, LayerData data, int... rows) {
        return new SampledReference(shape, data).compute(rows);
    }

    /** [B, Hkv, S, d]: the projection of x, rounded to the type of the cache. */
    private static HostTensor stored(BenchShape shape, LayerData data, HostTensor matrix) {
        int heads = shape.config().numKvHeads();
        int size = shape.config().headSize();
        double[] projected =
                MatrixProduct.linear(RefTensor.of(data.x()), matrix, null).values();
        float[] byHead = new float[projected.length];
        for (int row = 0; row < shape.batch() * shape.length(); row++) {
            for (int h = 0; h < heads; h++) {
                int to = (row / shape.length() * heads + h) * shape.length() + row % shape.length();
                for (int c = 0; c < size; c++) {
                    byHead[to * size + c] = (float) projected[(row * heads + h) * size + c];
                }
            }
        }
        return HostTensor.of(byHead, shape.batch(), heads, shape.length(), size)
                .to(shape.cacheType())
                .to(DataType.F32);
    }

    private RefTensor compute(int[] rows) {
        RefTensor inputs = RefTensor.zeros(rows.length, width);
        for (int r = 0; r < rows.length; r++) {
            System.arraycopy(x, rows[r] * width, inputs.values(), r * width, width);
        }
        RefTensor queries = MatrixProduct.linear(inputs, data.weights().query(), null);
        RefTensor context = RefTensor.zeros(rows.length, config.contextWidth());
        IntStream.range(0, config.numHeads())
                .parallel()
                .forEach(h -> head(h, rows, queries.values(), context.values()));
        return MatrixProduct.linear(context, data.weights().output(), null);
    }

    private void head(int h, int[] rows, double[] queries, double[] context) {
        int size = config.headSize();
        int kv = h / (config.numHeads() / config.numKvHeads());
        double[] keyWeights = rowsOfHead(data.weights().key(), kv);
        double[] valueWeights = rowsOfHead(data.weights().value(), kv);
        for (int r = 0; r < rows.length; r++) {
            int at = (r * config.numHeads() + h) * size;
            double[] query = new double[size];
            System.arraycopy(queries, at, query, 0, size);
            double[] absorbed = new double[width];
            for (int c = 0; c < size; c++) {
                addScaled(absorbed, query[c], keyWeights, c * width);
            }
            int batch = rows[r] / length;
            int seen = past + (config.options().causal() ? rows[r] % length + 1 : length);
            double[] weights = softmax(scores(query, absorbed, batch, kv, seen));
            double[] mixed = new double[width];
            double[] values = new double[size];
            for (int j = 0; j < seen; j++) {
                if (j < past) {
                    addScaled(values, weights[j], row(data.pastValues(), past, batch, kv, j), 0);
                } else if (ownValues != null) {
                    addScaled(values, weights[j], row(ownValues, length, batch, kv, j - past), 0);
                } else {
                    addScaled(mixed, weights[j], x, (batch * length + j - past) * width);
                }
            }
            for (int c = 0; c < size; c++) {
                context[at + c] = values[c] + dot(valueWeights, c * width, mixed, 0, width);
            }
        }
    }

    private double[] scores(double[] query, double[] absorbed, int batch, int kv, int seen) {
        double scale = config.options().scaleFor(config.headSize());
        double[] scores = new double[seen];
        for (int j = 0; j < seen; j++) {
            scores[j] = scale * score(query, absorbed, batch, kv, j);
        }
        return scores;
    }

    private double score(double[] query, double[] absorbed, int batch, int kv, int j) {
        if (j < past) {
            return dot(query, 0, row(data.pastKeys(), past, batch, kv, j), 0, query.length);
        }
        if (ownKeys != null) {
            return dot(query, 0, row(ownKeys, length, batch, kv, j - past), 0, query.length);
        }
        return dot(absorbed, 0, x, (batch * length + j - past) * width, width);
    }

    private static double[] softmax(double[] scores) {
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (int j = 0; j < scores.length; j++) {
            scores[j] = Math.exp(scores[j] - max);
            sum += scores[j];
        }
        for (int j = 0; j < scores.length; j++) {
            scores[j] /= sum;
        }
        return scores;
    }

    private double[] rowsOfHead(HostTensor matrix, int head) {
        long size = config.headSize();
        return matrix.rows(head * size, (head + 1) * size).toDoubles();
    }

    private double[] row(@Nullable HostTensor cached, int tokens, int batch, int kv, int j) {
        if (cached == null) {
            throw new IllegalArgumentException("data: has no past, but the shape has");
        }
        double[] row = new double[config.headSize()];
        int start = ((batch * config.numKvHeads() + kv) * tokens + j) * row.length;
        for (int c = 0; c < row.length; c++) {
            row[c] = cached.getFloat(start + c);
        }
        return row;
    }

    private static void addScaled(double[] sum, double factor, double[] values, int from) {
        for (int c = 0; c < sum.length; c++) {
            sum[c] += factor * values[from + c];
        }
    }

    private static double dot(double[] a, int aFrom, double[] b, int bFrom, int n) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += a[aFrom + k] * b[bFrom + k];
        }
        return sum;
    }
}
