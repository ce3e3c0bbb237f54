package org.clattention.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.clattention.internal.layer.cache.BlockTable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Blocks belong to one sequence at a time, none is lost, and shrinking keeps what is left. */
@Tag("small")
class BlockTableTest {
    @Test
    void blocksAreNeverSharedOrLost() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 50; round++) {
            int batch = 1 + random.nextInt(4);
            int blocks = 1 + random.nextInt(20);
            int size = 1 + random.nextInt(5);
            BlockTable table = new BlockTable(batch, blocks, size);
            int[] lengths = new int[batch];
            for (int step = 0; step < 60; step++) {
                int[] next = lengths.clone();
                next[random.nextInt(batch)] = random.nextInt(2 * size * blocks / batch + 1);
                if (table.missing(next) > table.freeBlocks()) {
                    continue;
                }
                int before = lengths[0] == 0 ? -1 : table.block(0, 0);
                table.resize(next);
                boolean kept = lengths[0] > 0 && next[0] > 0;
                if (kept) {
                    assertThat(table.block(0, 0)).isEqualTo(before);
                }
                lengths = next;
                requireSound(table, lengths, blocks, size);
            }
        }
    }

    private static void requireSound(BlockTable table, int[] lengths, int blocks, int size) {
        Set<Integer> used = new HashSet<>();
        int[] flat = table.flat();
        for (int b = 0; b < lengths.length; b++) {
            for (int i = 0; i * size < lengths[b]; i++) {
                int block = table.block(b, i);
                assertThat(block).isBetween(0, blocks - 1);
                assertThat(used.add(block)).as("block %d has one owner", block).isTrue();
                assertThat(flat[b * table.columns() + i]).isEqualTo(block);
            }
        }
        assertThat(table.freeBlocks()).isEqualTo(blocks - used.size());
    }
}
