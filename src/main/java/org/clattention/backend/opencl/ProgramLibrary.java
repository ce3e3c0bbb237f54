package org.clattention.backend.opencl;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.clattention.opencl.Context;
import org.clattention.opencl.Program;
import org.clattention.opencl.ProgramCache;
import org.clattention.opencl.ProgramSource;

/** The built programs of an engine: each variant is built once, by the first who needs it. */
final class ProgramLibrary implements AutoCloseable {
    private static final String LANGUAGE = "-cl-std=CL1.2 ";

    private final Context context;
    private final ProgramCache cache;
    private final Map<KernelVariant, Program> programs = new ConcurrentHashMap<>();

    ProgramLibrary(Context context, ProgramCache cache) {
        this.context = context;
        this.cache = cache;
    }

    Program program(KernelVariant variant) {
        return programs.computeIfAbsent(variant, this::build);
    }

    private Program build(KernelVariant variant) {
        ProgramSource source = ProgramSource.ofResources(
                variant.id().function(), KernelId.FOLDER, variant.id().files());
        return Program.build(context, cache, source, LANGUAGE + variant.options() + extraOptions());
    }

    /** Options for debugging, such as {@code -cl-opt-disable} for a simulator's checks. */
    private static String extraOptions() {
        String extra = System.getProperty("clattention.buildOptions", "");
        return extra.isEmpty() ? "" : " " + extra;
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}
