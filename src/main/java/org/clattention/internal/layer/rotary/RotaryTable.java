package org.clattention.internal.layer.rotary;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.clattention.config.DataType;
import org.clattention.config.RotaryConfig;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/**
 * Cosines and sines of a rotary embedding on the device, by position; grown when a longer context needs it, up to
 * {@value #MOST_ANGLES} of each: a call at positions beyond has its own rows made for it, so that one far token costs no more
 * than a near one. Angles are computed in double precision: at position 100,000 a float angle would be off by 0.004.
 */
public final class RotaryTable implements AutoCloseable {
    /** 65,536 positions of a head of 128, 16 MiB. */
    private static final int MOST_ANGLES = 1 << 22;

    private static final int FIRST_POSITIONS = 512;

    private final Backend backend;
    private final RotaryConfig config;
    private final int dim;
    private final double[] frequencies;
    private final double amplitude;

    /** How many positions a table may have: a power of two, or 0. */
    private final int mostPositions;

    /** Every table made so far: calls in flight may still read the smaller ones. Sizes double, so that is little. */
    private final List<Table> tables = new ArrayList<>();

    private volatile @Nullable Table latest;

    public RotaryTable(Backend backend, RotaryConfig config, int headSize) {
        this(backend, config, headSize, MOST_ANGLES);
    }

    /** The same with tables of at most so many angles. */
    public RotaryTable(Backend backend, RotaryConfig config, int headSize, int mostAngles) {
        this.backend = backend;
        this.config = config;
        this.dim = config.dimFor(headSize);
        this.frequencies = new double[dim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = RotaryFrequencies.frequency(config, dim, i);
        }
        this.amplitude = RotaryFrequencies.amplitude(config);
        this.mostPositions = Integer.highestOneBit(mostAngles / frequencies.length);
    }

    /** Whether tables reach to this position; the rows of others are made by {@link #rows}. */
    boolean reaches(int position) {
        return position < mostPositions;
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

    /** Makes a table for positions below {@code end}, unless there is one. Writing it takes a stream: the caller holds none. */
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
        int positions = last == null ? Math.min(FIRST_POSITIONS, mostPositions) : last.positions();
        while (positions < end) {
            positions *= 2;
        }
        Table table = make(positions);
        tables.add(table);
        latest = table;
    }

    /** A table for positions below {@code end}, which has been made. Never waits: the caller may hold a stream. */
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
        int count = positions * frequencies.length;
        ByteBuffer cosines = direct(count);
        ByteBuffer sines = direct(count);
        FloatBuffer cosineValues = cosines.asFloatBuffer();
        FloatBuffer sineValues = sines.asFloatBuffer();
        for (int position = 0; position < positions; position++) {
            put(position, cosineValues, sineValues);
        }
        DeviceArray cosineArray = upload(cosines, count, "rotary cosines");
        try {
            return new Table(positions, cosineArray, upload(sines, count, "rotary sines"));
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, cosineArray);
        }
    }

    /** Rows of a table for these positions alone, in a call's working memory. */
    Table rows(CommandStream stream, IntStream positions) {
        int[] wanted = positions.toArray();
        int count = Math.multiplyExact(wanted.length, frequencies.length);
        FloatBuffer cosines = FloatBuffer.allocate(count);
        FloatBuffer sines = FloatBuffer.allocate(count);
        for (int position : wanted) {
            put(position, cosines, sines);
        }
        return new Table(
                wanted.length,
                stream.scratch(Scratch.COSINES, cosines.array()),
                stream.scratch(Scratch.SINES, sines.array()));
    }

    private void put(int position, FloatBuffer cosines, FloatBuffer sines) {
        for (double frequency : frequencies) {
            double angle = position * frequency;
            cosines.put((float) (amplitude * Math.cos(angle)));
            sines.put((float) (amplitude * Math.sin(angle)));
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
        return ByteBuffer.allocateDirect(Float.BYTES * floats).order(ByteOrder.LITTLE_ENDIAN);
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
