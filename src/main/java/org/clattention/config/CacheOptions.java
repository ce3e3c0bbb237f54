package org.clattention.config;

/**
 * The shape of a key-value cache.
 *
 * @param kind how rows are kept
 * @param batch sequences
 * @param capacity tokens of each sequence: all of them, or the last ones in a ring; for a paged cache the most that one
 *     sequence may have
 * @param blockSize tokens of a block; paged caches only
 * @param blocks blocks that all sequences share; paged caches only
 * @param type storage type: F32, F16, BF16, or Q8_0 for layers whose head sizes (of latent
 *     attention: latent and shared key) are multiples of 32
 */
public record CacheOptions(Kind kind, int batch, int capacity, int blockSize, int blocks, DataType type) {

    /** How rows are kept. */
    public enum Kind {
        /** Room for {@code capacity} tokens of every sequence. */
        CONTIGUOUS,
        /** The last {@code capacity} tokens of every sequence, for layers with a left window. */
        RING,
        /** Blocks handed out as sequences grow. */
        PAGED
    }

    /** Checks sizes and type. */
    public CacheOptions {
        Checks.given("kind", kind);
        Checks.given("type", type);
        Checks.positive("batch", batch);
        Checks.positive("capacity", capacity);
        if (kind == Kind.PAGED) {
            Checks.positive("blockSize", blockSize);
            Checks.positive("blocks", blocks);
        }
        if (type != DataType.F32 && type != DataType.F16 && type != DataType.BF16 && type != DataType.Q8_0) {
            throw new IllegalArgumentException("type: " + type + " must be F32, F16, BF16 or Q8_0");
        }
    }

    /** Room for {@code capacity} tokens of each of {@code batch} sequences, F32. */
    public static CacheOptions contiguous(int batch, int capacity) {
        return new CacheOptions(Kind.CONTIGUOUS, batch, capacity, 0, 0, DataType.F32);
    }

    /**
     * The last {@code capacity} tokens of each sequence, F32. A layer with left window W takes at most
     * {@code capacity − W} tokens in one call.
     */
    public static CacheOptions ring(int batch, int capacity) {
        return new CacheOptions(Kind.RING, batch, capacity, 0, 0, DataType.F32);
    }

    /**
     * {@code blocks} blocks of {@code blockSize} tokens, handed out as sequences grow; F32. One sequence may take all of them.
     */
    public static CacheOptions paged(int batch, int blocks, int blockSize) {
        Checks.positive("blocks", blocks);
        Checks.positive("blockSize", blockSize);
        int capacity = Checks.fitsInt("blocks * blockSize", (long) blocks * blockSize);
        return new CacheOptions(Kind.PAGED, batch, capacity, blockSize, blocks, DataType.F32);
    }

    /** These options with another storage type. */
    public CacheOptions withType(DataType newType) {
        return new CacheOptions(kind, batch, capacity, blockSize, blocks, newType);
    }

    public void requireFit(BlockAttention attention) {
        if (attention instanceof AttentionConfig layer) {
            Checks.cachedRows(type, "head size", layer.headSize());
            Checks.cachedRows(type, "value head size", layer.valueHeadSize());
        } else if (attention instanceof LatentConfig latent) {
            Checks.cachedRows(type, "size of the latent", latent.latentSize());
            Checks.cachedRows(type, "size of the shared key", latent.ropeHeadSize());
        }
    }

    public CacheOptions withBatch(int newBatch) {
        return new CacheOptions(kind, newBatch, capacity, blockSize, blocks, type);
    }
}
