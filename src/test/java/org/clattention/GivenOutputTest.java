package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.function.Function;
import org.clattention.config.Activation;
import org.clattention.config.AttentionOptions;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.OpenClException;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.junit.jupiter.api.Test;

/** Outputs into tensors of the caller's. */
class GivenOutputTest extends DeviceTest {
    @Test
    void layersWriteWhereTheyAreTold() {
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine)) {
            same(engine, layer::forward, 6);
        }
    }

    @Test
    void latentAttentionToo() {
        LatentConfig config =
                new LatentConfig(6, 2, 3, 2, 3, 4, 0, AttentionOptions.DEFAULT, null, 1e-6, LatentConfig.Form.AUTO);
        LatentWeights weights = new LatentWeights(
                values(10, 6), null, null, null, values(6, 6), values(4), values(12, 4), values(6, 6));
        try (AttentionEngine engine = device.open();
                LatentAttention layer = engine.latentAttention(config, weights)) {
            same(engine, layer::forward, 6);
        }
    }

    @Test
    void blocksToo() {
        BlockConfig config = new BlockConfig(
                SmallLayer.CONFIG, BlockConfig.Norm.RMS, BlockConfig.NormPosition.PRE, 1e-5, Activation.RELU, 8);
        BlockWeights weights = new BlockWeights(
                SmallLayer.weights(),
                values(6),
                null,
                values(6),
                null,
                null,
                null,
                values(8, 6),
                null,
                values(6, 8),
                null);
        try (AttentionEngine engine = device.open();
                TransformerBlock block = engine.transformerBlock(config, weights)) {
            same(engine, block::forward, 6);
        }
    }

    private static void same(AttentionEngine engine, Function<AttentionInputs, AttentionResult> forward, int width) {
        try (Tensor x = engine.tensor(SmallLayer.input(), 2, 5, width);
                Tensor y = engine.tensor(new float[10 * width], 2, 5, width)) {
            float[] want;
            try (AttentionResult result = forward.apply(AttentionInputs.of(x))) {
                want = result.output().toFloats();
                assertThat(result.outputGiven()).isFalse();
            }
            try (AttentionResult result = forward.apply(AttentionInputs.of(x).into(y))) {
                assertThat(result.output()).isSameAs(y);
                assertThat(result.outputGiven()).isTrue();
            }
            assertThat(y.toFloats()).isEqualTo(want);
            assertThat(x.toFloats()).isEqualTo(SmallLayer.input());
        }
    }

    @Test
    void outputsThatDoNotFitAreRefused() {
        try (AttentionEngine engine = device.open();
                AttentionEngine other = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                KvCache cache = layer.newCache(CacheOptions.contiguous(2, 5));
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                Tensor flat = engine.tensor(new float[60], 10, 6);
                Tensor half =
                        engine.tensor(HostTensor.of(new float[60], 2, 5, 6).to(DataType.F16));
                Tensor foreign = other.tensor(new float[60], 2, 5, 6)) {
            AttentionInputs inputs = AttentionInputs.of(x).withCache(cache);
            refuses(layer, inputs.into(flat), "output: F32 [10, 6] must be F32 [2, 5, 6]");
            refuses(layer, inputs.into(half), "output: F16 [2, 5, 6] must be F32 [2, 5, 6]");
            refuses(layer, inputs.into(foreign), "output: belongs to another engine");
            refuses(layer, inputs.into(x), "output: is also x");
            try (Tensor y = engine.tensor(new float[60], 2, 5, 6)) {
                refuses(layer, AttentionInputs.of(x).withMemory(y).into(y), "output: is also memory");
                y.close();
                assertThatThrownBy(() -> layer.forward(inputs.into(y)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("is closed");
            }
            assertThat(cache.lengths()).containsExactly(0, 0);
        }
    }

    @Test
    void aFailedCallLeavesTheTensorOpen() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                Tensor y = engine.tensor(new float[60], SmallLayer.shape())) {
            AttentionInputs inputs = AttentionInputs.of(x).into(y);
            layer.forward(inputs).close();
            float[] want = y.toFloats();
            try (Faults faults = Faults.at(0, -5)) {
                assertThatThrownBy(() -> layer.forward(inputs)).isInstanceOf(OpenClException.class);
                assertThat(faults.calls()).isNotEmpty();
            }
            layer.forward(inputs).close();
            assertThat(y.toFloats()).isEqualTo(want);
        }
    }

    private static void refuses(MultiHeadAttention layer, AttentionInputs inputs, String message) {
        assertThatThrownBy(() -> layer.forward(inputs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static HostTensor values(int... shape) {
        long[] dims = new long[shape.length];
        int count = 1;
        for (int i = 0; i < shape.length; i++) {
            dims[i] = shape[i];
            count *= shape[i];
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i + 1);
        }
        return HostTensor.of(values, dims);
    }
}
