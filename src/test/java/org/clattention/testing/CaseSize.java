package org.clattention.testing;

/** How large generated cases get: sizes are drawn from these lists, then heads and batch shrink to fit the work limit. */
enum CaseSize {
    /** For a simulator. */
    TINY(new int[] {1, 2, 3, 5, 8, 17}, new int[] {1, 2, 3, 5, 7, 9, 17}, 6_000),
    /** Edges of tiles and groups. */
    SMALL(new int[] {1, 8, 32, 40, 59, 64}, new int[] {1, 2, 7, 31, 32, 33, 63, 64, 65}, 600_000),
    /** Every head size, longer rows. */
    MEDIUM(
            new int[] {1, 8, 32, 40, 59, 64, 80, 96, 111, 128, 256},
            new int[] {1, 31, 33, 64, 97, 113, 128, 257, 1023, 1025},
            3_000_000),
    /** What the fused kernels for CPUs take: edges of their tiles, and value heads of a vector at least. */
    FUSED(
            new int[] {1, 8, 16, 20, 32, 40, 59, 64, 72, 96, 128, 256},
            new int[] {1, 2, 3, 7, 12, 13, 16, 17, 31, 33, 64, 65, 127, 129, 257},
            1_500_000);

    private static final int VECTOR = 16;

    private final int[] headSizes;
    private final int[] lengths;
    private final long work;

    CaseSize(int[] headSizes, int[] lengths, long work) {
        this.headSizes = headSizes;
        this.lengths = lengths;
        this.work = work;
    }

    int headSize(CaseRandom random) {
        return random.oneOf(headSizes);
    }

    /** The size of value heads, for queries and keys of size {@code d}: the same for most. */
    int valueSize(CaseRandom random, int d) {
        int size = random.chance(0.3) ? headSize(random) : d;
        return this == FUSED ? Math.max(VECTOR, size) : size;
    }

    int length(CaseRandom random) {
        return random.oneOf(lengths);
    }

    /** The most multiplications that a case may take. */
    long work() {
        return work;
    }
}
