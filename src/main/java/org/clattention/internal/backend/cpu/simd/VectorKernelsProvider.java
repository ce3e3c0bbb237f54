package org.clattention.internal.backend.cpu.simd;

import java.lang.reflect.Constructor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which loops this JVM gets: the only place that asks for the Vector API. */
public final class VectorKernelsProvider {
    private static final Logger log = LoggerFactory.getLogger(VectorKernelsProvider.class);
    private static final String MODULE = "jdk.incubator.vector";

    /** {@code false} forbids the Vector API. */
    private static final String VECTOR = "clattention.java.vector";

    private VectorKernelsProvider() {}

    /** Looked up when it is first needed. */
    private static final class Best {
        static final String PROBLEM = ModuleLayer.boot().findModule(MODULE).isPresent()
                ? ""
                : "the Java engine is several times slower than it could be: this JVM runs without the Vector API;"
                        + " start it with --add-modules " + MODULE;
        static final Supplier<VectorKernels> LOOPS = PROBLEM.isEmpty() ? vector() : ScalarKernels.supplier();
    }

    /** Says once, where an engine is opened, what would make it faster. */
    private static final class Warning {
        static {
            if (!Best.PROBLEM.isEmpty()) {
                log.warn("{}", Best.PROBLEM);
            }
        }

        static void give() {}
    }

    /** The best loops: the Vector API's where the JVM has it, scalar ones elsewhere. */
    public static Supplier<VectorKernels> best() {
        return Boolean.parseBoolean(System.getProperty(VECTOR, "true")) ? Best.LOOPS : ScalarKernels.supplier();
    }

    /** Why the engine is slower than it could be, with the cure; empty if it is not. */
    public static String problem() {
        return Best.PROBLEM;
    }

    /** Logs, the first time, that the Vector API is missing. */
    public static void warnOnce() {
        Warning.give();
    }

    private static Supplier<VectorKernels> vector() {
        try {
            // By name: these classes are loaded only where the module is.
            Class<? extends VectorKernels> vectors = Class.forName(
                            "org.clattention.internal.backend.cpu.simd.SimdKernels")
                    .asSubclass(VectorKernels.class);
            Constructor<? extends VectorKernels> constructor = vectors.getDeclaredConstructor();
            VectorKernels probe = constructor.newInstance();
            return probe::another;
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalStateException("the loops of the Vector API do not load", e);
        }
    }
}
