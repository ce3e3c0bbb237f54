package org.clattention.model.arch;

import java.util.List;
import org.clattention.config.HostTensor;
import org.clattention.model.NeededTensors;
import org.clattention.model.StoredWeights;

/**
 * What an architecture asks for its weights: once to know which tensors it needs ({@link NeededTensors}), later to load
 * them ({@link StoredWeights}). Names and shapes are thus said in one place.
 */
public interface WeightReader {
    /** True if there is a tensor of this name. */
    boolean has(String name);

    /** A matrix [rows, columns]: [out_features, in_features]. */
    HostTensor matrix(String name, long rows, long columns);

    /** A matrix [parts·rows, columns] that is stored as [columns, parts·rows], cut into parts [rows, columns]. */
    List<HostTensor> transposed(String name, int parts, long rows, long columns);

    /** A vector [parts·size], cut into parts [size]. */
    List<HostTensor> vectors(String name, int parts, long size);

    /** A vector w as 1 + w, in f32: the weights of Gemma's norms. */
    HostTensor onePlus(String name, long size);

    /** A vector. */
    default HostTensor vector(String name, long size) {
        return vectors(name, 1, size).get(0);
    }

    /** A matrix [rows, columns] that is stored as [columns, rows]. */
    default HostTensor transposed(String name, long rows, long columns) {
        return transposed(name, 1, rows, columns).get(0);
    }
}
