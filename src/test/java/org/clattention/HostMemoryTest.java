package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;

/** Tensors over the caller's own memory. */
class HostMemoryTest extends DeviceTest {
    private static final int FLOATS = 60;

    @Test
    void callsReadAndWriteTheCallersMemory() {
        ByteBuffer in = AttentionEngine.allocateAligned(4 * FLOATS);
        ByteBuffer out = AttentionEngine.allocateAligned(4 * FLOATS);
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine)) {
            if (!engine.sharesHostMemory()) {
                assertThat(device).isNotIn(TestDevice.POCL, TestDevice.POCL_CPU);
                assertThatThrownBy(() -> engine.wrap(in, DataType.F32, 2, 5, 6))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("does not share the host's memory");
                return;
            }
            long before = engine.memoryInUse();
            try (Tensor x = engine.wrap(in, DataType.F32, 2, 5, 6);
                    Tensor y = engine.wrap(out, DataType.F32, 2, 5, 6)) {
                assertThat(engine.memoryInUse()).isEqualTo(before);
                for (float factor : new float[] {1, -3}) {
                    float[] values = SmallLayer.input();
                    for (int i = 0; i < FLOATS; i++) {
                        values[i] *= factor;
                    }
                    in.asFloatBuffer().put(values);
                    layer.forward(AttentionInputs.of(x).into(y)).close();
                    assertThat(floats(out)).isEqualTo(answer(engine, layer, values));
                    assertThat(y.toFloats()).isEqualTo(floats(out));
                }
                x.write(HostTensor.of(SmallLayer.input(), 2, 5, 6));
                assertThat(floats(in)).isEqualTo(SmallLayer.input());
            }
            assertThat(floats(in)).isEqualTo(SmallLayer.input());
        }
    }

    private static float[] answer(AttentionEngine engine, MultiHeadAttention layer, float[] values) {
        try (Tensor x = engine.tensor(values, 2, 5, 6);
                AttentionResult result = layer.forward(AttentionInputs.of(x))) {
            return result.output().toFloats();
        }
    }

    private static float[] floats(ByteBuffer bytes) {
        FloatBuffer view = bytes.asFloatBuffer();
        float[] values = new float[view.remaining()];
        view.get(values);
        return values;
    }

    /** Large copies go in parts, the later ones to an offset. */
    @Test
    void largeCopiesReachEveryByte() {
        int floats = 3 << 20;
        try (AttentionEngine engine = device.open()) {
            if (!engine.sharesHostMemory()) {
                return;
            }
            float[] values = new float[floats];
            for (int i = 0; i < floats; i++) {
                values[i] = i;
            }
            ByteBuffer memory = AttentionEngine.allocateAligned(4 * floats + 256);
            memory.position(128).limit(128 + 4 * floats);
            try (Tensor tensor = engine.wrap(memory, DataType.F32, floats)) {
                tensor.write(HostTensor.of(values, floats));
                assertThat(floats(memory.slice().order(memory.order()))).isEqualTo(values);
                assertThat(tensor.toFloats()).isEqualTo(values);
                assertThat(memory.get(127)).isZero();
                assertThat(memory.duplicate().clear().get(128 + 4 * floats)).isZero();
            }
        }
    }

    @Test
    void memoryThatDoesNotFitIsRefused() {
        try (AttentionEngine engine = device.open()) {
            ByteBuffer good = AttentionEngine.allocateAligned(64);
            refuses(engine, ByteBuffer.allocate(64), DataType.F32, "memory: must be a direct buffer");
            refuses(engine, good.asReadOnlyBuffer(), DataType.F32, "memory: must be a direct buffer");
            refuses(engine, good, DataType.F64, "type: F64 must be");
            refuses(engine, good, DataType.F16, "64 bytes, but F16 [2, 8] takes 32");
            ByteBuffer shifted = AttentionEngine.allocateAligned(72).position(8);
            refuses(engine, shifted, DataType.F32, "memory: its address is 8 bytes past a multiple of 128");
            assertThatThrownBy(() -> engine.wrap(AttentionEngine.allocateAligned(0), DataType.F32, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least one element");
        }
    }

    private static void refuses(AttentionEngine engine, ByteBuffer memory, DataType type, String message) {
        assertThatThrownBy(() -> engine.wrap(memory, type, 2, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
