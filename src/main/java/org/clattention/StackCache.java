package org.clattention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.clattention.config.CacheOptions;
import org.clattention.config.Checks;
import org.clattention.internal.backend.Closing;

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
        this.lifetime = Lifetime.of(engine, () -> "cache of a stack", () -> Closing.all(this.blocks));
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
        Checks.given("sources", sources);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            List<KvCache> copies = new ArrayList<>();
            lock.lock();
            try {
                for (KvCache block : blocks) {
                    copies.add(block.branch(sources));
                }
                return new StackCache(engine, stack, copies);
            } catch (RuntimeException | Error e) {
                throw Closing.after(e, () -> Closing.all(copies));
            } finally {
                lock.unlock();
            }
        }
    }

    /** Runs a call that appends these many tokens to every block's cache; if it fails, all are as they were. */
    <T> T appending(int[] counts, Supplier<T> call) {
        // A loop: a thread's stack must not limit the number of blocks.
        int begun = 0;
        boolean done = false;
        try {
            while (begun < blocks.size()) {
                blocks.get(begun).beginAppending(counts);
                begun++;
            }
            T result = call.get();
            done = true;
            return result;
        } finally {
            endAppending(begun, counts, done);
        }
    }

    private void endAppending(int begun, int[] counts, boolean done) {
        Throwable failure = null;
        for (int i = begun - 1; i >= 0; i--) {
            KvCache block = blocks.get(i);
            failure = Closing.one(() -> block.endAppending(counts, done), failure);
        }
        Closing.end(failure);
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
