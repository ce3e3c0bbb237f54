package org.clattention.internal.cl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NdRangeTest {
    @Test
    void anyRangeComesInFewSizesOfGroupsThatTileIt() {
        Set<String> sizes = new HashSet<>();
        for (int n = 1; n <= 5000; n++) {
            for (NdRange range : new NdRange[] {NdRange.ofItems(n), NdRange.ofItems(n, 3), NdRange.ofItems(n, 12, 7)}) {
                long[] local = range.fewSizes();
                sizes.add(Arrays.toString(local));
                assertThat(new NdRange(range.global(), local).items()).isEqualTo(range.items());
            }
        }
        assertThat(sizes)
                .containsExactlyInAnyOrder(
                        "[1]",
                        "[8]",
                        "[64]",
                        "[512]",
                        "[1, 1]",
                        "[8, 1]",
                        "[64, 1]",
                        "[1, 1, 1]",
                        "[8, 1, 1]",
                        "[64, 1, 1]");
    }

    @Test
    void givenGroupsStay() {
        NdRange range = NdRange.ofGroups(new long[] {3, 4}, new long[] {5, 6});
        assertThat(range.fewSizes()).containsExactly(5, 6);
        assertThat(range.global()).containsExactly(15, 24);
    }

    @Test
    void groupsThatDoNotTileARangeAreRefused() {
        assertThatThrownBy(() -> new NdRange(new long[] {10}, new long[] {4}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple");
    }
}
