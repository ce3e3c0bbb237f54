package org.clattention.reference;

import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.random;

import java.util.Random;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HostTensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Agreement with the textbook formula Σ e^s·v / (Σ e^s + e^sink), written without a maximum, with the masks multiplied
 * in as 0 and 1 and with a full-size mask.
 */
class AttentionFormulaTest {
    private static final int BATCH = 2;

    @ParameterizedTest
    @EnumSource
    void agreesWithTheTextbook(CausalAlignment alignment) {
        for (int seed = 1; seed <= 50; seed++) {
            check(alignment, new Random(seed));
        }
    }

    private static void check(CausalAlignment alignment, Random random) {
        int kvHeads = 1 + random.nextInt(2);
        int heads = kvHeads * (1 + random.nextInt(3));
        int queries = 1 + random.nextInt(5);
        int past = random.nextInt(3);
        int fresh = 1 + random.nextInt(6);
        int keys = past + fresh;
        RefTensor query = random(random, BATCH, heads, queries, 3);
        RefTensor key = random(random, BATCH, kvHeads, fresh, 3);
        RefTensor value = random(random, BATCH, kvHeads, fresh, 2);
        RefTensor pastKey = random(random, BATCH, kvHeads, past, 3);
        RefTensor pastValue = random(random, BATCH, kvHeads, past, 2);
        RefTensor additive = random(random, BATCH, heads, queries, keys);
        long[] lengths = {random.nextInt(keys + 1), random.nextInt(keys + 1)};
        RefTensor sinks = random(random, heads);
        RefTensor slopes = random(random, heads);
        AttentionOptions options = AttentionOptions.DEFAULT
                .withCausal(random.nextBoolean())
                .withAlignment(alignment)
                .withWindow(random.nextInt(4) - 1, random.nextInt(4) - 1)
                .withSoftcap(random.nextInt(3));

        RefTensor output = RefTensor.zeros(BATCH, heads, queries, 2);
        RefTensor logSumExp = RefTensor.zeros(BATCH, heads, queries);
        for (int n = 0; n < BATCH * heads * queries; n++) {
            int b = n / (heads * queries);
            int h = n / queries % heads;
            int i = n % queries;
            int kv = h * kvHeads / heads;
            double position = i
                    + (alignment == CausalAlignment.TOP_LEFT ? past : 0)
                    + (alignment == CausalAlignment.BOTTOM_RIGHT ? keys - queries : 0)
                    + (alignment == CausalAlignment.LENGTHS ? lengths[b] - queries : 0);
            double attendedSum = 0;
            double[] weighted = new double[2];
            for (int j = 0; j < keys; j++) {
                double score = 0;
                for (int c = 0; c < 3; c++) {
                    double k = j < past ? pastKey.at(b, kv, j, c) : key.at(b, kv, j - past, c);
                    score += query.at(b, h, i, c) * k / Math.sqrt(3);
                }
                double cap = options.softcap();
                score = cap == 0 ? score : cap * Math.tanh(score / cap);
                score += additive.at(b, h, i, j) - slopes.at(h) * Math.abs(position - j);
                double attended = j < lengths[b] ? 1 : 0;
                attended *= options.causal() && j > position ? 0 : 1;
                attended *= options.leftWindow() >= 0 && position - j > options.leftWindow() ? 0 : 1;
                attended *= options.rightWindow() >= 0 && j - position > options.rightWindow() ? 0 : 1;
                double weight = attended * Math.exp(score);
                attendedSum += weight;
                for (int c = 0; c < 2; c++) {
                    weighted[c] += weight * (j < past ? pastValue.at(b, kv, j, c) : value.at(b, kv, j - past, c));
                }
            }
            double total = attendedSum + Math.exp(sinks.at(h));
            logSumExp.values()[n] = Math.log(total);
            for (int c = 0; c < 2; c++) {
                output.values()[n * 2 + c] = total == 0 ? 0 : weighted[c] / total;
            }
        }

        ReferenceResult result = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                .past(pastKey, pastValue)
                .mask(additive.toHost())
                .lengths(HostTensor.ofLongs(lengths, BATCH))
                .sinks(sinks)
                .alibiSlopes(slopes)
                .options(options)
                .build());
        assertClose(result.output(), output, 1e-12);
        assertClose(result.logSumExp(), logSumExp, 1e-12);
    }
}
