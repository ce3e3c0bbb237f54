package org.clattention.internal.cl;

import com.sun.jna.Native;
import java.io.IOException;
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
        String problem;
        try (NativeFolder folder = NativeFolder.create(NativeFolder.candidates())) {
            problem = start(folder);
        } catch (IOException e) {
            problem = NativeProblem.unpacking(String.valueOf(e.getMessage()));
        }
        if (!problem.isEmpty()) {
            log.debug("{}", problem);
        }
        return problem;
    }

    private static String start(NativeFolder folder) {
        String[] problem = {""};
        folder.named("jna.tmpdir", () -> problem[0] = jna());
        if (!problem[0].isEmpty()) {
            return problem[0];
        }
        SignalHandlers.keep(() -> problem[0] = LoaderProbe.problem());
        if (problem[0].isEmpty()) {
            folder.named("java.io.tmpdir", () -> problem[0] = jocl());
        }
        return problem[0];
    }

    /** Loads JNA. That it has no native part for this machine is no problem yet: JOCL may. */
    private static String jna() {
        try {
            log.debug("JNA loads: pointers have {} bytes", Native.POINTER_SIZE);
            return "";
        } catch (LinkageError e) {
            log.debug("no JNA", e);
            return NativeProblem.isDenied(e) ? NativeProblem.denied() : "";
        }
    }

    private static String jocl() {
        // With its fixed name, JOCL would load whatever file of that name already lies in its folder.
        String before = System.getProperty(UNIQUE_NAMES);
        System.setProperty(UNIQUE_NAMES, "true");
        try {
            CL.setExceptionsEnabled(false);
            SignalHandlers.keep(
                    () -> log.debug("OpenCL loader answers with status {}", CL.clGetPlatformIDs(0, null, new int[1])));
            return "";
        } catch (LinkageError e) {
            log.debug("JOCL does not load", e);
            return LoaderProbe.canTell() ? NativeProblem.jocl(e) : NativeProblem.noLoader();
        } finally {
            if (before == null) {
                System.clearProperty(UNIQUE_NAMES);
            } else {
                System.setProperty(UNIQUE_NAMES, before);
            }
        }
    }
}
