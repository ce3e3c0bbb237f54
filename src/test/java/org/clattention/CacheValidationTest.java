package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.error.CacheFullException;
import org.clattention.internal.cl.Faults;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Caches, ragged batches and positions that do not fit are refused before anything runs. */
@Tag("small")
@ExtendWith(NoLiveHandles.class)
class CacheValidationTest {
    private static final AttentionConfig ROTATING =
            SmallLayer.CONFIG.withHeadSize(4, 3).withRotary(RotaryConfig.of(RotaryConfig.Style.HALF, 10000));

    private final List<AutoCloseable> owned = new ArrayList<>();
    private @Nullable AttentionEngine opened;
    private long uploaded;

    @BeforeEach
    void open() {
        opened = own(TestDevice.any().open());
    }

    @AfterEach
    void close() throws Exception {
        for (int i = owned.size() - 1; i >= 0; i--) {
            owned.get(i).close();
        }
    }

    @Test
    void cachesBelongToALayer() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        MultiHeadAttention other = own(SmallLayer.open(engine()));
        AttentionInputs good = AttentionInputs.of(tensor(2, 5, 6));
        KvCache theirs = own(other.newCache(CacheOptions.contiguous(2, 8)));
        refuses(() -> layer.forward(good.withCache(theirs)), "cache: was made by another layer");
        AttentionEngine elsewhere = own(TestDevice.any().open());
        KvCache foreign = own(own(SmallLayer.open(elsewhere)).newCache(CacheOptions.contiguous(2, 8)));
        refuses(() -> layer.forward(good.withCache(foreign)), "cache: belongs to another engine");
        KvCache wrongBatch = own(layer.newCache(CacheOptions.contiguous(3, 8)));
        refuses(() -> layer.forward(good.withCache(wrongBatch)), "cache: has 3 sequences, but the batch of x is 2");
        KvCache cache = own(layer.newCache(CacheOptions.contiguous(2, 8)));
        refuses(() -> layer.forward(good.withCache(cache).withMemory(tensor(2, 5, 6))), "memory:", "cache");
        refuses(() -> layer.forward(good.withCache(cache).withLengths(6, 1)), "lengths[0]: 6", "between 0 and");
        refuses(() -> layer.forward(good.withCache(cache).withLengths(1)), "lengths: 1 values", "batch is 2");
        cache.close();
        assertThatThrownBy(() -> layer.forward(good.withCache(cache)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cache is closed");
        assertThatThrownBy(cache::branch).hasMessageContaining("cache is closed");
        assertThatThrownBy(() -> cache.truncate(0)).hasMessageContaining("cache is closed");
        assertThatThrownBy(cache::keys).hasMessageContaining("cache is closed");
    }

    @Test
    void ringsNeedAWindow() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        KvCache ring = own(layer.newCache(CacheOptions.ring(2, 8)));
        refuses(
                () -> layer.forward(AttentionInputs.of(tensor(2, 5, 6)).withCache(ring)),
                "cache: a ring",
                "left window");
    }

