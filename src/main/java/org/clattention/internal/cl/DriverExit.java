package org.clattention.internal.cl;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a process that a driver ended from one that ended itself. LLVM, in PoCL and others, calls {@code exit(1)} after an error
 * that it thinks fatal, such as a disk that fills up; where 1 means something else to whoever started the program, the
 * process is to end by SIGABRT instead (134 in a shell), as it does when a driver aborts.
 */
final class DriverExit {
    private static final Logger log = LoggerFactory.getLogger(DriverExit.class);
    private static final int SIGABRT = 6;
    private static final long SIG_IGN = 1;

    private static boolean armed;

    private DriverExit() {}

    /** From now on an {@code exit} that does not come from the JVM is an abort. On Linux; elsewhere nothing changes. */
    static synchronized void abort() {
        if (armed || !Platform.isLinux()) {
            return;
        }
        armed = true;
        NativeLibrary system = NativeLibrary.getProcess();
        Function signal = system.getFunction("signal");
        try {
            // The JVM's own end begins with such hooks, and then calls exit, too.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> signal.invokePointer(new Object[] {SIGABRT, new Pointer(SIG_IGN)}),
                            "clattention-driver-exit"));
        } catch (IllegalStateException e) {
            log.debug("the JVM is about to end");
            return;
        }
        // exit calls raise(SIGABRT), which returns only where the signal is ignored.
        Object[] arguments = {system.getFunction("raise"), new Pointer(SIGABRT), Pointer.NULL};
        if (system.getFunction("__cxa_atexit").invokeInt(arguments) != 0) {
            log.debug("a driver's exit cannot be told from ours");
        }
    }
}
