package org.clattention;

/** The activation functions of feed-forward networks. */
public enum Activation {
    /** max(x, 0). */
    RELU(1),
    /** x·Φ(x), by the error function. */
    GELU(2),
    /** The tanh approximation: 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
    GELU_TANH(3),
    /** x·σ(x), also called Swish. */
    SILU(4);

    private final int code;

    Activation(int code) {
        this.code = code;
    }

    /** The number that kernels know the function by. */
    public int code() {
        return code;
    }
}
