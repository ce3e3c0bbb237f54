package org.clattention;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.clattention.config.CacheOptions;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.error.CacheFullException;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.layer.cache.CacheStore;
import org.clattention.internal.layer.cache.CacheTransfer;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of the tokens that a layer has seen, on the device; made by the layer. Each call that is given the
 * cache appends its tokens. For one call at a time; others wait.
 *
 * <p>Rows are cached as attention reads them: keys after norm and rotation. A latent-attention layer caches one row per token
 * instead: the normalized latent followed by the rotated shared key.
 */
public final class KvCache implements AutoCloseable {
    private final AttentionEngine engine;
    private final Object layer;
    private final int leftWindow;
    private final CacheStore store;
    private final Lifetime lifetime;
    private final ReentrantLock lock = new ReentrantLock();

    KvCache(AttentionEngine engine, Object layer, int leftWindow, CacheStore store) {
        this.engine = engine;
        this.layer = layer;
        this.leftWindow = leftWindow;
        this.store = store;
        this.lifetime = Lifetime.of(engine, () -> "cache", store::close);
    }

    /** The shape of this cache. */
    public CacheOptions options() {
        return store.options();
    }

    /** Tokens of a sequence. */
    public int length(int sequence) {
        requireSequence(sequence);
        return store.length(sequence);
    }

    /** Tokens of each sequence. */
    public int[] lengths() {
        return store.lengths();
    }

    /**
     * Forgets the tokens of all sequences from {@code length} on.
     *
     * @throws IllegalArgumentException if a sequence is shorter, or a ring has overwritten what would be seen again
     */
    public void truncate(int length) {
        int[] all = new int[options().batch()];
        Arrays.setAll(all, b -> b);
        truncateAll(all, length);
    }

    /**
     * Forgets the tokens of one sequence from {@code length} on.
     *
     * @throws IllegalArgumentException if the sequence is shorter, or a ring has overwritten what would be seen again
     */
    public void truncate(int sequence, int length) {
        requireSequence(sequence);
        truncateAll(new int[] {sequence}, length);
    }

