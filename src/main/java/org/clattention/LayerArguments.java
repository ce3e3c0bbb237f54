package org.clattention;

import java.util.Arrays;
import org.clattention.config.Checks;
import org.clattention.internal.layer.BatchLayout;
import org.jspecify.annotations.Nullable;

/**
 * Checked sizes of one call of a layer.
 *
 * @param tokens which rows belong to which sequence
 * @param keyLength T: the memory's length, or that of the longest sequence after this call
 * @param crossed keys come from a memory
 */
record LayerArguments(BatchLayout tokens, int keyLength, boolean crossed) {

    /**
     * Checks x, memory, offsets, lengths, cache and positions against one another.
     *
     * @param width D
     * @param memoryWidth Dm
     */
    static LayerArguments of(AttentionInputs inputs, int width, int memoryWidth) {
        BatchLayout tokens = tokens(inputs, width);
        requirePositions(inputs.positions(), tokens.rows());
        Tensor memory = inputs.memory();
        if (memory == null) {
            if (memoryWidth != width) {
                throw new IllegalArgumentException("memory: missing, but this layer attends to a memory of width "
                        + memoryWidth + ", not to its input of width " + width);
            }
            return new LayerArguments(tokens, tokens.longestAfter(), false);
        }
        if (inputs.cache() != null || inputs.offsets() != null) {
            throw new IllegalArgumentException("memory: cross-attention takes neither a cache nor ragged sequences");
        }
        requireInput("memory", memory, "[B, T, Dm]", memoryWidth);
        if (memory.dim(0) != tokens.batch()) {
            throw new IllegalArgumentException("memory: shape " + Arrays.toString(memory.shape())
                    + " must have the batch of x, " + tokens.batch());
        }
        return new LayerArguments(tokens, Checks.fitsInt("key length", memory.dim(1)), true);
    }

    private static BatchLayout tokens(AttentionInputs inputs, int width) {
        int[] offsets = inputs.offsets();
        KvCache cache = inputs.cache();
        if (offsets != null) {
            return ragged(inputs, offsets, cache, width);
        }
        requireInput("x", inputs.x(), "[B, S, D]", width);
        int batch = Checks.fitsInt("batch", inputs.x().dim(0));
        int length = Checks.fitsInt("query length", inputs.x().dim(1));
        Checks.fitsInt("batch * query length", (long) batch * length);
        int[] counts = new int[batch];
        Arrays.fill(counts, length);
        if (cache == null) {
            return BatchLayout.dense(batch, length, counts, new int[batch]);
        }
        requireBatch(cache, batch);
        int[] lengths = inputs.masks().lengths();
        if (lengths != null) {
            Checks.lengths(lengths, batch, length);
            counts = lengths.clone();
        }
        return BatchLayout.dense(batch, length, counts, cache.lengths());
    }

    private static BatchLayout ragged(AttentionInputs inputs, int[] offsets, @Nullable KvCache cache, int width) {
        Tensor x = inputs.x();
        TensorChecks.floatingPoint("x", x);
        if (x.rank() != 2 || x.dim(1) != width || x.dim(0) < 1) {
            throw new IllegalArgumentException("x: shape " + Arrays.toString(x.shape())
                    + " must be [total, D] with total at least 1 and width " + width + ", because offsets are given");
        }
        if (inputs.masks().lengths() != null) {
            throw new IllegalArgumentException("lengths: a ragged call has its lengths in the offsets");
        }
        boolean sound = offsets.length >= 2 && offsets[0] == 0 && offsets[offsets.length - 1] == x.dim(0);
        for (int b = 1; sound && b < offsets.length; b++) {
            sound = offsets[b] >= offsets[b - 1];
        }
        if (!sound) {
            throw new IllegalArgumentException(
                    "offsets: " + Arrays.toString(offsets) + " must rise from 0 to the rows of x, " + x.dim(0));
        }
        int batch = offsets.length - 1;
        if (cache != null) {
            requireBatch(cache, batch);
        }
        return BatchLayout.ragged(offsets, cache == null ? new int[batch] : cache.lengths());
    }

    private static void requireBatch(KvCache cache, int batch) {
        if (cache.options().batch() != batch) {
            throw new IllegalArgumentException(
                    "cache: has " + cache.options().batch() + " sequences, but the batch of x is " + batch);
        }
    }

    private static void requirePositions(int @Nullable [] positions, int rows) {
        if (positions == null) {
            return;
        }
        if (positions.length != rows) {
            throw new IllegalArgumentException(
                    "positions: " + positions.length + " values, but x has " + rows + " rows");
        }
        for (int i = 0; i < rows; i++) {
            if (positions[i] < 0) {
                throw new IllegalArgumentException("positions[" + i + "]: " + positions[i] + " must not be negative");
            }
        }
    }

    private static void requireInput(String name, Tensor tensor, String meaning, int width) {
        TensorChecks.rank(name, tensor, 3, meaning);
        TensorChecks.floatingPoint(name, tensor);
        if (tensor.dim(2) != width || tensor.dim(0) < 1 || tensor.dim(1) < 1) {
            throw new IllegalArgumentException(name + ": shape " + Arrays.toString(tensor.shape()) + " must be "
                    + meaning + " with B and the length at least 1 and width " + width);
        }
    }
}
