package org.clattention.opencl;

import org.jocl.CL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the native binding once, safely, and keeps the reason if that fails. */
final class OpenClLibrary {
    private static final Logger log = LoggerFactory.getLogger(OpenClLibrary.class);

    /** JOCL's switch for a temporary file name that nobody can foresee. */
    private static final String UNIQUE_NAMES = "uniqueLibraryNames";

    private static final String PROBLEM = start();

    private OpenClLibrary() {}

    /** Why OpenCL cannot be used at all on this machine; empty if it can. */
    static String problem() {
        return PROBLEM;
    }

    private static String start() {
        String[] problem = {""};
        SignalHandlers.keep(() -> problem[0] = LoaderProbe.problem());
        if (!problem[0].isEmpty()) {
            log.debug("{}", problem[0]);
            return problem[0];
        }
        // With its fixed name, JOCL would load whatever file of that name already lies in a shared temporary folder.
        String before = System.getProperty(UNIQUE_NAMES);
        System.setProperty(UNIQUE_NAMES, "true");
        try {
            CL.setExceptionsEnabled(false);
            SignalHandlers.keep(
                    () -> log.debug("OpenCL loader answers with status {}", CL.clGetPlatformIDs(0, null, new int[1])));
            return "";
        } catch (LinkageError e) {
            log.debug("no OpenCL loader", e);
            return "no OpenCL loader (libOpenCL) was found; on Debian or Ubuntu: apt install ocl-icd-libopencl1"
                    + " pocl-opencl-icd";
        } finally {
            if (before == null) {
                System.clearProperty(UNIQUE_NAMES);
            } else {
                System.setProperty(UNIQUE_NAMES, before);
            }
        }
    }
}
