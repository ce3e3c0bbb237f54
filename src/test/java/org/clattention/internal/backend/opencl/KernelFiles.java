package org.clattention.internal.backend.opencl;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.cl.ProgramSource;

/** Which sources the kernels are made of. */
public final class KernelFiles {
    private static final String LINE = "#line 1 \"";

    private KernelFiles() {}

    /** All sources of the kernels with this function name; several sets may have one. */
    public static Set<String> of(String function) {
        return of(id -> id.function().equals(function));
    }

    /** All sources of all kernels. */
    public static Set<String> all() {
        return of(id -> true);
    }

    private static Set<String> of(Predicate<KernelId> kernels) {
        return Arrays.stream(KernelId.values())
                .filter(kernels)
                .flatMap(id -> ProgramSource.ofResources(id.function(), KernelId.FOLDER, id.files())
                        .text()
                        .lines())
                .filter(line -> line.startsWith(LINE))
                .map(line -> line.substring(LINE.length(), line.length() - 1))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The text of a source. */
    public static String text(String file) {
        String own = LINE + file + "\"\n";
        String all =
                ProgramSource.ofResources(file, KernelId.FOLDER, List.of(file)).text();
        return all.substring(all.indexOf(own) + own.length());
    }
}
