package org.clattention.internal.cl;

import java.util.List;

/** What to say, with the cure, where native code does not load. */
final class NativeProblem {
    private static final String NO_LOADER =
            "no OpenCL loader (libOpenCL) was found; on Debian or Ubuntu: apt install ocl-icd-libopencl1"
                    + " pocl-opencl-icd";
    private static final String DENIED =
            "this JVM denies native code (--illegal-native-access=deny), without which there is no"
                    + " OpenCL; start it with --enable-native-access=ALL-UNNAMED";

    private NativeProblem() {}

    static String noLoader() {
        return NO_LOADER;
    }

    /** No folder can take the libraries. */
    static String unpacking(String reasons) {
        return "the native libraries of JOCL and JNA cannot be unpacked: " + reasons
                + "; start the JVM with -Djava.io.tmpdir=FOLDER (or JDK_JAVA_OPTIONS=-Djava.io.tmpdir=FOLDER in the"
                + " environment), a folder with room that is not mounted noexec";
    }

    /** Whether the JVM does not let this class path call native code. */
    static boolean isDenied(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            // Thrown since Java 24. JOCL puts what it met into its message, as text.
            if (e.toString().contains("IllegalCallerException")) {
                return true;
            }
        }
        return false;
    }

    static String denied() {
        return DENIED;
    }

    /** JOCL's own native part fails, though the system's loader is there. */
    static String jocl(Throwable failure) {
        if (isDenied(failure)) {
            return DENIED;
        }
        List<String> reasons = failure.toString()
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("(Caused by: )?[\\w.$]+(Error|Exception): .*"))
                .toList();
        return "JOCL's native library does not load: "
                + (reasons.isEmpty() ? failure.toString() : reasons.get(reasons.size() - 1)).replaceAll("\\R", " ");
    }
}
