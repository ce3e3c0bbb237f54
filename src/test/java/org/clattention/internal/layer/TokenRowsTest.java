package org.clattention.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which rows belong to whom, and where they stand. */
@Tag("small")
class TokenRowsTest {
    @Test
    void raggedRowsFollowOneAnother() {
        BatchLayout rows = BatchLayout.ragged(new int[] {0, 3, 3, 7}, new int[] {5, 0, 2});
        assertThat(rows.counts()).containsExactly(3, 0, 4);
        assertThat(rows.firstRows()).containsExactly(0, 3, 3);
        assertThat(rows.positions()).containsExactly(5, 6, 7, 2, 3, 4, 5);
        assertThat(rows.longest()).isEqualTo(4);
        assertThat(rows.longestAfter()).isEqualTo(8);
        assertThat(rows.lowestPosition()).isZero();
        assertThat(rows.positionsEnd()).isEqualTo(8);
        assertThat(rows.uniform()).isFalse();
        assertThat(rows.projectionBatch()).isEqualTo(1);
        assertThat(rows.projectionLength()).isEqualTo(7);
    }

    @Test
    void denseRowsArePaddedToOneLength() {
        BatchLayout rows = BatchLayout.dense(2, 3, new int[] {3, 1}, new int[] {4, 9});
        assertThat(rows.positions()).containsExactly(4, 5, 6, 9, 10, 11);
        assertThat(rows.longestAfter()).isEqualTo(10);
        assertThat(rows.positionsEnd()).isEqualTo(12);
        assertThat(rows.lowestPosition()).isEqualTo(4);
        assertThat(rows.uniform()).isFalse();
        assertThat(rows.projectionBatch()).isEqualTo(2);
    }

    @Test
    void alikeSequencesAreUniform() {
        assertThat(BatchLayout.dense(2, 3, new int[] {3, 3}, new int[] {4, 4}).uniform())
                .isTrue();
        assertThat(BatchLayout.dense(2, 3, new int[] {3, 3}, new int[] {4, 5}).uniform())
                .isFalse();
        assertThat(BatchLayout.dense(2, 3, new int[] {3, 2}, new int[] {4, 4}).uniform())
                .isFalse();
    }

    /** Without any token there is still a masked key. */
    @Test
    void nothingHasOneKey() {
        assertThat(BatchLayout.dense(1, 2, new int[] {0}, new int[] {0}).longestAfter())
                .isEqualTo(1);
    }

    @Test
    void lengthsMoveQueriesOnlyIfAsked() {
        assertThat(KeyRange.byKeyLengths(new int[] {5, 2}, 3, 1, false)).containsExactly(0, 3, 1, 0, 5, 0, 3, 1, 0, 2);
        assertThat(KeyRange.byKeyLengths(new int[] {5, 2}, 3, 1, true)).containsExactly(0, 3, 2, 0, 5, 0, 3, -1, 0, 2);
    }
}
