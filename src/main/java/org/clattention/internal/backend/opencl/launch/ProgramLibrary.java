package org.clattention.internal.backend.opencl.launch;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.cl.Context;
import org.clattention.internal.cl.Program;
import org.clattention.internal.cl.ProgramCache;
import org.clattention.internal.cl.ProgramSource;

/** The built programs of an engine: each variant is built once, by the first who needs it. */
public final class ProgramLibrary implements AutoCloseable {
    private static final String LANGUAGE = "-cl-std=CL1.2 ";

    private final Context context;
    private final ProgramCache cache;
    private final Map<KernelVariant, Program> programs = new ConcurrentHashMap<>();

    public ProgramLibrary(Context context, ProgramCache cache) {
        this.context = context;
        this.cache = cache;
    }

    public Program program(KernelVariant variant) {
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
        Closing.all(List.copyOf(programs.values()));
    }
}
