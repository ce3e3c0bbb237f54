package org.clattention.config;

import java.util.List;
import java.util.Locale;

/**
 * What one step of a call ran, and why.
 *
 * @param step what it does, for example {@code project_heads}, {@code store}, {@code attend}, {@code project}
 * @param shape its sizes and types, in words
 * @param kernels what ran, in the order of first launches; empty if the driver did the step alone
 * @param reason which set of kernels took the step, and why
 */
public record StepPlan(String step, String shape, List<KernelPlan> kernels, String reason) {
    /** Keeps its own list. */
    public StepPlan {
        Checks.given("step", step);
        Checks.given("shape", shape);
        Checks.given("kernels", kernels);
        kernels.forEach(kernel -> Checks.given("kernels", kernel));
        Checks.given("reason", reason);
        kernels = List.copyOf(kernels);
    }

    /**
     * Equal launches of one kernel.
     *
     * @param source the file that it is built from, such as {@code cpu/row_product.cl}; empty on the engine in Java
     * @param name the kernel, as {@code AttentionEngine.takeKernelTimes()} names it
     * @param constants what it is built with: tiles, storage types; on the engine in Java its inner loops
     * @param launch how many groups of how many work-items, splits included; on the engine in Java how many threads
     * @param launches how often
     */
    public record KernelPlan(String source, String name, String constants, String launch, int launches) {
        /** Checks what must be given. */
        public KernelPlan {
            Checks.given("source", source);
            Checks.given("name", name);
            Checks.given("constants", constants);
            Checks.given("launch", launch);
        }

        /** Its name with that of its set, as in {@code AttentionEngine.kernels()}. */
        public String path() {
            return path(source, name);
        }

        /** The same of a kernel of this file and name. */
        public static String path(String source, String name) {
            Checks.given("source", source);
            Checks.given("name", name);
            String file = source.endsWith(".cl") ? source.substring(0, source.length() - 3) : source;
            return file.isEmpty() ? name : file.endsWith("/" + name) ? file : file + ":" + name;
        }

        @Override
        public String toString() {
            String times = launches == 1 ? "" : ", " + launches + " times";
            return (name + " " + constants).strip() + ": " + launch + times;
        }
    }

    /** The step, and a line each for the reason and the kernels. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-14s %s%n  %s", step, shape, reason));
        kernels.forEach(kernel -> text.append(String.format("%n    ")).append(kernel));
        return text.toString();
    }
}
