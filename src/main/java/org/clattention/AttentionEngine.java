package org.clattention;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.KernelTime;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.config.PeakRates;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceLostException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.error.DeviceNotFoundException;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Backends;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.DeviceArray;

/**
 * The entry point: attention on one device. It owns the device's memory and compiled kernels; closing it closes all layers
 * and tensors that it made. Thread-safe.
 *
 * <pre>{@code
 * try (AttentionEngine engine = AttentionEngine.open();
 *         MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
 *         Tensor x = engine.tensor(values, batch, length, width);
 *         AttentionResult result = layer.forward(AttentionInputs.of(x))) {
 *     float[] y = result.output().toFloats();
 * }
 * }</pre>
 */
public final class AttentionEngine implements AutoCloseable {
    private final Backend backend;
    private final Lifetime lifetime;
    private final Set<Lifetime> owned = new LinkedHashSet<>();
    private final TensorLeaks leaks = new TensorLeaks();

    private AttentionEngine(Backend backend) {
        this.backend = backend;
        this.lifetime = Lifetime.ofEngine(() -> "engine on " + backend.device().name(), this::free);
    }

    /**
     * Opens the device that the environment's {@code CLATTENTION_DEVICE} selects, or else the best one: without a usable
     * OpenCL device, the engine in Java.
     *
     * @throws DeviceNotFoundException if the environment names a device that is not there
     */
    public static AttentionEngine open() {
        return open(EngineOptions.DEFAULT);
    }

    /**
     * Opens a device.
     *
     * @param selector {@code auto}, {@code opencl}, {@code opencl:N}, {@code java}, or a part of a device's name
     * @throws DeviceNotFoundException if no usable device fits
     */
    public static AttentionEngine open(String selector) {
        Checks.given("selector", selector);
        return open(EngineOptions.DEFAULT.withDevice(selector));
    }

