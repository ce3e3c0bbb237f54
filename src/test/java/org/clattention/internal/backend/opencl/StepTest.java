package org.clattention.internal.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Backends;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.testing.DeviceTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Runs single steps of a backend. Results lie in arrays with a guarded tail, so that stray writes show. */
abstract class StepTest extends DeviceTest {
    /** Elements beyond the result that a step must leave alone. */
    static final int GUARD = 200;

    /** What the guarded tail holds; also what a result holds before it is computed. */
    static final float PATTERN = -12345.5f;

    final SplittableRandom random = new SplittableRandom(20);
    private final List<AutoCloseable> owned = new ArrayList<>();
    private @Nullable Backend backend;

    @BeforeEach
    void open() {
        Backend opened = Backends.open(device.options());
        owned.add(opened);
        backend = opened;
    }

    @AfterEach
    void closeAll() throws Exception {
        Collections.reverse(owned);
        for (AutoCloseable thing : owned) {
            thing.close();
        }
    }

    Backend backend() {
        return Objects.requireNonNull(backend, "the device is open");
    }

    DeviceArray array(float... values) {
        DeviceArray array = backend().allocate(DataType.F32, values.length, "test");
        owned.add(array);
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        backend().write(array, bytes);
        return array;
    }

    DeviceArray ints(int... values) {
        DeviceArray array = own(backend().allocate(DataType.I32, values.length, "test"));
        backend().write(array, HostTensor.ofInts(values, values.length).data());
        return array;
    }

    /** The values rounded to a type. */
    DeviceArray array(DataType type, float... values) {
        DeviceArray array = own(backend().allocate(type, values.length, "test"));
        backend().write(array, HostTensor.of(values, values.length).to(type).data());
        return array;
    }

    /** What an array of any type holds. */
    float[] values(DeviceArray array) {
        int bytes = Math.toIntExact(array.type().bytes(array.elements()));
        ByteBuffer data = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        backend().read(array, data);
        return HostTensor.wrap(array.type(), data.clear(), array.elements()).toFloats();
    }

    /** Closed after the test. */
    <T extends AutoCloseable> T own(T thing) {
        owned.add(thing);
        return thing;
    }

    /** An array for {@code elements} results, full of the pattern. */
    DeviceArray guarded(int elements) {
        float[] values = new float[elements + GUARD];
        Arrays.fill(values, PATTERN);
        return array(values);
    }

    float[] read(DeviceArray array) {
        int count = Math.toIntExact(array.elements());
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        backend().read(array, bytes);
        float[] values = new float[count];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    /** The result in a guarded array, after a look at its tail. */
    float[] result(DeviceArray guarded) {
        float[] values = read(guarded);
        int elements = values.length - GUARD;
        for (int i = elements; i < values.length; i++) {
            if (values[i] != PATTERN) {
                throw new AssertionError(
                        "element " + (i - elements) + " beyond the result was overwritten: " + values[i]);
            }
        }
        return Arrays.copyOf(values, elements);
    }

    PackedWeights weights(int rows, int columns, float[] values, float[] bias) {
        PackedWeights packed = backend()
                .pack(
                        "test",
                        List.of(HostTensor.of(values, rows, columns)),
                        Arrays.asList(bias.length == 0 ? null : HostTensor.of(bias, rows)));
        owned.add(packed);
        return packed;
    }

    /** Small integers: their products and sums are exact in f32, so results must be exact, too. */
    float[] integers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-8, 9);
        }
        return values;
    }

    float[] reals(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-2, 2);
        }
        return values;
    }
}
