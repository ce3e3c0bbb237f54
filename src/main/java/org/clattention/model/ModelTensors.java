package org.clattention.model;

import java.util.Set;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;

/** The tensors of a model by their names. */
interface ModelTensors {
    /**
     * A tensor, which must have this shape. The data need not be touched before somebody reads them.
     *
     * @throws org.clattention.io.InvalidFileException if there is none of this name, if it has another shape (the message
     *     names both), or if its type is not floating-point
     */
    HostTensor get(String name, long... shape);

    /** The type of a tensor that {@link #has} knows. */
    DataType type(String name);

    /** True if there is a tensor of this name. */
    boolean has(String name);

    /** The names of all tensors that are stored; empty if tensors are made when they are asked for. */
    Set<String> names();
}
