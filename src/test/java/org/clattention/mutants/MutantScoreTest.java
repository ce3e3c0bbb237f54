package org.clattention.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeSuite;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How many of all mutants the smoke check finds, set by set, and level by level. {@code -Dclattention.mutants=REGEX} takes those whose name
 * matches, {@code -Dclattention.mutants.sets=cpu,gpu,portable} some sets.
 */
@Tag("nightly")
class MutantScoreTest {
    /** What has been measured of two sets so far; docs/mutants.md says what is aimed at. */
    private static final double QUICK_BAR = 0.6;

    private static final double MEDIUM_BAR = 0.6;

    private final List<String> table = new ArrayList<>();
    private int quick;
    private int medium;
    private int all;

    @Test
    void scores() {
        Pattern names = Pattern.compile(System.getProperty("clattention.mutants", ".*"));
        String sets = System.getProperty("clattention.mutants.sets", "cpu,gpu,portable");
        List<Mutant> mutants = Mutants.all().stream()
                .filter(m -> names.matcher(m.id()).matches())
                .toList();
        for (KernelFamily family : KernelFamily.values()) {
            if (Arrays.asList(sets.split(",")).contains(family.name().toLowerCase(Locale.ROOT))) {
                score(
                        family,
                        mutants.stream().filter(m -> m.sets().contains(family)).toList());
            }
        }
        table.forEach(System.out::println);
        assertThat((double) quick / all).as("share that quick finds").isGreaterThanOrEqualTo(QUICK_BAR);
        assertThat((double) medium / all).as("share that medium finds").isGreaterThanOrEqualTo(MEDIUM_BAR);
    }

    private void score(KernelFamily family, List<Mutant> mutants) {
        long start = System.nanoTime();
        List<SmokeCase> quickCases = SmokeSuite.QUICK.cases(1);
        List<Mutant> missed = hunt("quick", family, mutants, quickCases);
        double quickSeconds = (System.nanoTime() - start) * 1e-9;
        // Medium has quick's cases, too.
        Set<String> names = quickCases.stream().map(SmokeCase::name).collect(Collectors.toCollection(HashSet::new));
        List<SmokeCase> more = SmokeSuite.MEDIUM.cases(1).stream()
                .filter(c -> !names.contains(c.name()))
                .toList();
        List<Mutant> missedByMedium = hunt("medium", family, missed, more);
        int count = (int) mutants.stream().filter(m -> !m.isEquivalent()).count();
        quick += count - missed.size();
        medium += count - missedByMedium.size();
        all += count;
        table.add(String.format(
                Locale.ROOT,
                "%-8s mutants %3d, equivalent %2d: quick finds %3d of %3d (%.0f s), medium %3d (%.0f s more)",
                family,
                mutants.size(),
                mutants.size() - count,
                count - missed.size(),
                count,
                quickSeconds,
                count - missedByMedium.size(),
                (System.nanoTime() - start) * 1e-9 - quickSeconds));
    }

    /** Gives those, but equivalent ones, that no case finds. */
    private static List<Mutant> hunt(String level, KernelFamily family, List<Mutant> mutants, List<SmokeCase> cases) {
        List<Mutant> missed = new ArrayList<>();
        Set<SmokeCase> killers = new HashSet<>();
        try (MutantHunt hunt = new MutantHunt(family, cases)) {
            for (Mutant mutant : mutants) {
                Finding finding = hunt.run(mutant);
                System.out.println(level + " " + finding + (finding.killed() ? "" : " " + mutant.what()));
                if (finding.killed()) {
                    assertThat(mutant.equivalent())
                            .as("%s, called equivalent, is found", mutant)
                            .isEmpty();
                    killers.add(finding.killer());
                } else if (!mutant.isEquivalent()) {
                    missed.add(mutant);
                }
            }
            assertThat(killers)
                    .as("cases without a fault")
                    .allSatisfy(c -> assertThat(hunt.failureOfSoundKernels(c))
                            .as(c.name())
                            .isEmpty());
        }
        return missed;
    }
}
