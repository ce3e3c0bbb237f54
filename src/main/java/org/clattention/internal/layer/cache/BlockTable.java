package org.clattention.internal.layer.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Which blocks belong to which sequence of a paged cache, and which are free. */
public final class BlockTable {
    private final int blockSize;
    private final List<List<Integer>> owned = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    public BlockTable(int batch, int blocks, int blockSize) {
        this.blockSize = blockSize;
        for (int b = 0; b < batch; b++) {
            owned.add(new ArrayList<>());
        }
        for (int block = 0; block < blocks; block++) {
            free.add(block);
        }
    }

    /** Blocks that sequences of these lengths would need beyond those that they have. */
    public long missing(int[] lengths) {
        long missing = 0;
        for (int b = 0; b < lengths.length; b++) {
            missing += Math.max(0, blocksOf(lengths[b]) - owned.get(b).size());
        }
        return missing;
    }

    public int freeBlocks() {
        return free.size();
    }

    /** Hands out or takes back blocks so that each sequence has those of its length. */
    public void resize(int[] lengths) {
        for (int b = 0; b < lengths.length; b++) {
            List<Integer> blocks = owned.get(b);
            while (blocks.size() > blocksOf(lengths[b])) {
                free.push(blocks.remove(blocks.size() - 1));
            }
            while (blocks.size() < blocksOf(lengths[b])) {
                blocks.add(free.remove());
            }
        }
    }

    public int block(int sequence, int index) {
        return owned.get(sequence).get(index);
    }

    int blocksOf(int length) {
        return (int) (((long) length + blockSize - 1) / blockSize);
    }

    /** Entries per sequence in {@link #flat()}. */
    public int columns() {
        return Math.max(1, owned.stream().mapToInt(List::size).max().orElse(0));
    }

    /** The table, row by row; entries without a block are 0 and never read. */
    public int[] flat() {
        int columns = columns();
        int[] table = new int[owned.size() * columns];
        for (int b = 0; b < owned.size(); b++) {
            for (int i = 0; i < owned.get(b).size(); i++) {
                table[b * columns + i] = owned.get(b).get(i);
            }
        }
        return table;
    }
}
