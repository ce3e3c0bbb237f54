package org.clattention.mutants;

import java.util.Locale;
import org.clattention.verify.SmokeCase;
import org.jspecify.annotations.Nullable;

/**
 * What became of a mutant.
 *
 * @param killer the case that found it; null for none
 * @param reason what the case said
 * @param cases how many cases ran
 * @param seconds how long all of it took
 */
record Finding(
        Mutant mutant, KernelFamily family, @Nullable SmokeCase killer, String reason, int cases, double seconds) {
    boolean killed() {
        return killer != null;
    }

    @Override
    public String toString() {
        String how =
                killer == null ? (mutant.isEquivalent() ? "equivalent" : "SURVIVED") : "killed by " + killer.name();
        return String.format(Locale.ROOT, "%-8s %-40s %s (%d cases, %.1f s)", family, mutant.id(), how, cases, seconds);
    }
}