    /** Opens a device with more options. */
    public static AttentionEngine open(EngineOptions options) {
        Checks.given("options", options);
        Backend backend = Backends.open(options);
        try {
            return new AttentionEngine(backend);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, backend);
        }
    }

    /** All devices of this machine, usable or not: OpenCL's, and the engine in Java. */
    public static List<DeviceInfo> devices() {
        return Backends.devices();
    }

    /** The device of this engine. */
    public DeviceInfo device() {
        return backend.device();
    }

    /**
     * Why this engine has lost its device; empty while it works. With the loss the engine is closed, and every call throws
     * {@link DeviceLostException}.
     */
    public Optional<DeviceLostException> loss() {
        return Optional.ofNullable(backend.loss());
    }

    void requireDevice() {
        DeviceLostException loss = backend.loss();
        if (loss != null) {
            throw new DeviceLostException(
                    "engine on " + backend.device().name() + " is closed: " + loss.getMessage(), loss);
        }
    }

    /** Bytes of device memory in use, working memory included. */
    public long memoryInUse() {
        return backend.liveBytes();
    }

    /**
     * Device time by kernel since the last call of this method; empty unless the engine was opened with
     * {@link EngineOptions#profiling()}.
     */
    public Map<String, KernelTime> takeKernelTimes() {
        return backend.takeKernelTimes();
    }

    /**
     * Runs calls, and says what each of their steps ran on this engine, and why: shapes, kernels with their tiles and splits, and
     * why the portable kernels took what they took. It is written down as the kernels are launched, for calls of this thread
     * alone.
     *
     * <pre>{@code
     * engine.explain(() -> layer.forward(inputs).close()).forEach(System.out::println);
     * }</pre>
     *
     * @return the steps, in order
     */
    public List<StepPlan> explain(Runnable calls) {
        Checks.given("calls", calls);
        try (Use use = new Use(this)) {
            return backend.explain(calls);
        }
    }

    /**
     * The kernels that calls of this engine may run, by the names of {@link StepPlan.KernelPlan#path()}: those of its set, such as
     * {@code cpu/row_product}, and the portable ones that take what they do not. Empty on the engine in Java.
     */
    public List<String> kernels() {
        return backend.kernels();
    }

    /**
     * Measures what the device reaches in arithmetic and in reading memory, to compare results with. Takes a second or so and
     * up to 1 GiB of device memory; nothing else should run meanwhile.
     */
    public PeakRates measurePeaks() {
        try (Use use = new Use(this)) {
            return backend.measurePeaks();
        }
    }

    /**
     * Copies floats to the device.
     *
     * @param values row-major
     * @param shape outermost dimension first
     */
    public Tensor tensor(float[] values, long... shape) {
        return tensor(HostTensor.of(values, shape));
    }

    /**
     * Copies floats to the device.
     *
     * @param values row-major, from the buffer's position to its limit, in any byte order; the position stays
     * @param shape outermost dimension first
     * @throws IllegalArgumentException if the values are not exactly as many as the shape has
     */
    public Tensor tensor(FloatBuffer values, long... shape) {
        return tensor(HostTensor.of(values, shape));
    }

    /**
     * Memory on the device, to be written to ({@link Tensor#write}) or to take a call's output
     * ({@link AttentionInputs#into}). Until then its contents are undefined.
     *
     * @param type F32, F16, BF16, BOOL or I32
     * @param shape outermost dimension first
     * @throws IllegalArgumentException if it is of another type, or the shape has 2^63 elements or more
     * @throws DeviceMemoryException if the device has too little memory
     */
    public Tensor empty(DataType type, long... shape) {
        Checks.given("type", type);
        Checks.stored("type", type);
        Checks.bytes("shape", type, shape);
        try (Use use = new Use(this)) {
            return allocate(type, "empty", shape);
        }
    }

    /** Copies truth values to the device, for masks: true = attend. */
    public Tensor tensor(boolean[] values, long... shape) {
        return tensor(HostTensor.ofBooleans(values, shape));
    }

    /**
     * Copies a tensor to the device: F32, F16, BF16, BOOL and I32 as they are, F64 rounded to F32. Calls read F16 and BF16
     * inputs as they are and compute in f32.
     *
     * @throws IllegalArgumentException for other types
     */
    public Tensor tensor(HostTensor values) {
        Checks.given("values", values);
        HostTensor stored = values.type() == DataType.F64 ? values.to(DataType.F32) : values;
        if (stored.type() == DataType.I64
                || stored.type() == DataType.U8
                || stored.type().isQuantized()) {
            throw new IllegalArgumentException(
                    "values: type " + values.type() + " must be F64, F32, F16, BF16, BOOL or I32");
        }
        try (Use use = new Use(this)) {
            Tensor tensor = allocate(stored.type(), "input", stored.shape());
            try {
                backend.write(tensor.array(), stored.data());
                return tensor;
            } catch (RuntimeException | Error e) {
                throw Closing.after(e, tensor);
            }
        }
    }

    /** Whether the device works on the host's memory itself, as CPU devices do, so that {@link #wrap} can be used. */
    public boolean sharesHostMemory() {
        try (Use use = new Use(this)) {
            return backend.sharesHostMemory();
        }
    }

    /**
     * A tensor over the caller's own memory, without a copy: what the caller puts there before a call is what the call reads,
     * and what a call writes there is there when it returns. Nobody changes the memory while a call uses it. The tensor keeps
     * the memory reachable; closing the tensor leaves the memory as it is. It does not count as {@link #memoryInUse()}. Two
     * tensors over one memory must not be input and output of one call.
     *
     * @param memory direct, at an address that is a multiple of 128 (see {@link #allocateAligned}); its bytes from position to
     *     limit are the elements, little-endian
     * @param type F32, F16, BF16, BOOL or I32
     * @throws IllegalArgumentException if the memory is not so, or its bytes are not exactly those of the shape
     * @throws IllegalStateException if the device does not share the host's memory
     */
    public Tensor wrap(ByteBuffer memory, DataType type, long... shape) {
        Checks.given("memory", memory);
        Checks.given("type", type);
        Checks.given("shape", shape);
        HostMemoryChecks.require(memory, type, shape);
        try (Use use = new Use(this)) {
            if (!backend.sharesHostMemory()) {
                throw new IllegalStateException("memory: " + backend.device().name()
                        + " does not share the host's memory; copy it with tensor(...) or Tensor.write(...)");
            }
            return tensor(backend.wrap(type, memory, "memory of the caller"), "over host memory", shape);
        }
    }

    /** Direct little-endian memory for {@link #wrap}, filled with zeros, at an address that is a multiple of 128. */
    public static ByteBuffer allocateAligned(int bytes) {
        return HostMemoryChecks.allocate(bytes);
    }

    /**
     * Makes a multi-head attention layer; its weights are copied to the device.
     *
     * @throws IllegalArgumentException if the weights do not fit the configuration
     */
    public MultiHeadAttention multiHeadAttention(AttentionConfig config, AttentionWeights weights) {
        Checks.given("config", config);
        Checks.given("weights", weights);
        weights.requireFit(config);
        try (Use use = new Use(this)) {
            return new MultiHeadAttention(this, config, weights);
        }
    }

    /** Scaled dot-product attention on given queries, keys and values. */
    public DotProductAttention dotProductAttention(AttentionOptions options) {
        Checks.given("options", options);
        try (Use use = new Use(this)) {
            return new DotProductAttention(this, options);
        }
    }

    /**
     * Makes a layer of multi-head latent attention; its weights are copied to the device.
     *
     * @throws IllegalArgumentException if the weights do not fit the configuration
     */
    public LatentAttention latentAttention(LatentConfig config, LatentWeights weights) {
        Checks.given("config", config);
        Checks.given("weights", weights);
        weights.requireFit(config);
        try (Use use = new Use(this)) {
            return new LatentAttention(this, config, weights);
        }
    }

    /**
     * Makes a transformer block; its weights are copied to the device.
     *
     * @throws IllegalArgumentException if the weights do not fit the configuration
     */
    public TransformerBlock transformerBlock(BlockConfig config, BlockWeights weights) {
        Checks.given("config", config);
        Checks.given("weights", weights);
        weights.requireFit(config);
        try (Use use = new Use(this)) {
            return new TransformerBlock(this, config, weights);
        }
    }

    /**
     * Makes a stack of transformer blocks; its weights are copied to the device, block by block.
     *
     * @throws IllegalArgumentException if the weights do not fit the configuration
     * @throws DeviceMemoryException if the device cannot hold them; nothing stays allocated
     */
    public TransformerStack transformerStack(StackConfig config, StackWeights weights) {
        Checks.given("config", config);
        Checks.given("weights", weights);
        weights.requireFit(config);
        try (Use use = new Use(this)) {
            return new TransformerStack(this, config, weights);
        }
    }

    /** The type in which this engine keeps matrices of a type: itself, or F32 where it has no use for the type as it is. */
    public DataType keptAs(DataType type) {
        Checks.given("type", type);
        return backend.keptAs(type);
    }

    /** Single operators on tensors of this engine. */
    public Operators operators() {
        return new Operators(this);
    }

    /** Softmax of an F32 tensor over one dimension; negative {@code axis} counts from the last. */
    public Tensor softmax(Tensor x, int axis) {
        return operators().softmax(x, axis);
    }

    /**
     * Closes all layers and tensors of this engine, then the device; further calls do nothing. Calls that are under way
     * end first, on whatever thread the last of them runs.
     */
    @Override
    public void close() {
        lifetime.close();
    }

    /** Runs when no call is under way: the results that calls are writing to have no other owner than this engine. */
    private void free() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(backend);
        synchronized (owned) {
            owned.forEach(thing -> all.add(thing::close));
        }
        Closing.all(all);
    }

    Tensor allocate(DataType type, String name, long... shape) {
        return tensor(backend.allocate(type, Checks.elements(name, shape), name), name, shape);
    }

    private Tensor tensor(DeviceArray array, String name, long... shape) {
        try {
            return new Tensor(this, array, name, shape);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, array);
        }
    }

    Backend backend() {
        return backend;
    }

    Lifetime lifetime() {
        return lifetime;
    }

    TensorLeaks leaks() {
        return leaks;
    }

    /** Remembers what to close with this engine. */
    void adopt(Lifetime thing) {
        synchronized (owned) {
            owned.add(thing);
        }
    }

    void disown(Lifetime thing) {
        synchronized (owned) {
            owned.remove(thing);
        }
    }
}
