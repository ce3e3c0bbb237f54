package org.clattention.internal.backend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo;
import org.clattention.config.HostTensor;
import org.clattention.config.KernelTime;
import org.clattention.config.PeakRates;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceLostException;
import org.jspecify.annotations.Nullable;

/** The primitive operations that layers are made of, on one device. Thread-safe. */
public interface Backend extends AutoCloseable {
    /** The device. */
    DeviceInfo device();

    /** Memory with undefined contents, owned by the caller. */
    DeviceArray allocate(DataType type, long elements, String name);

    /** Whether {@link #wrap} can be used: the device works on the host's memory itself. */
    default boolean sharesHostMemory() {
        return false;
    }

    /**
     * The host's memory as an array, in place; closing the array leaves the memory as it is.
     *
     * @param memory direct and aligned to 128 bytes; the elements from its position to its limit, at least one
     */
    default DeviceArray wrap(DataType type, ByteBuffer memory, String name) {
        throw new IllegalStateException(device().name() + " does not share the host's memory");
    }

    /** Copies little-endian elements to the start of an array. */
    void write(DeviceArray target, ByteBuffer elements);

    /** Copies elements from the start of an array into a direct buffer. */
    void read(DeviceArray source, ByteBuffer elements);

    /** Copies F32 elements from the start of an array into a direct buffer of little-endian order. */
    default void read(DeviceArray source, FloatBuffer elements) {
        ByteBuffer staging =
                ByteBuffer.allocateDirect(Float.BYTES * elements.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        read(source, staging);
        elements.duplicate().put(staging.asFloatBuffer());
    }

    /**
     * Stacks matrices [rows, inputs] and their biases [rows] on top of one another.
     *
     * @param biases one for each matrix; missing ones are zeros
     * @param use what for: decides how they lie in memory
     */
    PackedWeights pack(String name, List<HostTensor> matrices, List<@Nullable HostTensor> biases, Use use);

    /** The type in which packed matrices of one type are kept. */
    default DataType keptAs(DataType type) {
        return type == DataType.F64 ? DataType.F32 : type;
    }

    /** The same, for projections. */
    default PackedWeights pack(String name, List<HostTensor> matrices, List<@Nullable HostTensor> biases) {
        return pack(name, matrices, biases, Use.PROJECTION);
    }

    /** What packed weights are used for. */
    enum Use {
        /** {@link CommandStream#project} and {@link CommandStream#projectHeads}. */
        PROJECTION,
        /** {@link CommandStream#projectEachHead}: matrices of heads, all of one size and type, without biases. */
        EACH_HEAD
    }

    /** Takes a stream; waits for one if all are in use. */
    CommandStream stream();

    /** Why the device is lost to this backend; null while it works. */
    default @Nullable DeviceLostException loss() {
        return null;
    }

    /** Bytes of device memory held by open arrays, scratch included. */
    long liveBytes();

    /** Device time by kernel since the last call of this method; empty unless the backend was opened for profiling. */
    Map<String, KernelTime> takeKernelTimes();

    /** Runs calls on this thread, and gives what each step of theirs ran, and why, in order. */
    List<StepPlan> explain(Runnable calls);

    /** The kernels that calls may run, by their set and name; none in Java. */
    List<String> kernels();

    /** Measures what the device reaches in arithmetic and in reading, in a second or so. Nothing else should run meanwhile. */
    PeakRates measurePeaks();

    /** Frees everything. All streams have been given back. */
    @Override
    void close();
}
