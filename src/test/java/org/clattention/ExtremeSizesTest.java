package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.error.DeviceMemoryException;
import org.clattention.testing.NoLiveHandles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sizes that no int, no long or no memory holds are refused with a number, and nothing stays allocated. */
@ExtendWith(NoLiveHandles.class)
class ExtremeSizesTest {
    private AttentionEngine engine;

    @BeforeEach
    void open() {
        engine = AttentionEngine.open("java");
    }

    @AfterEach
    void close() {
        assertThat(engine.memoryInUse()).isZero();
        engine.close();
    }

    @Test
    void shapesBeyondCounting() {
        long huge = 1L << 32;
        refuses(() -> HostTensor.of(new float[1], huge, huge, 4), "shape: [4294967296, 4294967296, 4]", "2^63");
        refuses(() -> HostTensor.of(new float[1], 1, -1), "shape: [1, -1] has a negative dimension");
        refuses(() -> HostTensor.wrap(DataType.F32, ByteBuffer.allocate(4), Long.MAX_VALUE), "elements: 922337203685");
        refuses(() -> HostTensor.of(new float[2], 2).reshape(huge, huge), "newShape: [4294967296, 4294967296]");
        refuses(() -> engine.tensor(new float[1], Long.MAX_VALUE, 3), "shape: [9223372036854775807, 3]", "2^63");
        refuses(() -> DataType.F64.bytes(1L << 61), "elements: 2305843009213693952");
        refuses(() -> DataType.F32.bytes(-1), "elements: -1");
    }

    @Test
    void anEmptyDimensionOutweighsAllOthers() {
        long huge = 1L << 32;
        assertThat(HostTensor.of(new float[0], huge, huge, 0).elements()).isZero();
    }

    @Test
    void rangesOfElementsThatAreNotThere() {
        HostTensor four = HostTensor.of(new float[4], 4);
        refuses(() -> four.copyTo(FloatBuffer.allocate(8), 2, 3), "start, count: 2, 3", "4 elements");
        refuses(() -> four.copyTo(FloatBuffer.allocate(8), -1, 1), "start, count: -1, 1");
        refuses(() -> four.copyTo(FloatBuffer.allocate(8), 1, Integer.MAX_VALUE), "start, count: 1, 2147483647");
        refuses(() -> four.copyTo(FloatBuffer.allocate(2), 0, 3), "target: must have room for 3 floats, and has 2");
        refuses(() -> four.copyTo(FloatBuffer.allocate(8).asReadOnlyBuffer(), 0, 3), "target:", "read-only");
    }

    @Test
    void memoryBeyondOneBuffer() {
        refuses(() -> AttentionEngine.allocateAligned(Integer.MAX_VALUE), "bytes: ", "2147483647");
        refuses(() -> AttentionEngine.allocateAligned(-1), "bytes: -1 must not be negative");
    }

    @Test
    void layersWhoseWidthsDoNotFitAnInt() {
        int max = Integer.MAX_VALUE;
        refuses(() -> AttentionConfig.of(max, max), "must be at most 2147483647");
        refuses(() -> AttentionConfig.of(8, 1 << 16, 1 << 15), "numHeads * headSize: 2147483648 must be at most");
        refuses(() -> AttentionConfig.of(8, 1, max), "(numHeads + numKvHeads) * headSize", "must be at most");
        refuses(() -> latent(max, 1, 1, 1), "nopeHeadSize + ropeHeadSize: 2147483648");
        refuses(() -> latent(1, max, 1, 1), "nopeHeadSize + ropeHeadSize: 2147483648");
        refuses(() -> latent(1, 1, max, 1), "numHeads * (nopeHeadSize + valueHeadSize)");
        refuses(() -> latent(1, 1, 1, max), "latentSize + ropeHeadSize: 2147483648");
    }

    private static LatentConfig latent(int nope, int rope, int value, int latent) {
        return new LatentConfig(
                8, 1, nope, rope, value, latent, 0, AttentionOptions.DEFAULT, null, 1e-6, LatentConfig.Form.AUTO);
    }

    @ParameterizedTest
    @EnumSource(value = CacheOptions.Kind.class)
    void cachesBeyondCounting(CacheOptions.Kind kind) {
        int max = Integer.MAX_VALUE;
        try (MultiHeadAttention layer = narrow(2048)) {
            CacheOptions options = switch (kind) {
                case CONTIGUOUS -> CacheOptions.contiguous(max, max);
                case RING -> CacheOptions.ring(max, max);
                case PAGED -> CacheOptions.paged(max, max, 1);
            };
            long before = engine.memoryInUse();
            Throwable thrown = catchThrowable(() -> layer.newCache(options));
            assertThat(thrown).isInstanceOfAny(IllegalArgumentException.class, DeviceMemoryException.class);
            assertThat(thrown).hasMessageContaining("2147483647");
            assertThat(engine.memoryInUse()).isEqualTo(before);
        }
    }

    @Test
    void cachesBeyondTheDevice() {
        try (MultiHeadAttention layer = narrow(8)) {
            long before = engine.memoryInUse();
            assertThatThrownBy(() -> layer.newCache(CacheOptions.contiguous(1 << 16, 1 << 16)))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("cache keys")
                    .hasMessageContaining("137,438,953,472 bytes");
            assertThatThrownBy(() -> layer.newCache(CacheOptions.contiguous(1 << 30, 1)))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("1073741824 sequences");
            assertThat(engine.memoryInUse()).isEqualTo(before);
        }
    }

    @Test
    void sequencesThatCannotBeIndexed() {
        int length = 1 << 20;
        try (MultiHeadAttention layer = narrow(2048);
                Tensor x = engine.tensor(new float[length], 1, length, 1)) {
            long before = engine.memoryInUse();
            refuses(() -> layer.forward(AttentionInputs.of(x)), "x: 1048576 rows of Hq * d = 2048", "2147483647");
            assertThat(engine.memoryInUse()).isEqualTo(before);
        }
    }

    /** A layer of width 1 with one wide head: rows that are small to give and large to compute with. */
    private MultiHeadAttention narrow(int headSize) {
        HostTensor in = HostTensor.of(new float[headSize], headSize, 1);
        return engine.multiHeadAttention(
                AttentionConfig.of(1, 1, headSize),
                AttentionWeights.of(in, in, in, HostTensor.of(new float[headSize], 1, headSize)));
    }

    private static void refuses(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(parts);
    }
}
