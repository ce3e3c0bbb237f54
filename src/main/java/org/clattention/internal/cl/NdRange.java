package org.clattention.internal.cl;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How many work-items to launch, and in which groups.
 *
 * @param global work-items by dimension, each a multiple of the group's
 * @param local work-items of a group by dimension; empty: any
 */
@SuppressWarnings("ArrayRecordComponent") // made fresh for each launch, compared never
public record NdRange(long[] global, long[] local) {
    private static final int MOST_ELEMENTS = 512;
    private static final int MOST_ROWS = 64;

    /** Checks that the groups tile the range. */
    public NdRange {
        if (global.length < 1 || global.length > 3 || (local.length != 0 && local.length != global.length)) {
            throw new IllegalArgumentException(
                    "range: " + Arrays.toString(global) + " and " + Arrays.toString(local) + " do not match");
        }
        for (int i = 0; i < local.length; i++) {
            if (local[i] < 1 || global[i] < local[i] || global[i] % local[i] != 0) {
                throw new IllegalArgumentException(
                        "range: " + Arrays.toString(global) + " is not a multiple of " + Arrays.toString(local));
            }
        }
    }

    /** A range of single work-items in groups of any size. */
    public static NdRange ofItems(long... items) {
        return new NdRange(items.clone(), new long[0]);
    }

    /** Groups of one work-item each, in two dimensions. */
    public static NdRange singles(long columns, long rows) {
        return new NdRange(new long[] {columns, rows}, new long[] {1, 1});
    }

    /**
     * Groups for a driver that builds a kernel anew for each size of group: few sizes, whatever the range. Left to itself it takes
     * a size that depends on the range, and every new length of a sequence waits for its compiler.
     */
    long[] fewSizes() {
        if (local.length > 0) {
            return local;
        }
        long[] sizes = new long[global.length];
        Arrays.fill(sizes, 1);
        // Elements of one dimension are small work, and a group costs as much as dozens of them.
        for (int size = global.length == 1 ? MOST_ELEMENTS : MOST_ROWS; size > 1; size /= 8) {
            if (global[0] % size == 0) {
                sizes[0] = size;
                break;
            }
        }
        return sizes;
    }

    boolean isSingles(long columns, long rows) {
        return global.length == 2
                && local.length == 2
                && global[0] == columns
                && global[1] == rows
                && local[0] == 1
                && local[1] == 1;
    }

    /** A range of {@code groups} groups of {@code local} work-items in each dimension. */
    public static NdRange ofGroups(long[] groups, long[] local) {
        long[] global = new long[groups.length];
        for (int i = 0; i < groups.length; i++) {
            global[i] = Math.multiplyExact(groups[i], local[i]);
        }
        return new NdRange(global, local.clone());
    }

    /** All work-items together. */
    long items() {
        long items = 1;
        for (long size : global) {
            items *= size;
        }
        return items;
    }

    /** For people: {@code 4x12 groups of 1}, or {@code 128x12 items} where groups do not matter. */
    public String groups() {
        if (local.length == 0) {
            return sizes(global) + " items";
        }
        long[] groups = new long[global.length];
        Arrays.setAll(groups, i -> global[i] / local[i]);
        long items = Arrays.stream(local).reduce(1, (a, b) -> a * b);
        return sizes(groups) + " groups of " + (items == 1 ? "1" : sizes(local));
    }

    private static String sizes(long[] sizes) {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining("x"));
    }

    @Override
    public String toString() {
        return "global=" + Arrays.toString(global) + " local=" + Arrays.toString(local);
    }
}
