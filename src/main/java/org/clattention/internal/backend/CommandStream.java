package org.clattention.internal.backend;

import org.clattention.config.Activation;
import org.clattention.config.DataType;

/**
 * One stream of work on a device: steps run in the order of the calls, without waits between them. Arrays of F32, F16 and
 * BF16 are read and written in their own type and computed with in f32; so are caches in Q8_0, and weights in Q8_0 and Q4_0.
 * For one thread at a time. Closing a stream gives it back; the caller finishes it first.
 */
public interface CommandStream extends AutoCloseable {
    /**
     * Working memory that is valid until the stream is closed. A slot asked for again may lie elsewhere and lose its
     * contents.
     */
    DeviceArray scratch(Scratch slot, DataType type, long elements);

    /** Working memory filled with these I32 values. */
    DeviceArray scratch(Scratch slot, int[] values);

    /** Working memory filled with these F32 values. */
    DeviceArray scratch(Scratch slot, float[] values);

    /**
     * Rows times weights, each target's columns written head by head, normalized and rotated first where the target says so.
     *
     * @param x [batch, length, weights.inputs()]
     * @param firstOutput the row of {@code weights} with which the first target begins
     * @param targets one to three, of one type
     */
    void projectHeads(
            DeviceArray x, int batch, int length, PackedWeights weights, int firstOutput, HeadTarget... targets);

    /** y [rows, weights.outputs()] = x [rows, weights.inputs()] times the weights, plus their bias. */
    default void project(DeviceArray x, long rows, PackedWeights weights, DeviceArray y) {
        project(x, rows, weights, Epilogue.NONE, y);
    }

    /** The same, and what the epilogue says is done to it before it is stored. */
    void project(DeviceArray x, long rows, PackedWeights weights, Epilogue.Elementwise epilogue, DeviceArray y);

    /** Every head times a matrix of its own. */
    void projectEachHead(BatchedGemmOp step);

    /** Stores heads elsewhere, normalized and rotated if asked for. */
    void store(StoreOp step);

    /** Scaled dot-product attention. */
    void attend(AttentionOp step);

    /**
     * Softmax over the middle of [outer, columns, inner], F32.
     *
     * @param y may be {@code x}
     */
    void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner);

    /** LayerNorm or RMSNorm. */
    void normalize(NormalizeOp step);

    /**
     * y = f(x), element by element.
     *
     * @param alpha the factor inside SiLU's sigmoid: x·σ(alpha·x); others ignore it
     * @param y may be {@code x}
     */
    void activate(DeviceArray x, DeviceArray y, long elements, Activation activation, double alpha);

    /** out = f(gate) · up, element by element; {@code out} may be either. */
    void gate(DeviceArray gate, DeviceArray up, DeviceArray out, long elements, Activation activation);

    /** out = a + b, element by element; {@code out} may be either. */
    void add(DeviceArray a, DeviceArray b, DeviceArray out, long elements);

    /** Copies elements between two arrays of one type. */
    void copy(DeviceArray source, long sourceElement, DeviceArray target, long targetElement, long elements);

    /** Waits until all steps are done; failures of steps show here at the latest. */
    void finish();

    @Override
    void close();

    /** The working arrays of layers. */
    enum Scratch {
        QUERY,
        KEY,
        VALUE,
        SCORES,
        CONTEXT,
        SEQUENCES,
        STARTS,
        POSITIONS,
        COSINES,
        SINES,
        BLOCK_TABLE,
        LATENT,
        LATENT_QUERY,
        EXPANDED,
        NORMED,
        ATTENDED,
        RESIDUAL,
        HIDDEN,
        GATE,
        STREAM,
        WANTED_ROWS,
        UNFINISHED,
        PACKED_ROWS,
        PACKED_KEYS,
        PACKED_VALUES,
        PARTS,
        PARTIAL_ROWS,
        ROW_FLAGS
    }
}
