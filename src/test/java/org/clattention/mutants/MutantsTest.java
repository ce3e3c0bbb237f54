package org.clattention.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.clattention.internal.backend.opencl.KernelFiles;
import org.clattention.testing.NoLiveHandles;
import org.clattention.verify.SmokeSuite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The faults planted in kernels: every one still fits its source, and the quick smoke check finds those of a sample. */
@ExtendWith(NoLiveHandles.class)
class MutantsTest {
    private static final int SAMPLE = 6;

    /** Of the set that PoCL's devices use by themselves. The nightly score is about all sets. */
    private static final KernelFamily FAMILY = KernelFamily.CPU;

    @Test
    void everyMutantFitsItsSource() {
        List<Mutant> all = Mutants.all();
        assertThat(all).hasSizeGreaterThanOrEqualTo(100);
        assertThat(all.stream().map(Mutant::id)).doesNotHaveDuplicates();
        Set<String> files = KernelFiles.all();
        assertThat(all).allSatisfy(mutant -> {
            assertThat(files).contains(mutant.file());
            assertThat(mutant.places())
                    .as("%s: places of %s", mutant, mutant.from())
                    .isEqualTo(1);
            assertThat(mutant.to()).isNotEqualTo(mutant.from());
            assertThat(mutant.what()).isNotEmpty();
            assertThat(mutant.level()).isIn("", "quick", "medium", "long");
        });
    }

    @Test
    void theQuickSmokeCheckFindsASample() {
        long seed = Long.getLong("clattention.mutants.seed", System.nanoTime() & 0xffff);
        List<Mutant> sample = new ArrayList<>(Mutants.all().stream()
                .filter(m -> m.sets().contains(FAMILY)
                        && !m.isEquivalent()
                        && m.level().equals("quick"))
                .toList());
        Collections.shuffle(sample, new Random(seed));
        System.out.println("mutants by -Dclattention.mutants.seed=" + seed);
        try (MutantHunt hunt = new MutantHunt(FAMILY, SmokeSuite.QUICK.cases(1))) {
            for (Mutant mutant : sample.subList(0, SAMPLE)) {
                Finding finding = hunt.run(mutant);
                System.out.println(finding);
                assertThat(finding.killer())
                        .as("the case that finds %s", mutant)
                        .isNotNull();
                assertThat(hunt.failureOfSoundKernels(finding.killer()))
                        .as("%s without a fault", finding.killer().name())
                        .isEmpty();
            }
        }
    }
}
