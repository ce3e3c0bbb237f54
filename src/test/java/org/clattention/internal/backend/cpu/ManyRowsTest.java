package org.clattention.internal.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.clattention.AttentionEngine;
import org.clattention.AttentionResult;
import org.clattention.DotProductInputs;
import org.clattention.Tensor;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.EngineOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention of so many rows and keys that several blocks of rows take the keys by turns: some rows against plain sums in f64. */
@Tag("small")
class ManyRowsTest {
    private static final int HEADS = 10;
    private static final int KV_HEADS = 5;
    private static final int KEYS = 1400;
    private static final int SIZE = 24;
    private static final int ROWS_CHECKED = 23;

    private static final AttentionOptions CAUSAL =
            AttentionOptions.DEFAULT.withCausal(true).withAlignment(CausalAlignment.BOTTOM_RIGHT);

    /** The numbers of queries are for blocks alone, two and four by turns. */
    @ParameterizedTest
    @ValueSource(ints = {130, 400, 701})
    void rowsAreWhatTheyAreAlone(int queries) {
        check(queries, AttentionOptions.DEFAULT, 0, KEYS);
        check(queries, CAUSAL, 0, KEYS);
        check(queries, CAUSAL.withWindow(333, -1), 333, KEYS);
        check(queries, CAUSAL.withWindow(20, -1).withSoftcap(1.5), 20, KEYS);
    }

    /** What only the last query may see is not finite. */
    @ParameterizedTest
    @ValueSource(ints = {400, 701})
    void whatIsNotSeenNeverCounts(int queries) {
        check(queries, CAUSAL, 0, KEYS - 1);
    }

    /** @param finite the values from there on are NaN */
    private static void check(int queries, AttentionOptions options, int window, int finite) {
        float[] q = reals(1, HEADS * queries * SIZE);
        float[] k = reals(2, KV_HEADS * KEYS * SIZE);
        float[] v = reals(3, KV_HEADS * KEYS * SIZE);
        for (int head = 0; head < KV_HEADS; head++) {
            Arrays.fill(v, (head * KEYS + finite) * SIZE, (head + 1) * KEYS * SIZE, Float.NaN);
        }
        float[] got = attend(queries, options, q, k, v);
        int there = finite == KEYS ? queries : queries - 1;
        for (int n = 0; n < ROWS_CHECKED; n++) {
            int i = n * (there - 1) / (ROWS_CHECKED - 1);
            for (int h = 0; h < HEADS; h++) {
                int position = options.causal() ? KEYS - queries + i : KEYS - 1;
                int first = window == 0 ? 0 : Math.max(0, position - window);
                int row = h * queries + i;
                double[] want = row(q, row * SIZE, k, v, h / 2 * KEYS, first, position + 1, options.softcap());
                for (int c = 0; c < SIZE; c++) {
                    assertThat((double) got[row * SIZE + c])
                            .as("%d queries, %s: head %d, query %d", queries, options, h, i)
                            .isCloseTo(want[c], Offset.offset(2e-5));
                }
            }
        }
    }

    private static float[] attend(int queries, AttentionOptions options, float[] q, float[] k, float[] v) {
        try (AttentionEngine engine = AttentionEngine.open(EngineOptions.DEFAULT.withDevice("java"));
                Tensor query = engine.tensor(q, 1, HEADS, queries, SIZE);
                Tensor key = engine.tensor(k, 1, KV_HEADS, KEYS, SIZE);
                Tensor value = engine.tensor(v, 1, KV_HEADS, KEYS, SIZE);
                AttentionResult result =
                        engine.dotProductAttention(options).forward(DotProductInputs.of(query, key, value))) {
            return result.output().toFloats();
        }
    }

    private static double[] row(
            float[] q, int qAt, float[] k, float[] v, int keyRow, int first, int end, double softcap) {
        double[] s = IntStream.range(first, end)
                .mapToDouble(j -> {
                    double sum = 0;
                    for (int c = 0; c < SIZE; c++) {
                        sum += (double) q[qAt + c] * k[(keyRow + j) * SIZE + c];
                    }
                    double scaled = sum / Math.sqrt(SIZE);
                    return softcap > 0 ? softcap * Math.tanh(scaled / softcap) : scaled;
                })
                .toArray();
        double most = Arrays.stream(s).max().orElseThrow();
        double total = 0;
        double[] context = new double[SIZE];
        for (int j = first; j < end; j++) {
            double weight = Math.exp(s[j - first] - most);
            total += weight;
            for (int c = 0; c < SIZE; c++) {
                context[c] += weight * v[(keyRow + j) * SIZE + c];
            }
        }
        double sum = total;
        return Arrays.stream(context).map(x -> x / sum).toArray();
    }

    private static float[] reals(int seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-3, 3);
        }
        return values;
    }
}
