package org.clattention.opencl;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the JVM's signal handlers where they are while a driver works that would replace them.
 *
 * <p>The JVM lives on SIGSEGV: its threads stop for a garbage collection by reading a protected page. LLVM, in PoCL and others,
 * puts handlers of its own in place when it makes a temporary file. At the first signal these put the old ones back; but the
 * kernel has by then reset the signal to its default, so that a second thread which stops in this moment kills the process,
 * and they delete the temporary files of builds under way. Putting the JVM's handlers back at once avoids both, and LLVM,
 * which believes its own installed, does not try again.
 *
 * <p>Without the native part of JNA, and on Windows, nothing is done. {@code LD_PRELOAD} of the JDK's {@code libjsig.so} is
 * the other cure.
 */
final class SignalHandlers {
    private static final Logger log = LoggerFactory.getLogger(SignalHandlers.class);

    /** Above are real-time signals, which are nobody's here. */
    private static final int SIGNALS = 32;

    private static final int SIGSEGV = 11;

    /** Room for a {@code struct sigaction} of any system: it has 152 bytes in glibc on x86-64. It is copied as it is. */
    private static final int ACTION_BYTES = 512;

    /** How often to look. A driver makes several files in a build; meeting a signal before the first look is harmless mostly. */
    private static final long WATCH_NANOSECONDS = 20_000;

    private static final @Nullable Function SIGACTION = find();

    private static int calls;
    private static final Memory[] before = new Memory[SIGNALS];

    private SignalHandlers() {}

    /** Runs a call that may replace signal handlers, and puts back those that it replaced. Calls may overlap. */
    static void keep(Runnable call) {
        if (SIGACTION == null) {
            call.run();
            return;
        }
        enter(SIGACTION);
        try {
            call.run();
        } finally {
            leave(SIGACTION);
        }
    }

    /** What was there before the first of overlapping calls is what the JVM and the program want. */
    private static synchronized void enter(Function sigaction) {
        if (calls++ > 0) {
            return;
        }
        for (int signal = 1; signal < SIGNALS; signal++) {
            before[signal] = new Memory(ACTION_BYTES);
            get(sigaction, signal, before[signal]);
        }
        Thread watch = new Thread(() -> watch(sigaction), "clattention-signals");
        watch.setDaemon(true);
        watch.start();
    }

    private static synchronized void leave(Function sigaction) {
        restore(sigaction);
        calls--;
    }

    private static void watch(Function sigaction) {
        while (look(sigaction)) {
            LockSupport.parkNanos(WATCH_NANOSECONDS);
        }
    }

    private static synchronized boolean look(Function sigaction) {
        if (calls > 0 && replaced(sigaction, SIGSEGV)) {
            restore(sigaction);
        }
        return calls > 0;
    }

    private static void restore(Function sigaction) {
        for (int signal = 1; signal < SIGNALS; signal++) {
            if (replaced(sigaction, signal)) {
                log.debug("signal {}: the driver's handler gives way to the one before", signal);
                sigaction.invokeInt(new Object[] {signal, before[signal], Pointer.NULL});
            }
        }
    }

    private static boolean replaced(Function sigaction, int signal) {
        Memory now = new Memory(ACTION_BYTES);
        return get(sigaction, signal, now) && handler(now) != handler(before[signal]);
    }

    private static boolean get(Function sigaction, int signal, Memory action) {
        return sigaction.invokeInt(new Object[] {signal, Pointer.NULL, action}) == 0;
    }

    /** The first field of the structure; some of what follows is undefined. */
    private static long handler(Memory action) {
        return action.getLong(0);
    }

    private static @Nullable Function find() {
        try {
            return Platform.isWindows() ? null : NativeLibrary.getProcess().getFunction("sigaction");
        } catch (LinkageError e) {
            log.warn(
                    "drivers may replace the JVM's signal handlers, which can end the process: preload the JDK's libjsig.so"
                            + " ({})",
                    e.toString());
            return null;
        }
    }
}
