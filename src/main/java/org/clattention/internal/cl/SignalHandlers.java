package org.clattention.internal.cl;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.Arrays;
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

    private static final @Nullable SignalHandlers HANDLERS = find();

    private final Function sigaction;
    private final Memory[] before = new Memory[SIGNALS];
    private final Memory now = new Memory(ACTION_BYTES);
    private int calls;

    private SignalHandlers(Function sigaction) {
        this.sigaction = sigaction;
        Arrays.setAll(before, signal -> new Memory(ACTION_BYTES));
    }

    /** Runs a call that may replace signal handlers, and puts back those that it replaced. Calls may overlap. */
    static void keep(Runnable call) {
        if (HANDLERS == null) {
            call.run();
            return;
        }
        HANDLERS.enter();
        try {
            call.run();
        } finally {
            HANDLERS.leave();
        }
    }

    /** What was there before the first of overlapping calls is what the JVM and the program want. */
    private synchronized void enter() {
        if (calls++ > 0) {
            return;
        }
        for (int signal = 1; signal < SIGNALS; signal++) {
            get(signal, before[signal]);
        }
        Thread watch = new Thread(this::watch, "clattention-signals");
        watch.setDaemon(true);
        watch.start();
    }

    private synchronized void leave() {
        restore();
        calls--;
    }

    private void watch() {
        while (look()) {
            LockSupport.parkNanos(WATCH_NANOSECONDS);
        }
    }

    private synchronized boolean look() {
        if (calls > 0 && replaced(SIGSEGV)) {
            restore();
        }
        return calls > 0;
    }

    private void restore() {
        for (int signal = 1; signal < SIGNALS; signal++) {
            if (replaced(signal)) {
                log.debug("signal {}: the driver's handler gives way to the one before", signal);
                sigaction.invokeInt(new Object[] {signal, before[signal], Pointer.NULL});
            }
        }
    }

    private boolean replaced(int signal) {
        return get(signal, now) && handler(now) != handler(before[signal]);
    }

    private boolean get(int signal, Memory action) {
        return sigaction.invokeInt(new Object[] {signal, Pointer.NULL, action}) == 0;
    }

    /** The first field of the structure; some of what follows is undefined. */
    private static long handler(Memory action) {
        return action.getLong(0);
    }

    private static @Nullable SignalHandlers find() {
        try {
            return Platform.isWindows()
                    ? null
                    : new SignalHandlers(NativeLibrary.getProcess().getFunction("sigaction"));
        } catch (LinkageError e) {
            log.warn(
                    "drivers may replace the JVM's signal handlers, which can end the process: preload the JDK's libjsig.so"
                            + " ({})",
                    e.toString());
            return null;
        }
    }
}
