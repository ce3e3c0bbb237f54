package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.clattention.config.AttentionOptions;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Who attends to whom by the published rules of each system. Zero queries make all attended keys equal, so the weights
 * show the mask itself.
 */
class AttentionDialectTest extends DeviceTest {
    /** "is_causal: attn_mask = torch.ones(L, S).tril(diagonal=0)": the first query sees the first key alone. */
    @Test
    @Tag("small")
    void pytorchAlignsTheFirst() {
        for (int[] size : new int[][] {{3, 5}, {5, 3}, {4, 4}, {1, 4}}) {
            requireMask(AttentionDialect.PYTORCH_SDPA.options(true), size[0], size[1], 0, (i, j) -> j <= i);
        }
    }

    /**
     * FlashAttention 2.1: "causal mask is aligned to the bottom right corner"; with 5 queries and 2 keys the first three
     * rows are all zero.
     */
    @Test
    @Tag("small")
    void flashAttentionAlignsTheLast() {
        AttentionOptions options = AttentionDialect.FLASH_ATTENTION.options(true);
        requireMask(options, 2, 5, 0, (i, j) -> j <= i + 3);
        requireMask(options, 5, 2, 0, (i, j) -> j <= i - 3);
        requireMask(options, 1, 6, 0, (i, j) -> true);
    }

    /** "Query at position i attends to keys in [i + T - S - left, i + T - S + right]". */
    @Test
    @Tag("small")
    void flashAttentionCountsWindowsFromTheLast() {
        AttentionOptions options =
                AttentionDialect.FLASH_ATTENTION.options(false).withWindow(1, 1);
        requireMask(options, 3, 6, 0, (i, j) -> j >= i + 3 - 1 && j <= i + 3 + 1);
        requireMask(options, 6, 3, 0, (i, j) -> j >= i - 3 - 1 && j <= i - 3 + 1);
        requireMask(options.withCausal(true).withWindow(2, 0), 3, 6, 0, (i, j) -> j >= i + 1 && j <= i + 3);
    }

    /** A window that nobody reaches the end of is none, also for queries before the first key. */
    @Test
    @Tag("small")
    void theWidestWindowsMaskNothing() {
        AttentionOptions options =
                AttentionDialect.FLASH_ATTENTION.options(false).withWindow(Integer.MAX_VALUE, Integer.MAX_VALUE);
        requireMask(options, 7, 2, 0, (i, j) -> true);
        requireMask(options, 2, 7, 0, (i, j) -> true);
    }

    /** ONNX: with past_key the causal mask is shifted by its length. */
    @Test
    @Tag("small")
    void onnxCountsThePast() {
        requireMask(AttentionDialect.ONNX_25.options(true), 3, 3, 2, (i, j) -> j <= i + 2);
        requireMask(AttentionDialect.ONNX_25.options(true), 3, 5, 0, (i, j) -> j <= i);
    }

    @Test
    @Tag("small")
    void ignoreMasksSayTheOpposite() {
        assertThat(AttentionDialect.attendMaskOfIgnoreMask(true, false, true)).containsExactly(false, true, false);
    }

    private void requireMask(
            AttentionOptions options, int queries, int newKeys, int past, BiPredicate<Integer, Integer> attends) {
        int keys = newKeys + past;
        try (AttentionEngine engine = device.open();
                Tensor q = engine.tensor(new float[queries], 1, 1, queries, 1);
                Tensor k = engine.tensor(new float[newKeys], 1, 1, newKeys, 1);
                Tensor pastKey = engine.tensor(new float[past], 1, 1, past, 1);
                AttentionResult result = engine.dotProductAttention(options)
                        .forward(DotProductInputs.of(q, k, k)
                                .withPast(past == 0 ? null : pastKey, past == 0 ? null : pastKey)
                                .returning(ReturnOptions.WEIGHTS))) {
            Tensor weights = result.weights();
            float[] got = weights == null ? new float[0] : weights.toFloats();
            assertThat(got).hasSize(queries * keys);
            for (int i = 0; i < queries; i++) {
                int row = i;
                long attended = IntStream.range(0, keys)
                        .filter(j -> attends.test(row, j))
                        .count();
                for (int j = 0; j < keys; j++) {
                    float want = attends.test(i, j) ? 1f / attended : 0;
                    assertThat(got[i * keys + j])
                            .as("query %d, key %d of %s", i, j, options)
                            .isCloseTo(want, within(1e-6f));
                }
            }
            assertThat(result.output().toFloats()).containsOnly(0f);
        }
    }
}
