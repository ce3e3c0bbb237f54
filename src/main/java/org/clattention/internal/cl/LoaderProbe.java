package org.clattention.internal.cl;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the system finds an OpenCL loader. JOCL finds out too, but prints its failures to standard output, which belongs to
 * the program that we are part of, and keeps the system's reason to itself.
 */
final class LoaderProbe {
    /** The names that JOCL tries, in its order. */
    private static final List<String> NAMES = List.of("libOpenCL.so.1", "libOpenCL.so");

    /** Of dlopen: symbols are looked up when they are used. */
    private static final int RTLD_LAZY = 1;

    private LoaderProbe() {}

    /** Whether {@link #problem} knows: on Linux, where JNA has a native part. */
    static boolean canTell() {
        try {
            return Platform.isLinux() && Native.POINTER_SIZE > 0;
        } catch (LinkageError e) {
            return false;
        }
    }

    /** Why there is no loader, with the cure; empty if there is one, or if this cannot be told here: JOCL has to find out. */
    static String problem() {
        return canTell() ? problem(NativeLibrary.getProcess()) : "";
    }

    private static String problem(NativeLibrary system) {
        Function dlopen = system.getFunction("dlopen");
        Function dlerror = system.getFunction("dlerror");
        // Once for nothing: the JVM finds the functions behind such a call by dlsym, which would free dlerror's next
        // answer.
        system.getFunction("strerror").invokeString(new Object[] {0}, false);
        String reason = "";
        // A library stays open: one that answers to a later name is then found under its own, the first, by JOCL too.
        for (String name : NAMES) {
            if (dlopen.invokePointer(new Object[] {name, RTLD_LAZY}) != null) {
                return "";
            }
            reason = worse(reason, dlerror.invokeString(new Object[0], false));
        }
        return reason.isEmpty()
                ? NativeProblem.noLoader()
                : "the OpenCL loader (libOpenCL) does not load: " + reason
                        + "; repair or remove that file (on Debian or"
                        + " Ubuntu: apt install --reinstall ocl-icd-libopencl1), and check LD_LIBRARY_PATH";
    }

    /** The first reason that is more than absence. */
    private static String worse(String before, @Nullable String reason) {
        // "NAME: cannot open shared object file: No such file or directory", in any language, begins with the bare
        // name.
        boolean absent = reason == null || NAMES.stream().anyMatch(name -> reason.startsWith(name + ": "));
        return absent || !before.isEmpty() ? before : reason;
    }
}
