package org.clattention.internal.layer.rotary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.RotaryConfig;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/**
 * Cosines and sines of a rotary embedding on the device, by position; grown when a longer context needs it. Angles are
 * computed in double precision: at position 100,000 a float angle would be off by 0.004.
 */
public final class RotaryTable implements AutoCloseable {
    private static final int FIRST_POSITIONS = 512;

    private final Backend backend;
    private final RotaryConfig config;
    private final int dim;

    /** Every table made so far: calls in flight may still read the smaller ones. Sizes double, so that is little. */
    private final List<Table> tables = new ArrayList<>();

    private volatile @Nullable Table latest;

    RotaryTable(Backend backend, RotaryConfig config, int headSize) {
        this.backend = backend;
        this.config = config;
        this.dim = config.dimFor(headSize);
    }

    int dim() {
        return dim;
    }

    boolean interleaved() {
        return config.style() == RotaryConfig.Style.INTERLEAVED;
    }

    /**
     * One table.
     *
     * @param positions how many
     * @param cosines [positions, dim/2]
     * @param sines [positions, dim/2]
     */
    record Table(int positions, DeviceArray cosines, DeviceArray sines) {}

    /** Makes a table for positions below {@code end}, unless there is one. Writing it takes a lane: the caller holds none. */
    void grow(int end) {
        if (!covers(latest, end)) {
            makeUpTo(end);
        }
    }

    private synchronized void makeUpTo(int end) {
        Table last = latest;
        if (covers(last, end)) {
            return;
        }
        int positions = last == null ? FIRST_POSITIONS : last.positions();
        while (positions < end) {
            positions = Math.multiplyExact(positions, 2);
        }
        Table table = make(positions);
        tables.add(table);
        latest = table;
    }

    /** A table for positions below {@code end}, which has been made. Never waits: the caller may hold a lane. */
    Table upTo(int end) {
        Table last = latest;
        if (last == null || last.positions() < end) {
            throw new IllegalStateException("the angles of position " + (end - 1) + " have not been made");
        }
        return last;
    }

    private static boolean covers(@Nullable Table table, int end) {
        return table != null && table.positions() >= end;
    }

    private Table make(int positions) {
        int pairs = dim / 2;
        int count = Math.multiplyExact(positions, pairs);
        double[] frequencies = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            frequencies[i] = RotaryFrequencies.frequency(config, dim, i);
        }
        double amplitude = RotaryFrequencies.amplitude(config);
        ByteBuffer cosines = direct(count);
        ByteBuffer sines = direct(count);
        FloatBuffer cosineValues = cosines.asFloatBuffer();
        FloatBuffer sineValues = sines.asFloatBuffer();
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < pairs; i++) {
                double angle = position * frequencies[i];
                cosineValues.put((float) (amplitude * Math.cos(angle)));
                sineValues.put((float) (amplitude * Math.sin(angle)));
            }
        }
        DeviceArray cosineArray = upload(cosines, count, "rotary cosines");
        try {
            return new Table(positions, cosineArray, upload(sines, count, "rotary sines"));
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, cosineArray);
        }
    }

    private DeviceArray upload(ByteBuffer values, int count, String name) {
        DeviceArray array = backend.allocate(DataType.F32, count, name);
        try {
            backend.write(array, values);
            return array;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, array);
        }
    }

    private static ByteBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(4, floats)).order(ByteOrder.LITTLE_ENDIAN);
    }

    public static @Nullable RotaryTable of(Backend backend, @Nullable RotaryConfig config, int headSize) {
        return config == null ? null : new RotaryTable(backend, config, headSize);
    }

    @Override
    public synchronized void close() {
        for (Table table : tables) {
            table.cosines().close();
            table.sines().close();
        }
    }
}
