package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.clattention.config.AttentionOptions;
import org.clattention.config.DataType;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys split over many groups, as on a large GPU, give what the portable kernels give. */
@ExtendWith(NoLiveHandles.class)
class GpuSplitsTest {
    private static final int HEADS = 4;
    private static final int KV_HEADS = 2;
    private static final int SIZE = 40;

    @ParameterizedTest
    @EnumSource(
            value = TestDevice.class,
            names = {"POCL_GPU", "RUSTICL_GPU"})
    void manySplitsEqualNone(TestDevice device) {
        for (int rows : new int[] {1, 2, 5}) {
            for (int keys : new int[] {257, 700, 1921}) {
                float[] got = context(device, 60, KernelSet.GPU, rows, keys);
                float[] want = context(device, 60, KernelSet.PORTABLE, rows, keys);
                for (int i = 0; i < want.length; i++) {
                    assertThat(Math.abs(got[i] - want[i]))
                            .as("element %d of %d rows, %d keys", i, rows, keys)
                            .isLessThan(1e-5f);
                }
            }
        }
    }

    private static float[] context(TestDevice device, int units, KernelSet kernels, int rows, int keys) {
        SplittableRandom random = new SplittableRandom(keys);
        int elements = rows * HEADS * SIZE;
        try (Backend backend = TestBackends.planning(device, units, kernels);
                DeviceArray q = array(backend, random, elements);
                DeviceArray k = array(backend, random, KV_HEADS * keys * SIZE);
                DeviceArray v = array(backend, random, KV_HEADS * keys * SIZE);
                DeviceArray out = array(backend, random, elements)) {
            try (CommandStream stream = backend.stream()) {
                stream.attend(new AttentionOp(
                        new AttentionOp.Shape(1, HEADS, KV_HEADS, rows, keys, SIZE, SIZE, keys - rows, 0),
                        AttentionOptions.DEFAULT.withCausal(true),
                        HeadView.merged(q, HEADS, rows, SIZE),
                        HeadView.headMajor(k, KV_HEADS, keys, SIZE),
                        HeadView.headMajor(v, KV_HEADS, keys, SIZE),
                        RowLayout.PLAIN,
                        HeadView.merged(out, HEADS, rows, SIZE),
                        AttentionOp.Extras.NONE,
                        AttentionOp.Wanted.NOTHING));
                stream.finish();
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
            backend.read(out, bytes);
            float[] values = new float[elements];
            bytes.clear().asFloatBuffer().get(values);
            return values;
        }
    }

    private static DeviceArray array(Backend backend, SplittableRandom random, int elements) {
        DeviceArray array = backend.allocate(DataType.F32, elements, "test");
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            bytes.putFloat((float) random.nextDouble(-1, 1));
        }
        backend.write(array, bytes.flip());
        return array;
    }
}
