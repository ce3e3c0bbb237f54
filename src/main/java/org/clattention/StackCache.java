package org.clattention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The keys and values of the tokens that a stack of blocks has seen, one cache for each block; made by the stack. For one call
 * at a time; others wait.
 */
public final class StackCache implements AutoCloseable {
    private final AttentionEngine engine;
    private final TransformerStack stack;
    private final List<KvCache> blocks;
    private final Lifetime lifetime;
    private final ReentrantLock lock = new ReentrantLock();

    StackCache(AttentionEngine engine, TransformerStack stack, List<KvCache> blocks) {
        this.engine = engine;
        this.stack = stack;
        this.blocks = List.copyOf(blocks);
        this.lifetime = new Lifetime(() -> "cache of a stack", this::free);
        engine.adopt(this, lifetime::close);
    }

    private void free() {
        engine.disown(this);
        blocks.forEach(KvCache::close);
    }

    /** The shape of each block's cache. */
    public CacheOptions options() {
        return blocks.get(0).options();
    }

    /** Tokens of a sequence. */
    public int length(int sequence) {
        return blocks.get(0).length(sequence);
    }

    /** Tokens of each sequence. */
    public int[] lengths() {
        return blocks.get(0).lengths();
    }

    /**
     * Forgets the tokens of one sequence from {@code length} on.
     *
     * @throws IllegalArgumentException if the sequence is shorter, or a ring has overwritten what would be seen again; nothing
     *     has changed then
     */
    public void truncate(int sequence, int length) {
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            lock.lock();
            try {
                blocks.forEach(block -> block.requireTruncatable(sequence, length));
                blocks.forEach(block -> block.truncate(sequence, length));
            } finally {
                lock.unlock();
            }
        }
    }

    /** A copy of this cache that goes its own way. */
    public StackCache branch() {
        int[] all = new int[options().batch()];
        Arrays.setAll(all, b -> b);
        return branch(all);
    }

    /** A cache whose sequence i begins as a copy of this one's sequence {@code sources[i]}. */
    public StackCache branch(int... sources) {
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            List<KvCache> copies = new ArrayList<>();
            lock.lock();
            try {
                for (KvCache block : blocks) {
                    copies.add(block.branch(sources));
                }
                return new StackCache(engine, stack, copies);
            } catch (RuntimeException e) {
                copies.forEach(KvCache::close);
                throw e;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Runs a call that appends these many tokens to every block's cache; if it fails, all are as they were. */
    <T> T appending(int[] counts, Supplier<T> call) {
        int begun = 0;
        boolean succeeded = false;
        try {
            for (KvCache block : blocks) {
                block.begin(counts);
                begun++;
            }
            T result = call.get();
            succeeded = true;
            return result;
        } finally {
            for (int i = begun - 1; i >= 0; i--) {
                blocks.get(i).end(counts, succeeded);
            }
        }
    }

    KvCache block(int i) {
        return blocks.get(i);
    }

    void requireMadeBy(AttentionEngine otherEngine, TransformerStack other) {
        if (engine != otherEngine) {
            throw new IllegalArgumentException("cache: belongs to another engine");
        }
        if (stack != other) {
            throw new IllegalArgumentException("cache: was made by another stack");
        }
    }

    ReentrantLock lock() {
        return lock;
    }

    Lifetime lifetime() {
        return lifetime;
    }

    /** Frees the device memory once no call uses it; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