    @Test
    void truncatingAllOrNone() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        KvCache cache = own(layer.newCache(CacheOptions.contiguous(2, 8)));
        layer.forward(AttentionInputs.of(tensor(2, 5, 6)).withCache(cache).withLengths(5, 2))
                .close();
        refuses(() -> cache.truncate(3), "length: 3 must be between 0 and the 2 tokens of sequence 1");
        assertThat(cache.lengths()).containsExactly(5, 2);
        refuses(() -> cache.truncate(2, 0), "sequence: 2 must be between 0 and 1");
        refuses(() -> cache.truncate(0, -1), "length: -1 must be between 0 and the 5 tokens");
        refuses(() -> cache.length(-1), "sequence: -1 must be between 0 and 1");
        refuses(() -> cache.branch(0, 2), "sequence: 2 must be between 0 and 1");
        refuses(() -> cache.branch(new int[0]), "sources: at least one");
    }

    @Test
    void appendedRowsMustFit() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        KvCache cache = own(layer.newCache(CacheOptions.contiguous(2, 4)));
        Tensor good = tensor(2, 1, 3, 3);
        refuses(() -> cache.append(tensor(2, 3, 3), good), "keys: shape [2, 3, 3] must be [B, Hkv, P, d]");
        refuses(() -> cache.append(tensor(2, 1, 3, 4), good), "keys: shape [2, 1, 3, 4]", "[2, 1, 3, 3]");
        refuses(() -> cache.append(good, tensor(2, 1, 2, 3)), "values: shape [2, 1, 2, 3]", "[2, 1, 3, 3]");
        refuses(() -> cache.append(good, null), "values: must be given");
        cache.append(good, good);
        assertThatThrownBy(() -> cache.append(good, good))
                .isInstanceOf(CacheFullException.class)
                .hasMessageContaining("sequence 0 has 3 of 4 tokens; 3 more do not fit");
        assertThat(cache.lengths()).containsExactly(3, 3);
    }

    @Test
    void offsetsRise() {
        MultiHeadAttention layer = own(SmallLayer.open(engine()));
        Tensor x = tensor(5, 6);
        int[][] bad = {{0, 3, 2, 5}, {1, 5}, {0, 4}, {0}, {}, {0, 6}, {0, -1, 5}};
        for (int[] offsets : bad) {
            refuses(() -> layer.forward(AttentionInputs.ragged(x, offsets)), "offsets: [", "must rise from 0 to", "5");
        }
        refuses(
                () -> layer.forward(AttentionInputs.ragged(tensor(1, 5, 6), 0, 5)),
                "x: shape [1, 5, 6] must be [total, D]");
        refuses(() -> layer.forward(AttentionInputs.ragged(x, 0, 5).withLengths(5)), "lengths: a ragged call");
        refuses(() -> layer.forward(AttentionInputs.ragged(x, 0, 5).withMemory(tensor(1, 5, 6))), "memory:", "ragged");
    }

    @Test
    void positionsMustFit() {
        MultiHeadAttention plain = own(SmallLayer.open(engine()));
        AttentionInputs good = AttentionInputs.of(tensor(1, 2, 6));
        refuses(() -> plain.forward(good.withPositions(0, 1)), "positions: this layer has no rotary embedding");
        MultiHeadAttention layer = own(engine().multiHeadAttention(ROTATING, rotatingWeights()));
        refuses(() -> layer.forward(good.withPositions(0)), "positions: 1 values, but x has 2 rows");
        refuses(() -> layer.forward(good.withPositions(0, -1)), "positions[1]: -1 must not be negative");
        refuses(() -> layer.forward(good.withMemory(tensor(1, 2, 6))), "memory: a layer with rotary embedding");
    }

    private static AttentionWeights rotatingWeights() {
        return AttentionWeights.of(host(8, 6), host(4, 6), host(3, 6), host(6, 6));
    }

    private void refuses(ThrowingCallable call, String... parts) {
        long before = engine().memoryInUse() - uploaded;
        try (Faults faults = Faults.none()) {
            Throwable thrown = catchThrowable(call);
            assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
            assertThat(thrown).hasMessageContainingAll(parts);
            assertThat(faults.calls()).as("calls before the refusal").doesNotContain("clEnqueueNDRangeKernel");
        }
        assertThat(engine().memoryInUse() - uploaded).isEqualTo(before);
    }

    private AttentionEngine engine() {
        return Objects.requireNonNull(opened, "the engine is open");
    }

    private <T extends AutoCloseable> T own(T thing) {
        owned.add(thing);
        return thing;
    }

    private Tensor tensor(long... shape) {
        HostTensor values = host(shape);
        uploaded += 4 * values.elements();
        return own(engine().tensor(values));
    }

    private static HostTensor host(long... shape) {
        int count = 1;
        for (long dim : shape) {
            count *= (int) dim;
        }
        return HostTensor.of(new float[count], shape);
    }
}
