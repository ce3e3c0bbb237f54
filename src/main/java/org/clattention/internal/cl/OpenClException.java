package org.clattention.internal.cl;

import org.clattention.error.DeviceException;
import org.jocl.CL;

/** An OpenCL call failed. The message names the call, the status, where it happened, and a fix where one is known. */
public final class OpenClException extends DeviceException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int status;
    private final String details;

    OpenClException(String call, int status, String details) {
        super(message(call, status, details));
        this.call = call;
        this.status = status;
        this.details = details;
    }

    /** The name of the OpenCL function. */
    public String call() {
        return call;
    }

    /** The status that it returned. */
    public int status() {
        return status;
    }

    /** Whether the compiler refused a program: it would do so again. */
    public boolean refusesSource() {
        return status == CL.CL_BUILD_PROGRAM_FAILURE;
    }

    /** This failure with more lines about where it happened. */
    OpenClException with(String details) {
        OpenClException more = new OpenClException(call, status, details);
        more.addSuppressed(this);
        return more;
    }

    /** The same failure for another caller, who met it without trying again. */
    public OpenClException again() {
        OpenClException again = new OpenClException(call, status, details);
        again.initCause(this);
        return again;
    }

    private static String message(String call, int status, String details) {
        StringBuilder text = new StringBuilder(call)
                .append(": ")
                .append(CL.stringFor_errorCode(status))
                .append(" (")
                .append(status)
                .append(')');
        if (!details.isEmpty()) {
            text.append('\n').append(details);
        }
        String fix = fix(status);
        return fix.isEmpty()
                ? text.toString()
                : text.append("\n  fix     ").append(fix).toString();
    }

    private static String fix(int status) {
        return switch (status) {
            case CL.CL_MEM_OBJECT_ALLOCATION_FAILURE, CL.CL_OUT_OF_RESOURCES ->
                "the device ran out of memory or was reset: use a smaller batch or length, close other programs that use "
                        + "it, and open a new engine";
            case CL.CL_OUT_OF_HOST_MEMORY -> "free memory on the host";
            case CL.CL_INVALID_WORK_GROUP_SIZE -> "use a tile with fewer work-items";
            case CL.CL_BUILD_PROGRAM_FAILURE -> "report the build log above, with the driver's version";
            case CL.CL_DEVICE_NOT_AVAILABLE -> "check that the device is not in exclusive use by another program";
            case CL.CL_COMPILER_NOT_AVAILABLE -> "install a driver with an OpenCL C compiler";
            default -> "";
        };
    }
}
