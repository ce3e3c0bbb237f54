package org.clattention.internal.backend.opencl.launch;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.cl.Context;
import org.clattention.internal.cl.OpenClException;
import org.clattention.internal.cl.Program;
import org.clattention.internal.cl.ProgramCache;
import org.clattention.internal.cl.ProgramSource;

/**
 * The built programs of an engine: each variant is built once, by the first who needs it. One that the compiler refuses is
 * not tried again.
 */
public final class ProgramLibrary implements AutoCloseable {
    private static final String LANGUAGE = "-cl-std=CL1.2 ";

    private final Context context;
    private final ProgramCache cache;
    private final Map<KernelVariant, Program> programs = new ConcurrentHashMap<>();
    private final Map<KernelVariant, OpenClException> refused = new ConcurrentHashMap<>();

    public ProgramLibrary(Context context, ProgramCache cache) {
        this.context = context;
        this.cache = cache;
    }

    public Program program(KernelVariant variant) {
        return programs.computeIfAbsent(variant, this::build);
    }

    private Program build(KernelVariant variant) {
        OpenClException before = refused.get(variant);
        if (before != null) {
            throw before.again();
        }
        ProgramSource source = ProgramSource.ofResources(
                variant.id().function(), KernelId.FOLDER, variant.id().files());
        try {
            return Program.build(context, cache, source, LANGUAGE + variant.options() + extraOptions());
        } catch (OpenClException e) {
            if (e.refusesSource()) {
                refused.put(variant, e);
            }
            throw e;
        }
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
