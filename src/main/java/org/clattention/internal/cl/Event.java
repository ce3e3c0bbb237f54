package org.clattention.internal.cl;

import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_event;

/** The execution of one command, with its times. */
public final class Event extends Handle {
    private final cl_event id;

    private Event(cl_event id, String name) {
        super("event", name, null);
        this.id = id;
    }

    static Event of(cl_event id, String name) {
        return own("clEnqueueNDRangeKernel", id, event -> new Event(event, name), CL::clReleaseEvent);
    }

    /** Device time from start to end, in nanoseconds. The command must have finished. */
    public long nanoseconds() {
        requireOpen();
        return time(CL.CL_PROFILING_COMMAND_END) - time(CL.CL_PROFILING_COMMAND_START);
    }

    private long time(int parameter) {
        long[] value = new long[1];
        Cl.check(
                "clGetEventProfilingInfo",
                CL.clGetEventProfilingInfo(id, parameter, Long.BYTES, Pointer.to(value), null));
        return value[0];
    }

    @Override
    void release() {
        CL.clReleaseEvent(id);
    }
}
