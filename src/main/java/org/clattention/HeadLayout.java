package org.clattention;

import java.util.Arrays;

/**
 * The sizes of a dot-product attention call, read off its tensors and checked.
 *
 * @param merged true for [B, S, H·d], false for [B, H, S, d]
 */
record HeadLayout(
        boolean merged,
        int batch,
        int heads,
        int kvHeads,
        int queryLength,
        int keyLength,
        int headSize,
        int valueSize) {

    static HeadLayout of(DotProductInputs inputs) {
        Tensor query = inputs.query();
        boolean merged = query.rank() == 3;
        String meaning = merged ? "[B, length, heads * size]" : "[B, heads, length, size]";
        for (Tensor tensor : new Tensor[] {query, inputs.key(), inputs.value()}) {
            String name = tensor == query ? "query" : tensor == inputs.key() ? "key" : "value";
            Checks.type(name, tensor, DataType.F32);
            if (query.rank() < 3 || query.rank() > 4 || tensor.rank() != query.rank() || tensor.elements() == 0) {
                throw new IllegalArgumentException(name + ": shape " + Arrays.toString(tensor.shape()) + " must be "
                        + meaning + " like the query, and not empty");
            }
        }
        HeadLayout layout = merged ? ofMerged(inputs) : ofHeadMajor(inputs);
        layout.check(inputs);
        return layout;
    }

    private static HeadLayout ofHeadMajor(DotProductInputs inputs) {
        return new HeadLayout(
                false,
                size(inputs.query(), 0),
                size(inputs.query(), 1),
                size(inputs.key(), 1),
                size(inputs.query(), 2),
                size(inputs.key(), 2),
                size(inputs.query(), 3),
                size(inputs.value(), 3));
    }

    private static HeadLayout ofMerged(DotProductInputs inputs) {
        int heads = inputs.numHeads();
        int kvHeads = inputs.numKvHeads();
        Checks.positive("numHeads", heads);
        Checks.positive("numKvHeads", kvHeads);
        return new HeadLayout(
                true,
                size(inputs.query(), 0),
                heads,
                kvHeads,
                size(inputs.query(), 1),
                size(inputs.key(), 1),
                share("query", inputs.query(), "numHeads", heads),
                share("value", inputs.value(), "numKvHeads", kvHeads));
    }

    private void check(DotProductInputs inputs) {
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "query: " + heads + " heads are not a multiple of the " + kvHeads + " key-value heads");
        }
        if (merged) {
            Checks.shape("key", inputs.key().shape(), "[B, T, Hkv * d]", batch, keyLength, (long) kvHeads * headSize);
            Checks.shape(
                    "value", inputs.value().shape(), "[B, T, Hkv * dv]", batch, keyLength, (long) kvHeads * valueSize);
        } else {
            Checks.shape("key", inputs.key().shape(), "[B, Hkv, T, d]", batch, kvHeads, keyLength, headSize);
            Checks.shape("value", inputs.value().shape(), "[B, Hkv, T, dv]", batch, kvHeads, keyLength, valueSize);
        }
    }

    long[] outputShape() {
        return merged
                ? new long[] {batch, queryLength, (long) heads * valueSize}
                : new long[] {batch, heads, queryLength, valueSize};
    }

    private static int share(String name, Tensor tensor, String countName, int count) {
        if (tensor.dim(2) % count != 0) {
            throw new IllegalArgumentException(
                    name + ": width " + tensor.dim(2) + " is not a multiple of " + countName + " = " + count);
        }
        return Checks.fitsInt(name, tensor.dim(2) / count);
    }

    private static int size(Tensor tensor, int dimension) {
        return Checks.fitsInt("dimension " + dimension, tensor.dim(dimension));
    }
}
