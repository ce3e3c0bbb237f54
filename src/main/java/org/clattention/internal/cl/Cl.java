package org.clattention.internal.cl;

import org.jocl.CL;
import org.jspecify.annotations.Nullable;

/** Checks every OpenCL status. Each call is announced before it is made, so that tests can make any of them fail. */
final class Cl {
    /** Told of each call; may throw in its place. Null outside of tests. */
    static volatile @Nullable CallHook hook;

    interface CallHook {
        /** A status other than CL_SUCCESS makes the call fail without being made. */
        int before(String call);

        /** Told of each object that a call has just made and that nobody owns yet; may throw. */
        default void made(String call) {}
    }

    private Cl() {}

    static void before(String call) {
        CallHook current = hook;
        if (current != null) {
            check(call, current.before(call));
        }
    }

    static void made(String call) {
        CallHook current = hook;
        if (current != null) {
            current.made(call);
        }
    }

    static void check(String call, int status) {
        if (status != CL.CL_SUCCESS) {
            throw new OpenClException(call, status, "");
        }
    }
}
