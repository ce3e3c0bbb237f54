package org.clattention.internal.backend;

/** The rows of one or several weight matrices and their biases, laid out for one device. */
public interface PackedWeights extends AutoCloseable {
    /** Columns of the matrices: the width of the inputs. */
    int inputs();

    /** Rows of all the matrices together: the width of the outputs. */
    int outputs();

    @Override
    void close();
}
