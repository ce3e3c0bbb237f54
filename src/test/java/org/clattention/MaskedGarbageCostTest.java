package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is not finite at masked positions costs little: the fastest of many calls with it and without it, by turns. */
@Tag("nightly")
class MaskedGarbageCostTest extends DeviceTest {
    private static final int SIZE = 64;
    private static final int HEADS = 4;
    /** Calls of each kind at least; and for so long, as the Java engine is compiled meanwhile. */
    private static final int CALLS = 15;

    private static final long NANOSECONDS = 4_000_000_000L;

    /** The bound, with some room for a busy machine. */
    private static final double MOST = 2.2;

    private static final AttentionOptions CAUSAL = AttentionOptions.DEFAULT.withCausal(true);

    private ReturnOptions wanted = new ReturnOptions(false, null, false);

    @Test
    void lastKeys() {
        check("last eighth", 256, 512, AttentionOptions.DEFAULT, j -> j >= 448);
    }

    @Test
    void everyThirdKey() {
        check("every third", 256, 512, AttentionOptions.DEFAULT, j -> j % 3 == 1);
    }

    @Test
    void keyAheadOfMostQueries() {
        check("under a causal mask", 512, 512, CAUSAL, j -> j == 511);
    }

    @Test
    void everyThirdKeyAndWeights() {
        wanted = new ReturnOptions(true, null, false);
        check("every third, weights", 256, 512, AttentionOptions.DEFAULT, j -> j % 3 == 1);
    }

    @Test
    void lastKeysOfFewRows() {
        check("4 rows, last eighth", 4, 4096, AttentionOptions.DEFAULT, j -> j >= 3584);
    }

    @Test
    void everyThirdKeyOfARow() {
        check("1 row, every third", 1, 8192, AttentionOptions.DEFAULT, j -> j % 3 == 1);
    }

    /** A mask hides these keys from all queries, unless the mask is the causal one. */
    private void check(String what, int queries, int keys, AttentionOptions options, IntPredicate masked) {
        Random random = new Random(5);
        float[] q = random(random, HEADS * queries * SIZE);
        float[] k = random(random, HEADS * keys * SIZE);
        float[] v = random(random, HEADS * keys * SIZE);
        float[] poisoned = v.clone();
        boolean[] mask = new boolean[keys];
        for (int j = 0; j < keys; j++) {
            mask[j] = options.causal() || !masked.test(j);
            for (int h = 0; h < HEADS && masked.test(j); h++) {
                Arrays.fill(poisoned, (h * keys + j) * SIZE, (h * keys + j + 1) * SIZE, Float.NaN);
            }
        }
        try (AttentionEngine engine = device.open();
                Tensor query = engine.tensor(q, 1, HEADS, queries, SIZE);
                Tensor key = engine.tensor(k, 1, HEADS, keys, SIZE);
                Tensor clean = engine.tensor(v, 1, HEADS, keys, SIZE);
                Tensor odd = engine.tensor(poisoned, 1, HEADS, keys, SIZE);
                Tensor flags = engine.tensor(HostTensor.ofBooleans(mask, 1, 1, 1, keys))) {
            DotProductAttention attention = engine.dotProductAttention(options);
            AttentionMasks masks = options.causal() ? AttentionMasks.NONE : AttentionMasks.NONE.withAttend(flags);
            DotProductInputs cleanCall =
                    DotProductInputs.of(query, key, clean).withMasks(masks).returning(wanted);
            DotProductInputs oddCall =
                    DotProductInputs.of(query, key, odd).withMasks(masks).returning(wanted);
            long with = Long.MAX_VALUE;
            long without = Long.MAX_VALUE;
            long start = System.nanoTime();
            for (int n = 0; n < CALLS || System.nanoTime() - start < NANOSECONDS; n++) {
                without = Math.min(without, time(attention, cleanCall));
                with = Math.min(with, time(attention, oddCall));
            }
            System.out.printf(
                    "%-12s %-22s clean %8.3f ms, garbage %8.3f ms: %.2f%n",
                    device, what, without / 1e6, with / 1e6, (double) with / without);
            assertThat((double) with / without).as("%s on %s", what, device).isLessThan(MOST);
        }
    }

    private static long time(DotProductAttention attention, DotProductInputs inputs) {
        long start = System.nanoTime();
        attention.forward(inputs).close();
        return System.nanoTime() - start;
    }

    private static float[] random(Random random, int count) {
        float[] x = new float[count];
        for (int n = 0; n < count; n++) {
            x[n] = random.nextFloat() - 0.5f;
        }
        return x;
    }
}
