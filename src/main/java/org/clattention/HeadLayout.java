package org.clattention;

import java.util.Arrays;
import org.clattention.config.Checks;

/**
 * The sizes of a dot-product attention call, read off its tensors and checked.
 *
 * @param merged true for [B, S, H·d], false for [B, H, S, d]
 * @param newKeys keys of the call itself
 * @param past keys before them
 */
record HeadLayout(
        boolean merged,
        int batch,
        int heads,
        int kvHeads,
        int queryLength,
        int newKeys,
        int past,
        int headSize,
        int valueSize) {

    /** All keys. */
    int keyLength() {
        return past + newKeys;
    }

    static HeadLayout of(DotProductInputs inputs) {
        Tensor query = inputs.query();
        boolean merged = query.rank() == 3;
        String meaning = merged ? "[B, length, heads * size]" : "[B, heads, length, size]";
        for (Tensor tensor : new Tensor[] {query, inputs.key(), inputs.value()}) {
            String name = tensor == query ? "query" : tensor == inputs.key() ? "key" : "value";
            TensorChecks.floatingPoint(name, tensor);
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
                past(inputs),
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
                past(inputs),
                share("query", inputs.query(), "numHeads", heads),
                share("value", inputs.value(), "numKvHeads", kvHeads));
    }

    private void check(DotProductInputs inputs) {
        checkPast(inputs);
        TensorChecks.type("value", inputs.value(), inputs.key().type());
        Checks.fitsInt("past + key length", (long) past + newKeys);
        CallSizes.require(this);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "query: " + heads + " heads are not a multiple of the " + kvHeads + " key-value heads");
        }
        if (merged) {
            Checks.shape("key", inputs.key().shape(), "[B, T, Hkv * d]", batch, newKeys, (long) kvHeads * headSize);
            Checks.shape(
                    "value", inputs.value().shape(), "[B, T, Hkv * dv]", batch, newKeys, (long) kvHeads * valueSize);
        } else {
            Checks.shape("key", inputs.key().shape(), "[B, Hkv, T, d]", batch, kvHeads, newKeys, headSize);
            Checks.shape("value", inputs.value().shape(), "[B, Hkv, T, dv]", batch, kvHeads, newKeys, valueSize);
        }
    }

    private void checkPast(DotProductInputs inputs) {
        Tensor pastKey = inputs.pastKey();
        Tensor pastValue = inputs.pastValue();
        if ((pastKey == null) != (pastValue == null)) {
            throw new IllegalArgumentException("pastKey, pastValue: give both or neither");
        }
        if (pastKey != null && pastValue != null) {
            TensorChecks.type("pastKey", pastKey, inputs.key().type());
            TensorChecks.type("pastValue", pastValue, inputs.key().type());
            Checks.shape("pastKey", pastKey.shape(), "[B, Hkv, P, d]", batch, kvHeads, past, headSize);
            Checks.shape("pastValue", pastValue.shape(), "[B, Hkv, P, dv]", batch, kvHeads, past, valueSize);
        }
    }

    private static int past(DotProductInputs inputs) {
        Tensor past = inputs.pastKey();
        if (past == null) {
            return 0;
        }
        TensorChecks.rank("pastKey", past, 4, "[B, Hkv, P, d]");
        return size(past, 2);
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