    /** All of them or, if one cannot be, none. */
    private void truncateAll(int[] sequences, int length) {
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            lock.lock();
            try {
                for (int sequence : sequences) {
                    store.requireTruncatable(sequence, length, leftWindow);
                }
                for (int sequence : sequences) {
                    store.truncate(sequence, length, leftWindow);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Checks that a sequence can be truncated; changes nothing. */
    void requireTruncatable(int sequence, int length) {
        requireSequence(sequence);
        store.requireTruncatable(sequence, length, leftWindow);
    }

    /** A copy of this cache that goes its own way. */
    public KvCache branch() {
        int[] all = new int[options().batch()];
        Arrays.setAll(all, b -> b);
        return branch(all);
    }

    /**
     * A cache whose sequence i begins as a copy of this one's sequence {@code sources[i]}: for several continuations of one
     * prompt, or the survivors of a beam search.
     */
    public KvCache branch(int... sources) {
        Checks.given("sources", sources);
        if (sources.length == 0) {
            throw new IllegalArgumentException("sources: at least one sequence must be given");
        }
        for (int source : sources) {
            requireSequence(source);
        }
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            // Before the stream, as in a call: who holds a stream must not wait for a call that waits for one.
            lock.lock();
            try (CommandStream stream = engine.backend().stream()) {
                CacheStore copy = store.branch(stream, options().withBatch(sources.length), sources.clone());
                return new KvCache(engine, layer, leftWindow, copy);
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Appends rows made elsewhere, for example read back from another cache.
     *
     * @param keys [B, Hkv, P, d], after norm and rotation
     * @param values [B, Hkv, P, dv]
     * @throws IllegalArgumentException if a shape does not fit, or this is the cache of a latent-attention layer, which takes
     *     {@link #append(Tensor)}
     * @throws CacheFullException if there is no room; the cache is as it was
     */
    public void append(Tensor keys, @Nullable Tensor values) {
        Checks.given("keys", keys);
        TensorChecks.floatingPoint("keys", keys);
        TensorChecks.rank("keys", keys, 4, "[B, Hkv, P, d]");
        long rows = keys.dim(2);
        int batch = options().batch();
        Checks.shape("keys", keys.shape(), "[B, Hkv, P, d]", batch, store.heads(), rows, store.keySize());
        if ((values == null) != (store.valueSize() == 0)) {
            throw new IllegalArgumentException(
                    "values: must be given, except for the cache of a latent-attention layer");
        }
        if (values != null) {
            TensorChecks.floatingPoint("values", values);
            Checks.shape("values", values.shape(), "[B, Hkv, P, dv]", batch, store.heads(), rows, store.valueSize());
        }
        int[] counts = new int[batch];
        Arrays.fill(counts, Checks.fitsInt("keys", rows));
        try (Use use = new Use(engine)) {
            use.tensor("keys", keys);
            use.optionalTensor("values", values);
            use.hold(lifetime);
            appending(counts, () -> {
                if (rows > 0) {
                    append(keys, values, counts[0]);
                }
                return counts;
            });
        }
    }

    /**
     * The same for the cache of a latent-attention layer, whose rows are keys and values in one.
     *
     * @param rows [B, 1, P, r + dr]: normalized latents, each followed by the rotated shared key
     * @throws IllegalArgumentException also if another kind of layer made this cache
     * @throws CacheFullException if there is no room; the cache is as it was
     */
    public void append(Tensor rows) {
        append(rows, null);
    }

    private void append(Tensor keys, @Nullable Tensor values, int rows) {
        try (CommandStream stream = engine.backend().stream()) {
            CacheTransfer.append(stream, store, keys.array(), values == null ? null : values.array(), rows);
            stream.finish();
        }
    }

    /**
     * The cached keys [B, Hkv, T, d] of all sequences, in the cache's type; those of a Q8_0 cache as F32, exactly.
     *
     * @throws IllegalStateException if the sequences differ in length, or a ring has overwritten the first tokens
     */
    public Tensor keys() {
        return export(true);
    }

    /** The cached values [B, Hkv, T, dv], likewise; not for latent attention, which has none. */
    public Tensor values() {
        if (store.valueSize() == 0) {
            throw new IllegalStateException("cache: a latent-attention layer caches one row for keys and values");
        }
        return export(false);
    }

    private Tensor export(boolean keys) {
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            lock.lock();
            try (CommandStream stream = engine.backend().stream()) {
                int rows = store.length(0);
                boolean alike = Arrays.stream(store.lengths()).allMatch(n -> n == rows);
                boolean whole = IntStream.range(0, options().batch()).allMatch(b -> store.overwritten(b) == 0);
                if (!alike || !whole) {
                    throw new IllegalStateException(
                            "cache: lengths " + Arrays.toString(store.lengths()) + " cannot be read as one tensor");
                }
                int size = keys ? store.keySize() : store.valueSize();
                DataType type = options().type().isQuantized()
                        ? DataType.F32
                        : options().type();
                Tensor out = engine.allocate(
                        type, keys ? "keys" : "values", options().batch(), store.heads(), rows, size);
                try {
                    if (rows > 0) {
                        CacheTransfer.export(stream, store, keys, out.array(), rows);
                        stream.finish();
                    }
                    return out;
                } catch (RuntimeException | Error e) {
                    throw Closing.after(e, out);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Runs a call that appends these many tokens; if it fails, the cache is as it was. */
    <T> T appending(int[] counts, Supplier<T> call) {
        beginAppending(counts);
        boolean done = false;
        try {
            T result = call.get();
            done = true;
            return result;
        } finally {
            endAppending(counts, done);
        }
    }

    /** Reserves room for these many tokens, and keeps other calls away until {@link #endAppending}. */
    void beginAppending(int[] counts) {
        lock.lock();
        boolean reserved = false;
        try {
            store.reserve(counts, leftWindow);
            reserved = true;
        } finally {
            if (!reserved) {
                lock.unlock();
            }
        }
    }

    /** Counts the tokens if they have been stored, or else forgets the room for them. */
    void endAppending(int[] counts, boolean stored) {
        try {
            if (stored) {
                store.commit(counts);
            } else {
                store.release();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The lock that a call holds from reading the lengths to counting its tokens. */
    ReentrantLock lock() {
        return lock;
    }

    CacheStore store() {
        return store;
    }

    void requireMadeBy(Object owner) {
        if (layer != owner) {
            throw new IllegalArgumentException("cache: was made by another layer");
        }
    }

    Lifetime lifetime() {
        return lifetime;
    }

    AttentionEngine engine() {
        return engine;
    }

    private void requireSequence(int sequence) {
        if (sequence < 0 || sequence >= options().batch()) {
            throw new IllegalArgumentException("sequence: " + sequence + " must be between 0 and "
                    + (options().batch() - 1));
        }
    }

    /** Frees the device memory once no call uses it; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
