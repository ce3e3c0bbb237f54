package org.clattention.internal.cl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Makes OpenCL calls fail, one at a time. While open it sees every call of the process, so tests that use it must not run
 * beside others.
 */
public final class Faults implements AutoCloseable {
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final int failing;
    private final int status;

    private Faults(int failing, int status) {
        this.failing = failing;
        this.status = status;
    }

    /** Only counts calls. */
    public static Faults none() {
        return at(-1, 0);
    }

    /** Call number {@code position}, from 0 on, fails with {@code status}; it is not made. */
    public static Faults at(int position, int status) {
        Faults faults = new Faults(position, status);
        Cl.hook = faults::before;
        return faults;
    }

    /** The names of the calls so far, the failed one included. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** A status that this call really returns when a device is in trouble. */
    public static int fittingStatus(String call) {
        return switch (call) {
            case "clCreateBuffer" -> -4; // CL_MEM_OBJECT_ALLOCATION_FAILURE
            case "clBuildProgram" -> -11; // CL_BUILD_PROGRAM_FAILURE
            case "clCreateContext" -> -2; // CL_DEVICE_NOT_AVAILABLE
            case "clCreateCommandQueue", "clCreateProgramWithSource", "clGetProgramInfo" -> -6; // CL_OUT_OF_HOST_MEMORY
            default -> -5; // CL_OUT_OF_RESOURCES
        };
    }

    private int before(String call) {
        int position;
        synchronized (calls) {
            position = calls.size();
            calls.add(call);
        }
        return position == failing ? status : 0;
    }

    @Override
    public void close() {
        Cl.hook = null;
    }
}
