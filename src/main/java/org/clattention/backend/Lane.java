package org.clattention.backend;

import org.clattention.DataType;
import org.jspecify.annotations.Nullable;

/**
 * One stream of work on a device: steps run in the order of the calls, without waits between them. For one thread at a
 * time. Closing it gives it back; the caller finishes it first.
 */
public interface Lane extends AutoCloseable {
    /**
     * Working memory that is valid until the lane is closed. A slot asked for again may lie elsewhere and lose its contents.
     */
    DeviceArray scratch(Scratch slot, DataType type, long elements);

    /** Working memory filled with these values. */
    DeviceArray scratch(Scratch slot, int[] values);

    /**
     * Rows times weights, each target's columns written head by head.
     *
     * @param x [batch, length, weights.inputs()]
     * @param firstOutput the row of {@code weights} with which the first target begins
     * @param targets one to three
     */
    void projectHeads(
            DeviceArray x, int batch, int length, PackedWeights weights, int firstOutput, HeadTarget... targets);

    /** y [rows, weights.outputs()] = x [rows, weights.inputs()] times the weights, plus their bias. */
    void project(DeviceArray x, long rows, PackedWeights weights, DeviceArray y);

    /** Scaled dot-product attention. */
    void attend(AttentionStep step);

    /**
     * Softmax over the middle of [outer, columns, inner], F32.
     *
     * @param y may be {@code x}
     */
    void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner);

    /** Copies [batch, heads, rows, size] between two views of F32. */
    void copyHeads(HeadView from, HeadView to, int batch, int heads, int rows, int size);

    /** Waits until all steps are done; failures of steps show here at the latest. */
    void finish();

    /** Told of each launch and its device time, when profiling. Null turns it off. */
    void profile(@Nullable LaunchListener listener);

    @Override
    void close();

    /** The working arrays of a layer. */
    enum Scratch {
        QUERY,
        KEY,
        VALUE,
        SCORES,
        CONTEXT,
        LENGTHS
    }

    /** Hears of launches. */
    interface LaunchListener {
        /** A kernel ran for so long on the device. */
        void launched(String kernel, long nanoseconds);
    }
}
