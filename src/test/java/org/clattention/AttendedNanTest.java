package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is not finite shows in the rows that attend to it, wherever it lies and however little it weighs, and in no others. One
 * key outweighs all others by e^200, so that every other chunk of keys weighs nothing.
 */
class AttendedNanTest extends DeviceTest {
    private static final int SIZE = 32;
    private static final int KEYS = 300;
    private static final int COMPONENT = 21;
    private static final float LARGE = 200;

    /** NaN with other bits than those of {@link Float#NaN}. */
    private static final float OTHER_NAN = Float.intBitsToFloat(0x7fc00123);

    private static final int[] PLACES = {1, 40, 127, 128, 191, 256, 290, 298};

    private final ReturnOptions plain = new ReturnOptions(false, null, true);

    @Test
    @Tag("small")
    void ofOneRow() {
        try (AttentionEngine engine = device.open()) {
            check(engine, 1, 0, 290, plain);
        }
    }

    @Test
    void ofFewRows() {
        try (AttentionEngine engine = device.open()) {
            for (int rows = 1; rows <= 16; rows++) {
                check(engine, rows, rows % 2 * (KEYS - 1), PLACES[rows % PLACES.length], plain);
            }
            for (int place : PLACES) {
                check(engine, 1, 0, place, plain);
                check(engine, 1, KEYS - 1, place, plain);
                check(engine, 3, 0, place, plain);
            }
        }
    }

    @Test
    void ofManyRows() {
        try (AttentionEngine engine = device.open()) {
            for (int place : PLACES) {
                check(engine, 37, 0, place, plain);
                check(engine, 37, KEYS - 1, place, plain);
            }
        }
    }

    @Test
    void whereWeightsAreAskedFor() {
        try (AttentionEngine engine = device.open()) {
            for (int place : PLACES) {
                check(engine, 5, 0, place, new ReturnOptions(true, null, true));
            }
        }
    }

    /** @param large the key that outweighs all others */
    private static void check(AttentionEngine engine, int rows, int large, int place, ReturnOptions wanted) {
        String what = rows + " rows, large " + large + ", not finite " + place;
        float[] q = new float[rows * SIZE];
        float[] k = new float[KEYS * SIZE];
        float[] v = new float[KEYS * SIZE];
        Arrays.fill(v, 2);
        Arrays.fill(v, large * SIZE, (large + 1) * SIZE, 3);
        k[large * SIZE] = LARGE;
        for (int r = 0; r < rows; r++) {
            q[r * SIZE] = 1;
        }
        for (float odd : new float[] {Float.NaN, OTHER_NAN, Float.POSITIVE_INFINITY}) {
            float[] oddKeys = k.clone();
            oddKeys[place * SIZE] = odd;
            Row[] got = run(engine, rows, q, oddKeys, v, place, wanted);
            for (int r = 0; r < rows; r++) {
                // Every second row may not see the key.
                if (r % 2 == 0) {
                    assertThat(got[r].sum()).as("log-sum-exp, key, %s", what).isNaN();
                    for (float x : got[r].context()) {
                        assertThat(x).as("key, %s", what).isNaN();
                    }
                } else {
                    assertClean(got[r], -1, what);
                }
            }
            float[] oddValues = v.clone();
            oddValues[place * SIZE + COMPONENT] = odd;
            got = run(engine, rows, q, k, oddValues, place, wanted);
            for (int r = 0; r < rows; r++) {
                if (r % 2 == 0) {
                    assertThat(Float.isFinite(got[r].context()[COMPONENT]))
                            .as("%s in value, row %d, %s", odd, r, what)
                            .isFalse();
                }
                assertClean(got[r], r % 2 == 0 ? COMPONENT : -1, what);
            }
        }
    }

    /** Every second row may not see key {@code hidden}. */
    private static Row[] run(
            AttentionEngine engine, int rows, float[] q, float[] k, float[] v, int hidden, ReturnOptions wanted) {
        boolean[] attend = new boolean[rows * KEYS];
        Arrays.fill(attend, true);
        for (int r = 1; r < rows; r += 2) {
            attend[r * KEYS + hidden] = false;
        }
        AttentionOptions options = AttentionOptions.DEFAULT.withScale(1);
        try (Tensor query = engine.tensor(q, 1, 1, rows, SIZE);
                Tensor key = engine.tensor(k, 1, 1, KEYS, SIZE);
                Tensor value = engine.tensor(v, 1, 1, KEYS, SIZE);
                Tensor mask = engine.tensor(HostTensor.ofBooleans(attend, 1, 1, rows, KEYS))) {
            DotProductInputs inputs = DotProductInputs.of(query, key, value).returning(wanted);
            // One row has no mask at all.
            try (AttentionResult result = engine.dotProductAttention(options)
                    .forward(rows == 1 ? inputs : inputs.withMasks(AttentionMasks.NONE.withAttend(mask)))) {
                float[] context = result.output().toFloats();
                float[] sums = result.logSumExp().toFloats();
                Row[] out = new Row[rows];
                for (int r = 0; r < rows; r++) {
                    out[r] = new Row(Arrays.copyOfRange(context, r * SIZE, (r + 1) * SIZE), sums[r]);
                }
                return out;
            }
        }
    }

    private static void assertClean(Row row, int but, String what) {
        assertThat(row.sum()).as(what).isCloseTo(LARGE, Offset.offset(1e-4f));
        for (int c = 0; c < SIZE; c++) {
            if (c != but) {
                assertThat(row.context()[c]).as(what).isCloseTo(3, Offset.offset(1e-5f));
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(float[] context, float sum) {}
}
