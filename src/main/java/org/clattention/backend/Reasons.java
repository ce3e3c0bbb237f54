package org.clattention.backend;

/** Why a backend takes a step the way it does: pure functions, from the same plans that the launches follow. */
public interface Reasons {
    /** Of {@link Lane#projectHeads} and {@link Lane#project}. */
    String product(long rows, PackedWeights weights, int firstOutput);

    /** Of {@link Lane#attend}. */
    String attention(AttentionStep step);

    /** Of {@link Lane#projectEachHead}. */
    String headProducts();

    /** Of {@link Lane#normalize}. */
    String norm();

    /** Of steps that there is one way to do. */
    String onlyWay();
}
