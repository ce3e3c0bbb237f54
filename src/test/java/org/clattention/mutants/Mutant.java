package org.clattention.mutants;

import java.util.Set;
import java.util.regex.Pattern;
import org.clattention.internal.backend.opencl.KernelFiles;
import org.clattention.internal.cl.ChangedSource;

/**
 * One fault in one kernel source.
 *
 * @param id its name
 * @param file the source, for example {@code common/masks.cl}
 * @param sets the sets of kernels whose results it changes
 * @param what what is wrong with it
 * @param from the right text, which the source has once
 * @param to what stands in its place
 * @param cases found in the names of the cases that it can matter to: what is part of every kernel need not be tried with all
 * @param level the first level of the smoke check that is known to find it; empty if that is not known yet
 * @param equivalent why no result that a user can get changes; empty for a fault that must be found
 */
record Mutant(
        String id,
        String file,
        Set<KernelFamily> sets,
        String what,
        String from,
        String to,
        Pattern cases,
        String level,
        String equivalent) {
    boolean isEquivalent() {
        return !equivalent.isEmpty();
    }

    /** How often the source has the text that it changes: once, or it does not say what it changes. */
    int places() {
        String text = KernelFiles.text(file);
        int count = 0;
        for (int at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1)) {
            count++;
        }
        return count;
    }

    /** Programs that this thread builds have the fault until the result is closed. */
    ChangedSource plant() {
        return ChangedSource.of(file, text -> text.replace(from, to));
    }

    @Override
    public String toString() {
        return id + " (" + file + "): " + what;
    }
}
