package org.clattention.internal.cl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes OpenCL calls fail, one at a time. While open it sees every call of the process, so tests that use it must not run
 * beside others.
 */
public final class Faults implements AutoCloseable {
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final int failing;
    private final int status;
    private boolean forever;
    private final @Nullable Supplier<? extends Error> error;

    private Faults(int failing, int status, @Nullable Supplier<? extends Error> error) {
        this.failing = failing;
        this.status = status;
        this.error = error;
    }

    /** Only counts calls. */
    public static Faults none() {
        return at(-1, 0);
    }

    /** Call number {@code position}, from 0 on, fails with {@code status}; it is not made. */
    public static Faults at(int position, int status) {
        return open(new Faults(position, status, null));
    }

    /** Call number {@code position} and all after it fail with {@code status}: the device is gone. */
    public static Faults from(int position, int status) {
        Faults faults = new Faults(position, status, null);
        faults.forever = true;
        return open(faults);
    }

    /** Event number {@code position}, from 0 on, throws: in place of a call, or where what a call made gets its owner. */
    public static Faults throwing(int position, Supplier<? extends Error> error) {
        return open(new Faults(position, 0, error));
    }

    private static Faults open(Faults faults) {
        Cl.hook = new Cl.CallHook() {
            @Override
            public int before(String call) {
                return faults.before(call);
            }

            @Override
            public void made(String call) {
                faults.event("object of " + call);
            }
        };
        return faults;
    }

    /** The names of the calls so far, the failed one included. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** The calls so far and the objects that they made. */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** A status that this call really returns when a device is in trouble that may pass. */
    public static int fittingStatus(String call) {
        return switch (call) {
            case "clCreateBuffer" -> -4; // CL_MEM_OBJECT_ALLOCATION_FAILURE
            case "clCreateContext" -> -2; // CL_DEVICE_NOT_AVAILABLE
            case "clCreateCommandQueue", "clCreateProgramWithSource", "clGetProgramInfo", "clBuildProgram" ->
                -6; // CL_OUT_OF_HOST_MEMORY
            default -> -5; // CL_OUT_OF_RESOURCES
        };
    }

    private int before(String call) {
        event(call);
        int position;
        synchronized (calls) {
            position = calls.size();
            calls.add(call);
        }
        boolean fails = position == failing || (forever && position > failing);
        return fails && error == null ? status : 0;
    }

    private void event(String name) {
        int position;
        synchronized (events) {
            position = events.size();
            events.add(name);
        }
        if (position == failing && error != null) {
            throw error.get();
        }
    }

    @Override
    public void close() {
        Cl.hook = null;
    }
}
