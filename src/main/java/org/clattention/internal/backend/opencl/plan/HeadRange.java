package org.clattention.internal.backend.opencl.plan;

/**
 * A part of an attention call: some heads, counted b·Hq + h, and some query rows of each.
 *
 * @param firstHead the first head
 * @param heads how many
 * @param firstRow the first row
 * @param rows how many
 */
public record HeadRange(int firstHead, int heads, int firstRow, int rows) {}
