package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.io.SafetensorsWriter;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Where blocks of 32 do not fit they are refused by name; where they do, they take the bytes that they have. */
@Tag("small")
@ExtendWith(NoLiveHandles.class)
class QuantizedValidationTest {
    private static final AttentionConfig CONFIG = AttentionConfig.of(64, 2);

    @Test
    void memoryIsThatOfTheBlocks() {
        try (AttentionEngine engine = TestDevice.any().open()) {
            long before = engine.memoryInUse();
            try (MultiHeadAttention layer =
                    engine.multiHeadAttention(CONFIG, weights().to(DataType.Q8_0))) {
                long weights = engine.memoryInUse() - before;
                // Without biases two placeholders of 4 bytes; the rest is blocks.
                assertThat(weights - 8).isEqualTo(4 * 64 * 64 / 32 * 34);
                CacheOptions options = CacheOptions.paged(2, 5, 3).withType(DataType.Q8_0);
                long held = engine.memoryInUse();
                try (KvCache cache = layer.newCache(options);
                        Tensor rows = engine.tensor(new float[2 * 2 * 3 * 32], 2, 2, 3, 32)) {
                    long taken = engine.memoryInUse() - held - 4 * rows.elements();
                    assertThat(taken).isEqualTo(2L * 5 * 3 * 2 * 32 / 32 * 34);
                    cache.append(rows, rows);
                    try (Tensor keys = cache.keys()) {
                        assertThat(keys.type()).isEqualTo(DataType.F32);
                    }
                }
            }
        }
    }

    @Test
    void cachesNeedRowsOfWholeBlocks() {
        refuses(() -> CacheOptions.ring(1, 8).withType(DataType.Q4_0), "type: Q4_0 must be F32, F16, BF16 or Q8_0");
        CacheOptions blocks = CacheOptions.contiguous(1, 8).withType(DataType.Q8_0);
        AttentionConfig narrow = CONFIG.withHeadSize(20, 32);
        AttentionConfig mixed = CONFIG.withHeadSize(32, 48);
        try (AttentionEngine engine = TestDevice.any().open();
                MultiHeadAttention first = engine.multiHeadAttention(narrow, weights(narrow));
                MultiHeadAttention second = engine.multiHeadAttention(mixed, weights(mixed))) {
            refuses(() -> first.newCache(blocks), "type: a Q8_0 cache", "head size 20 is not a multiple of 32");
            refuses(() -> second.newCache(blocks), "type: a Q8_0 cache", "value head size 48 is not a multiple of 32");
        }
    }

    @Test
    void onlyMatricesAndCachesHaveBlocks(@TempDir Path folder) {
        HostTensor vector = HostTensor.of(new float[64], 64).to(DataType.Q8_0);
        try (AttentionEngine engine = TestDevice.any().open()) {
            refuses(
                    () -> engine.multiHeadAttention(CONFIG, weights().withBiases(vector, null, null, null)),
                    "weights.queryBias: type Q8_0 must be F64, F32, F16 or BF16");
            refuses(() -> engine.tensor(vector), "values: type Q8_0 must be");
        }
        refuses(
                () -> SafetensorsWriter.write(folder.resolve("w"), Map.of(), Map.of("w", vector)),
                "tensors: w is Q8_0",
                "convert it");
    }

    @Test
    void headsAreCutOutBetweenBlocks() {
        AttentionConfig wide = CONFIG.withHeadSize(8, 32);
        AttentionWeights blocks = weights(wide).to(DataType.Q8_0);
        HeadPruning pruned = HeadPruning.remove(wide, blocks, Set.of(0));
        assertThat(pruned.weights().output().toFloats())
                .isEqualTo(HeadPruning.remove(wide, blocks.to(DataType.F32), Set.of(0))
                        .weights()
                        .output()
                        .toFloats());
        assertThat(pruned.weights().query().toFloats())
                .isEqualTo(blocks.query().rows(8, 16).toFloats());
        AttentionConfig narrow = CONFIG.withHeadSize(8, 16);
        AttentionWeights cut = weights(narrow).to(DataType.Q4_0);
        refuses(() -> HeadPruning.remove(narrow, cut, Set.of(0)), "weights.output: heads of 16 columns", "Q4_0");
    }

    private static void refuses(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }

    private static AttentionWeights weights() {
        return weights(CONFIG);
    }

    private static AttentionWeights weights(AttentionConfig config) {
        return AttentionWeights.of(
                matrix(config.queryWidth(), config.modelWidth()),
                matrix(config.keyWidth(), config.memoryWidth()),
                matrix(config.valueWidth(), config.memoryWidth()),
                matrix(config.outputWidth(), config.contextWidth()));
    }

    private static HostTensor matrix(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return HostTensor.of(values, rows, columns);
    }
}
