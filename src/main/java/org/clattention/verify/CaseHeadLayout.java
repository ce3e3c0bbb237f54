package org.clattention.verify;

import java.util.Arrays;
import org.clattention.reference.Heads;
import org.clattention.reference.RefTensor;

/**
 * The two layouts of the ONNX operators: 4-D [B, H, S, d], or 3-D [B, S, H·d] with an attribute for H.
 *
 * @param heads the tensor as [B, H, S, d]
 * @param flat whether it was 3-D
 */
record CaseHeadLayout(RefTensor heads, boolean flat) {
    /** @param count heads by the attribute {@code attribute}; 0 means not given */
    static CaseHeadLayout of(String name, RefTensor tensor, int count, String attribute) {
        if (tensor.rank() == 3) {
            if (count < 1) {
                throw new IllegalArgumentException("attribute " + attribute + ": " + count
                        + " must be at least 1, because " + name + " is 3-D " + tensor);
            }
            return new CaseHeadLayout(Heads.split(name, tensor, count), true);
        }
        if (tensor.rank() != 4) {
            throw new IllegalArgumentException(
                    name + ": shape " + Arrays.toString(tensor.shape()) + " must be [B, H, S, d] or [B, S, H·d]");
        }
        if (count != 0 && count != tensor.dim(1)) {
            throw new IllegalArgumentException(
                    "attribute " + attribute + ": " + count + ", but " + name + " has " + tensor.dim(1) + " heads");
        }
        return new CaseHeadLayout(tensor, false);
    }

    /** A result [B, H, S, d] in the layout of the input. */
    RefTensor restore(RefTensor result) {
        return flat ? Heads.merge(result) : result;
    }
}
