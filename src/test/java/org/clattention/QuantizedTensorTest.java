package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

/** Blocks against bytes worked out by hand and by NumPy, and what rounding to them may cost. */
class QuantizedTensorTest {
    /** x[i] = (i − 12) · 0.37: NumPy's block, of max|x| = 7.03. */
    private static final int[] RAMP_Q8 = {
        0x16, 0x2b, 0xb0, 0xb6, 0xbd, 0xc4, 0xcb, 0xd1, 0xd8, 0xdf, 0xe5, 0xec, 0xf3, 0xf9, 0x00, 0x07, 0x0d, 0x14,
        0x1b, 0x21, 0x28, 0x2f, 0x35, 0x3c, 0x43, 0x4a, 0x50, 0x57, 0x5e, 0x64, 0x6b, 0x72, 0x78, 0x7f
    };

    private static final int[] RAMP_Q4 = {
        0x08, 0xbb, 0x6d, 0x6d, 0x5c, 0x5c, 0x5b, 0x4b, 0x4b, 0x3a, 0x3a, 0x39, 0x29, 0x28, 0x18, 0x18, 0x07, 0x07
    };

    @Test
    void bytesOfQ8() {
        float[] x = new float[32];
        x[0] = 127;
        x[1] = -127;
        x[2] = 0.5f;
        x[3] = -0.5f;
        x[4] = 0.49f;
        x[31] = 64.4f;
        ByteBuffer data = HostTensor.of(x, 1, 32).to(DataType.Q8_0).data();
        assertThat(data.remaining()).isEqualTo(34);
        assertThat(data.getShort(0)).as("1 in F16").isEqualTo((short) 0x3c00);
        byte[] want = new byte[32];
        want[0] = 127;
        want[1] = -127;
        want[2] = 1; // halves go away from zero, as C's round
        want[3] = -1;
        want[31] = 64;
        assertThat(rest(data)).isEqualTo(want);
    }

    @Test
    void bytesOfQ4() {
        float[] x = new float[32];
        x[0] = 4; // the extreme: d = -0.5
        x[1] = -3.5f; // q = 7 + 8
        x[2] = -4; // 8 + 8, cut to 15
        x[16] = 0.3f; // -0.6 + 8.5 -> 7
        x[17] = -0.2f; // 0.4 + 8.5 -> 8
        ByteBuffer data = HostTensor.of(x, 32).to(DataType.Q4_0).data();
        assertThat(data.remaining()).isEqualTo(18);
        assertThat(data.getShort(0)).as("-0.5 in F16").isEqualTo((short) 0xb800);
        byte[] want = new byte[16];
        Arrays.fill(want, (byte) 0x88);
        want[0] = 0x70;
        want[1] = (byte) 0x8f;
        want[2] = (byte) 0x8f;
        assertThat(rest(data)).isEqualTo(want);
        assertThat(HostTensor.wrap(DataType.Q4_0, data, 32).toFloats())
                .startsWith(4, -3.5f, -3.5f, -0f)
                .endsWith(-0f, -0f);
    }

    @Test
    void bytesOfNumPy() {
        float[] x = new float[32];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 12) * 0.37f;
        }
        assertThat(HostTensor.of(x, 32).to(DataType.Q8_0).data()).isEqualTo(bytes(RAMP_Q8));
        assertThat(HostTensor.of(x, 32).to(DataType.Q4_0).data()).isEqualTo(bytes(RAMP_Q4));
    }

    @Test
    void roundingErrors() {
        SplittableRandom random = new SplittableRandom(5);
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            for (double magnitude : new double[] {1e-2, 1, 1e4}) {
                float[] x = new float[32 * 50];
                for (int i = 0; i < x.length; i++) {
                    x[i] = (float) random.nextDouble(-magnitude, magnitude);
                }
                HostTensor blocks = HostTensor.of(x, 10, 160).to(type);
                float[] back = blocks.toFloats();
                for (int i = 0; i < x.length; i++) {
                    float largest = 0;
                    for (int k = i / 32 * 32; k < i / 32 * 32 + 32; k++) {
                        largest = Math.max(largest, Math.abs(x[k]));
                    }
                    // Half a step, and what rounding d to F16 adds; of 16 steps the last on one side is missing.
                    double step = type == DataType.Q8_0 ? largest / 127 * (0.5 + 0.07) : largest / 8 * (1 + 0x1p-7);
                    assertThat((double) Math.abs(back[i] - x[i])).isLessThanOrEqualTo(step);
                    assertThat(blocks.getFloat(i)).isEqualTo(back[i]);
                    assertThat(blocks.getDouble(i)).isEqualTo(back[i]);
                }
                assertThat(blocks.to(DataType.F32).to(type).data())
                        .as("blocks again")
                        .isEqualTo(blocks.data());
                assertThat(blocks.to(DataType.F64).to(DataType.F32).toFloats()).isEqualTo(back);
            }
        }
    }

    @Test
    void zerosAndTinyNumbers() {
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            // Q4_0's scale of zero is negative, as in GGUF files.
            float zero = type == DataType.Q4_0 ? -0f : 0;
            assertThat(HostTensor.of(new float[64], 2, 32).to(type).toFloats()).containsOnly(zero);
            float[] tiny = new float[32];
            Arrays.fill(tiny, Float.MIN_VALUE);
            assertThat(HostTensor.of(tiny, 32).to(type).toFloats()).containsOnly(zero);
        }
    }

    @Test
    void partsOfWholeBlocks() {
        float[] x = new float[4 * 64];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7;
        }
        HostTensor blocks = HostTensor.of(x, 4, 64).to(DataType.Q8_0);
        float[] all = blocks.toFloats();
        assertThat(blocks.rows(1, 3).toFloats()).isEqualTo(Arrays.copyOfRange(all, 64, 192));
        assertThat(blocks.rows(1, 3).data().remaining()).isEqualTo(4 * 34);
        assertThat(blocks.reshape(8, 32).rows(7, 8).toFloats()).isEqualTo(Arrays.copyOfRange(all, 224, 256));
        assertThatThrownBy(() -> blocks.reshape(16, 16)).hasMessageContaining("last dimension 16 must be a multiple");
        assertThatThrownBy(() -> blocks.reshape(256).rows(0, 40)).hasMessageContaining("40 must be a multiple of 32");
    }

    @Test
    void whatBlocksCannotHold() {
        HostTensor uneven = HostTensor.of(new float[2 * 48], 2, 48);
        assertThatThrownBy(() -> uneven.to(DataType.Q8_0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape: [2, 48], the last dimension 48 must be a multiple of 32 for Q8_0");
        assertThatThrownBy(() -> HostTensor.wrap(DataType.Q4_0, ByteBuffer.allocate(18), 16))
                .hasMessageContaining("last dimension 16");
        assertThatThrownBy(() -> HostTensor.wrap(DataType.Q4_0, ByteBuffer.allocate(19), 32))
                .hasMessage("data: 19 bytes, but Q4_0 [32] takes 18");
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e7f}) {
                float[] x = new float[64];
                x[40] = bad;
                HostTensor tensor = HostTensor.of(x, 2, 32);
                assertThatThrownBy(() -> tensor.to(type))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(Float.isFinite(bad) ? "near element 32" : "element 40 is " + bad);
            }
            assertThatThrownBy(type::bytes).isInstanceOf(IllegalStateException.class);
            assertThat(type.bytes(64)).isEqualTo(2L * type.blockBytes());
        }
    }

    private static byte[] rest(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining() - 2];
        data.get(2, bytes);
        return bytes;
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            data.put((byte) value);
        }
        return data.flip();
    }
}
