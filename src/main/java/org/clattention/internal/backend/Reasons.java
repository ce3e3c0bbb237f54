package org.clattention.internal.backend;

/** Why a backend takes a step the way it does: pure functions, from the same plans that the launches follow. */
public interface Reasons {
    /** Of {@link CommandStream#projectHeads} and {@link CommandStream#project}. */
    String product(long rows, PackedWeights weights, int firstOutput);

    /** Of {@link CommandStream#attend}. */
    String attention(AttentionOp step);

    /** Of {@link CommandStream#projectEachHead}. */
    String headProducts();

    /** Of {@link CommandStream#normalize}. */
    String norm();

    /** Of steps that there is one way to do. */
    String onlyWay();
}
