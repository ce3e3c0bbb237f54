package org.clattention;

/** The activation functions of feed-forward networks. */
public enum Activation {
    /** max(x, 0). */
    RELU,
    /** x·Φ(x), by the error function. */
    GELU,
    /** The tanh approximation: 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
    GELU_TANH,
    /** x·σ(x), also called Swish. */
    SILU
}
