package org.clattention.internal.backend.opencl.plan;

/**
 * The tile of a matrix product: the only source of the kernel's constants and of its launch.
 *
 * @param m rows of the result by a work-group
 * @param n columns of the result by a work-group
 * @param k columns of the operands in local memory at a time
 * @param groupM work-items of a group along the rows
 * @param groupN work-items of a group along the columns
 */
public record ProductTile(int m, int n, int k, int groupM, int groupN) {
    /** Checks that items divide the tile. */
    public ProductTile {
        if (m < 1 || n < 1 || k < 1 || groupM < 1 || groupN < 1 || m % groupM != 0 || n % groupN != 0) {
            throw new IllegalArgumentException("tile: " + m + "x" + n + "x" + k + " does not divide into " + groupM
                    + "x" + groupN + " work-items");
        }
    }

    /** The constants that a kernel is built with, as compiler options. */
    public String options() {
        return "-DTILE_M=" + m + " -DTILE_N=" + n + " -DTILE_K=" + k + " -DGROUP_M=" + groupM + " -DGROUP_N=" + groupN;
    }

    /** Local memory of a group: both operands' tiles, with a column of padding. */
    public long localBytes() {
        return 4L * k * ((m + 1) + (n + 1));
    }

    /** The groups that cover a result of this size, columns first, {@code layers} times. */
    public long[] groups(long rows, long columns, long layers) {
        return new long[] {(columns + n - 1) / n, (rows + m - 1) / m, layers};
    }

    /** The group's size, columns first. */
    public long[] local() {
        return new long[] {groupN, groupM, 1};
    }
}
