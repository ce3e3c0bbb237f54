package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.clattention.config.CacheOptions;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.OpenClException;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.junit.jupiter.api.Test;

/** Keys and values that are projected into the cache itself. */
class DirectCacheTest extends DeviceTest {
    private static final float[] TOKEN = {1, -1, 0.5f, 2, 0, -0.25f, 0, 1, 2, -2, 0.75f, 1};

    @Test
    void aCallThatFailsAnywhereLeavesTheCacheAsItWas() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                KvCache cache = layer.newCache(CacheOptions.contiguous(2, 8));
                Tensor prompt = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                Tensor token = engine.tensor(TOKEN, 2, 1, 6);
                Tensor y = engine.tensor(new float[12], 2, 1, 6)) {
            layer.forward(AttentionInputs.of(prompt).withCache(cache)).close();
            AttentionInputs step = AttentionInputs.of(token).withCache(cache).into(y);
            int calls;
            try (Faults faults = Faults.none()) {
                layer.forward(step).close();
                calls = faults.calls().size();
            }
            float[] want = y.toFloats();
            float[] keys = read(cache, true);
            float[] values = read(cache, false);
            for (int i = 0; i < calls; i++) {
                cache.truncate(5);
                try (Faults faults = Faults.at(i, -5)) {
                    // A later call of the same shape may make fewer of them.
                    if (!fails(() -> layer.forward(step).close())) {
                        assertThat(faults.calls()).hasSizeLessThanOrEqualTo(i);
                        continue;
                    }
                }
                assertThat(cache.lengths()).containsExactly(5, 5);
                layer.forward(step).close();
                assertThat(y.toFloats()).isEqualTo(want);
                assertThat(read(cache, true)).isEqualTo(keys);
                assertThat(read(cache, false)).isEqualTo(values);
            }
        }
    }

    /** Sequences of different lengths go by the store steps; the same tokens give the same answers. */
    @Test
    void sequencesOfDifferentLengthsGiveTheSame() {
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                KvCache alike = layer.newCache(CacheOptions.contiguous(2, 8));
                KvCache different = layer.newCache(CacheOptions.contiguous(2, 8));
                Tensor prompt = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                Tensor token = engine.tensor(TOKEN, 2, 1, 6)) {
            AttentionInputs first = AttentionInputs.of(prompt);
            layer.forward(first.withCache(alike)).close();
            layer.forward(first.withCache(different).withLengths(5, 3)).close();
            float[] one = output(layer, AttentionInputs.of(token).withCache(alike));
            float[] other = output(layer, AttentionInputs.of(token).withCache(different));
            for (int c = 0; c < 6; c++) {
                assertThat(other[c]).isEqualTo(one[c]);
            }
            assertThatThrownBy(different::keys).isInstanceOf(IllegalStateException.class);
        }
    }

    private static float[] output(MultiHeadAttention layer, AttentionInputs inputs) {
        try (AttentionResult result = layer.forward(inputs)) {
            return result.output().toFloats();
        }
    }

    private static float[] read(KvCache cache, boolean keys) {
        try (Tensor tensor = keys ? cache.keys() : cache.values()) {
            return tensor.toFloats();
        }
    }

    private static boolean fails(Runnable call) {
        try {
            call.run();
            return false;
        } catch (OpenClException e) {
            return true;
        }
    }
}
