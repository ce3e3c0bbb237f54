package org.clattention.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.clattention.internal.backend.opencl.KernelFiles;
import org.junit.jupiter.api.Test;

/** The faults planted in kernels: every one still fits its source. */
class MutantsTest {
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
            assertThat(mutant.level()).isIn("quick", "medium", "long");
        });
    }
}
