package org.clattention.verify;

/**
 * The sizes of an attention case.
 *
 * @param batch B
 * @param heads Hq
 * @param kvHeads Hkv
 * @param queries S
 * @param keys T
 * @param size d
 * @param valueSize dv
 */
record AttentionShape(int batch, int heads, int kvHeads, int queries, int keys, int size, int valueSize) {
    /** The longest sum. */
    long reduction() {
        return Math.max(keys, size);
    }

    @Override
    public String toString() {
        return "b" + batch + "-h" + heads + "." + kvHeads + "-s" + queries + "-t" + keys + "-d" + size
                + (valueSize == size ? "" : "." + valueSize);
    }
}
