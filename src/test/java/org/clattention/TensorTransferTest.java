package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.error.DeviceMemoryException;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tensors read into and written from buffers of every kind. */
@Tag("small")
class TensorTransferTest extends DeviceTest {
    private static final float[] VALUES = {1, -2, 3.5f, 4, 5, 6};

    @Test
    void readsIntoFloatsOfEveryKind() {
        try (AttentionEngine engine = device.open();
                Tensor tensor = engine.tensor(VALUES, 2, 3)) {
            ByteBuffer direct = ByteBuffer.allocateDirect(40);
            readsAt(tensor, direct.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
            readsAt(tensor, direct.duplicate().order(ByteOrder.BIG_ENDIAN).asFloatBuffer());
            readsAt(tensor, FloatBuffer.allocate(10));
            FloatBuffer small = FloatBuffer.allocate(5);
            assertThatThrownBy(() -> tensor.read(small))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("target: room for 5 elements, but the tensor has 6");
            FloatBuffer fixed = FloatBuffer.allocate(10).asReadOnlyBuffer();
            assertThatThrownBy(() -> tensor.read(fixed))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("target: is read-only");
        }
    }

    private static void readsAt(Tensor tensor, FloatBuffer target) {
        for (int i = 0; i < 10; i++) {
            target.put(i, -1);
        }
        target.position(3);
        tensor.read(target);
        assertThat(target.position()).isEqualTo(9);
        for (int i = 0; i < 10; i++) {
            assertThat(target.get(i)).isEqualTo(i >= 3 && i < 9 ? VALUES[i - 3] : -1);
        }
    }

    @Test
    void writesFloatsOfEveryKind() {
        ByteBuffer direct = ByteBuffer.allocateDirect(40);
        for (FloatBuffer source : new FloatBuffer[] {
            direct.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer(),
            direct.duplicate().order(ByteOrder.BIG_ENDIAN).asFloatBuffer(),
            FloatBuffer.allocate(10)
        }) {
            source.position(2).put(VALUES).position(2).limit(8);
            try (AttentionEngine engine = device.open();
                    Tensor made = engine.tensor(source.asReadOnlyBuffer(), 2, 3);
                    Tensor written = engine.empty(DataType.F32, 3, 2)) {
                assertThat(made.toFloats()).containsExactly(VALUES);
                assertThat(made.shape()).containsExactly(2, 3);
                assertThat(HostTensor.of(source, 6).toFloats()).containsExactly(VALUES);
                assertThat(source.position()).isEqualTo(2);
                written.write(source);
                assertThat(source.remaining()).isZero();
                assertThat(written.toFloats()).containsExactly(VALUES);
                assertThatThrownBy(() -> written.write(FloatBuffer.allocate(5)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("source: 5 elements, but tensor F32 [3, 2] has 6");
                assertThatThrownBy(() -> engine.tensor(FloatBuffer.allocate(5), 2, 3))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("values: 5 elements, but shape [2, 3] has 6");
            }
        }
    }

    @Test
    void emptyTensorsTakeTypeAndShape() {
        try (AttentionEngine engine = device.open()) {
            for (DataType type :
                    new DataType[] {DataType.F32, DataType.F16, DataType.BF16, DataType.BOOL, DataType.I32}) {
                try (Tensor tensor = engine.empty(type, 2, 0, 3);
                        Tensor three = engine.empty(type, 3)) {
                    assertThat(tensor.type()).isEqualTo(type);
                    assertThat(tensor.shape()).containsExactly(2, 0, 3);
                    HostTensor values = HostTensor.wrap(type, ByteBuffer.allocate(3 * (int) type.bytes(1)), 3);
                    three.write(values);
                    assertThat(three.toHost().data()).isEqualTo(values.data());
                }
            }
            for (DataType type :
                    new DataType[] {DataType.F64, DataType.I64, DataType.U8, DataType.Q8_0, DataType.Q4_0}) {
                assertThatThrownBy(() -> engine.empty(type, 32))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("type: " + type + " must be F32, F16, BF16, BOOL or I32");
            }
            long before = engine.memoryInUse();
            assertThatThrownBy(() -> engine.empty(DataType.F32, 1L << 30, 1L << 10))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("4,398,046,511,104 bytes");
            assertThatThrownBy(() -> engine.empty(DataType.F32, 1L << 31, 1L << 30))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("shape: [2147483648, 1073741824] of F32 must take fewer than 2^63 bytes");
            assertThat(engine.memoryInUse()).isEqualTo(before);
        }
    }

    @Test
    void readsAndWritesBytesOfEveryKind() {
        try (AttentionEngine engine = device.open();
                Tensor tensor = engine.tensor(HostTensor.of(new float[6], 2, 3).to(DataType.BF16))) {
            HostTensor values = HostTensor.of(VALUES, 2, 3).to(DataType.BF16);
            for (boolean direct : new boolean[] {true, false}) {
                ByteBuffer source = direct ? ByteBuffer.allocateDirect(16) : ByteBuffer.allocate(16);
                source.position(4);
                source.put(values.data());
                source.position(4);
                tensor.write(source);
                assertThat(source.remaining()).isZero();
                ByteBuffer target = direct ? ByteBuffer.allocateDirect(16) : ByteBuffer.allocate(16);
                target.position(2);
                tensor.read(target);
                assertThat(target.position()).isEqualTo(14);
                assertThat(target.slice(2, 12)).isEqualTo(values.data());
                assertThat(target.getShort(0)).isZero();
                assertThat(target.getShort(14)).isZero();
                tensor.write(HostTensor.of(new float[6], 2, 3).to(DataType.BF16));
                assertThat(tensor.toFloats()).containsOnly(0);
            }
            assertThatThrownBy(() -> tensor.write(ByteBuffer.allocate(13)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("source: 13 bytes, but tensor BF16 [2, 3] takes 12");
            assertThatThrownBy(() -> tensor.write(HostTensor.of(VALUES, 2, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("source: F32 [2, 3] must be BF16 [2, 3]");
            assertThatThrownBy(() -> tensor.read(ByteBuffer.allocateDirect(11)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("target: room for 11 bytes, but the tensor has 12");
        }
    }
}
