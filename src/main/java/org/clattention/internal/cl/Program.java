package org.clattention.internal.cl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_program;

/** A program built for one device, from source or from the compiled-kernel cache. */
public final class Program extends Handle {
    /** Sound source may fail to build once: LLVM deletes temporary files at a signal, see {@link SignalHandlers}. */
    private static final int ATTEMPTS = 3;

    /** What compilers say of the source itself, by file, line and column: another attempt would end alike. */
    private static final Pattern ERROR_IN_SOURCE =
            Pattern.compile("error: .*:\\d+:\\d+: |:\\d+:\\d+: (fatal )?error: ");

    private final Context context;
    private final cl_program id;

    private Program(Context context, cl_program id, String name) {
        super("program", name, context);
        this.context = context;
        this.id = id;
    }

    /**
     * Builds a program, or takes it from the cache.
     *
     * @param source the source text
     * @param options compiler options, for example {@code -DTILE=32}
     * @throws OpenClException if it does not build, with the build log
     */
    public static Program build(Context context, ProgramCache cache, ProgramSource source, String options) {
        context.requireOpen();
        ProgramKey key = ProgramKey.of(context.device(), source, options);
        Optional<byte[]> binary = cache.keeps(context.device()) ? cache.read(key) : Optional.empty();
        if (binary.isPresent()) {
            Optional<Program> loaded = load(context, source.name(), binary.get());
            if (loaded.isPresent()) {
                return loaded.get();
            }
            cache.discard(key);
        }
        Program built = compile(context, source, options);
        if (!cache.keeps(context.device())) {
            return built;
        }
        try {
            cache.write(key, built.binary());
        } catch (RuntimeException | Error e) {
            built.close();
            throw e;
        }
        return built;
    }

    /** A new kernel object, to be closed by the caller. */
    public Kernel kernel(String name) {
        requireOpen();
        return Kernel.create(this, name);
    }

    cl_program id() {
        return id;
    }

    Context context() {
        return context;
    }

    /** A cached binary that the driver refuses is no failure: the source is still there. */
    private static Optional<Program> load(Context context, String name, byte[] binary) {
        int[] status = new int[1];
        cl_device_id[] devices = {context.device().id()};
        cl_program id = CL.clCreateProgramWithBinary(
                context.id(), 1, devices, new long[] {binary.length}, new byte[][] {binary}, new int[1], status);
        if (status[0] != CL.CL_SUCCESS) {
            return Optional.empty();
        }
        Program program =
                own("clCreateProgramWithBinary", id, made -> new Program(context, made, name), CL::clReleaseProgram);
        boolean built = false;
        try {
            built = build(id, devices, "") == CL.CL_SUCCESS;
            return built ? Optional.of(program) : Optional.empty();
        } finally {
            if (!built) {
                program.close();
            }
        }
    }

    private static Program compile(Context context, ProgramSource source, String options) {
        Cl.before("clCreateProgramWithSource");
        int[] status = new int[1];
        String text = source.text();
        cl_program id = CL.clCreateProgramWithSource(context.id(), 1, new String[] {text}, null, status);
        Cl.check("clCreateProgramWithSource", status[0]);
        Program program = own(
                "clCreateProgramWithSource",
                id,
                made -> new Program(context, made, source.name()),
                CL::clReleaseProgram);
        try {
            cl_device_id[] devices = {context.device().id()};
            for (int attempt = 1; ; attempt++) {
                Cl.before("clBuildProgram");
                int answer = build(id, devices, options);
                if (answer == CL.CL_SUCCESS) {
                    break;
                }
                String log = log(context, id);
                if (answer != CL.CL_BUILD_PROGRAM_FAILURE
                        || attempt == ATTEMPTS
                        || ERROR_IN_SOURCE.matcher(log).find()) {
                    throw new OpenClException("clBuildProgram", answer, failure(context, log, source, options));
                }
            }
        } catch (RuntimeException | Error e) {
            program.close();
            throw e;
        }
        return program;
    }

    private static int build(cl_program id, cl_device_id[] devices, String options) {
        int[] status = new int[1];
        SignalHandlers.keep(() -> status[0] = CL.clBuildProgram(id, 1, devices, options, null, null));
        return status[0];
    }

    private static String failure(Context context, String log, ProgramSource source, String options) {
        // A disk that filled up since the device was found, for example.
        boolean pocl = context.device().info().platform().equals(PoclNeeds.PLATFORM);
        String needs = pocl ? PoclNeeds.problem(System.getenv()) : "";
        return (needs.isEmpty() ? "" : "  cause   " + needs + "\n") + "  program " + source.name() + "\n  options "
                + options + "\n  device  " + context.device() + "\n"
                + log.indent(2).stripTrailing();
    }

    private static String log(Context context, cl_program id) {
        long[] size = new long[1];
        cl_device_id device = context.device().id();
        if (CL.clGetProgramBuildInfo(id, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size) != CL.CL_SUCCESS
                || size[0] <= 1) {
            return "(the driver gave no build log)";
        }
        byte[] text = new byte[Math.toIntExact(size[0])];
        CL.clGetProgramBuildInfo(id, device, CL.CL_PROGRAM_BUILD_LOG, text.length, Pointer.to(text), null);
        return new String(text, 0, text.length - 1, StandardCharsets.UTF_8);
    }

    private byte[] binary() {
        Cl.before("clGetProgramInfo");
        long[] size = new long[1];
        Cl.check(
                "clGetProgramInfo",
                CL.clGetProgramInfo(id, CL.CL_PROGRAM_BINARY_SIZES, Long.BYTES, Pointer.to(size), null));
        byte[] binary = new byte[Math.toIntExact(size[0])];
        if (binary.length > 0) {
            Cl.check(
                    "clGetProgramInfo",
                    CL.clGetProgramInfo(
                            id, CL.CL_PROGRAM_BINARIES, org.jocl.Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null));
        }
        return binary;
    }

    @Override
    void release() {
        CL.clReleaseProgram(id);
    }
}
