package org.clattention.internal.layer.cache;

import java.util.Arrays;
import org.clattention.config.AttentionConfig;
import org.clattention.config.BlockAttention;
import org.clattention.config.CacheOptions;
import org.clattention.config.CacheOptions.Kind;
import org.clattention.config.DataType;
import org.clattention.error.CacheFullException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.layer.BatchLayout;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a cache and how many of them are in use. Keys and values may share one array (latent attention caches one row
 * per token for both). For one call at a time.
 */
public final class CacheStore implements AutoCloseable {
    /** What the JVM keeps for a sequence of a paged cache: lengths and a list of blocks. */
    private static final long SEQUENCE_BYTES = 96;

    /** What it keeps for a block: a number and two references. */
    private static final long BLOCK_BYTES = 24;

    private final Backend backend;
    private final CacheOptions options;
    private final int heads;
    private final int keySize;
    private final int valueSize;
    private final DeviceArray keys;
    private final @Nullable DeviceArray values;
    private final @Nullable BlockTable blocks;
    private final int[] lengths;

    /** The longest that each sequence has been or was about to be: what a ring has overwritten depends on it. */
    private final int[] highest;

    /**
     * Allocates a cache.
     *
     * @param valueSize size of a value row; 0 if values are the beginnings of the key rows
     */
    public CacheStore(Backend backend, CacheOptions options, int heads, int keySize, int valueSize) {
        this.backend = backend;
        this.options = options;
        this.heads = heads;
        this.keySize = keySize;
        this.valueSize = valueSize;
        boolean paged = options.kind() == Kind.PAGED;
        requireHeap(options, paged);
        this.keys = backend.allocate(options.type(), elements(keySize), "cache keys");
        try {
            this.values = valueSize == 0 ? null : backend.allocate(options.type(), elements(valueSize), "cache values");
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, keys);
        }
        try {
            this.lengths = new int[options.batch()];
            this.highest = new int[options.batch()];
            this.blocks = paged ? new BlockTable(options.batch(), options.blocks(), options.blockSize()) : null;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, this);
        }
    }

    /** Refuses more sequences or blocks than the JVM can count. */
    private static void requireHeap(CacheOptions options, boolean paged) {
        long bytes = (long) options.batch() * (paged ? SEQUENCE_BYTES : Long.BYTES)
                + (paged ? (long) options.blocks() * BLOCK_BYTES : 0);
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap / 2) {
            throw new DeviceMemoryException(
                    "the lengths of " + options.batch() + " sequences" + (paged ? " and their blocks" : ""),
                    bytes,
                    heap / 2,
                    "half of the Java heap; see -Xmx");
        }
    }

    private long elements(int size) {
        long sequence = (long) heads * size * (options.kind() == Kind.PAGED ? options.blockSize() : options.capacity());
        if (sequence > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("options: " + options + " take " + sequence + " elements for each "
                    + (options.kind() == Kind.PAGED ? "block" : "sequence") + ", " + heads + " * " + size
                    + " for each token, and may take at most " + Integer.MAX_VALUE);
        }
        // At most 2^62 rows: only the last two factors can exceed a long.
        long row = (long) heads * size;
        if (row > Long.MAX_VALUE / rows()) {
            throw new IllegalArgumentException(
                    "options: " + options + " must have fewer than 2^63 elements, in rows of " + heads + " * " + size);
        }
        return rows() * row;
    }

    /** Allocates a cache for the attention of a block. */
    public static CacheStore of(Backend backend, CacheOptions options, BlockAttention attention) {
        return attention instanceof AttentionConfig layer
                ? new CacheStore(backend, options, layer.numKvHeads(), layer.headSize(), layer.valueHeadSize())
                : new CacheStore(backend, options, 1, Math.toIntExact(attention.cachedPerToken()), 0);
    }

    private long rows() {
        return options.kind() == Kind.PAGED
                ? (long) options.blocks() * options.blockSize()
                : (long) options.batch() * options.capacity();
    }

    /** The shape of the cache. */
    public CacheOptions options() {
        return options;
    }

    /** Key heads. */
    public int heads() {
        return heads;
    }

    /** Size of a key row. */
    public int keySize() {
        return keySize;
    }

    /** Size of a value row; 0 if values are the beginnings of the key rows. */
    public int valueSize() {
        return valueSize;
    }

    /** Tokens of a sequence. */
    public int length(int sequence) {
        return lengths[sequence];
    }

    /** A copy of all lengths. */
    public int[] lengths() {
        return lengths.clone();
    }

    /**
     * Makes room for more tokens, without counting them yet.
     *
     * @param leftWindow the window of the layer; −1 if unbounded
     * @throws CacheFullException if there is no room; nothing has changed then
     */
    public void reserve(int[] counts, int leftWindow) {
        int[] after = new int[lengths.length];
        for (int b = 0; b < after.length; b++) {
            if (counts[b] > Integer.MAX_VALUE - lengths[b]) {
                throw new CacheFullException("cache: sequence " + b + " has " + lengths[b] + " tokens; " + counts[b]
                        + " more do not fit, because positions end at " + Integer.MAX_VALUE);
            }
            after[b] = lengths[b] + counts[b];
            if (options.kind() == Kind.RING) {
                requireRing(counts[b], leftWindow);
            } else if (after[b] > options.capacity()) {
                throw new CacheFullException("cache: sequence " + b + " has " + lengths[b] + " of " + options.capacity()
                        + " tokens; " + counts[b] + " more do not fit");
            }
        }
        if (blocks != null) {
            long missing = blocks.missing(after);
            if (missing > blocks.freeBlocks()) {
                throw new CacheFullException("cache: " + missing + " more blocks of " + options.blockSize()
                        + " tokens are needed, " + blocks.freeBlocks() + " of " + options.blocks() + " are free");
            }
            blocks.resize(after);
        }
        for (int b = 0; b < after.length; b++) {
            // From here on rows may be overwritten, even by a call that fails.
            highest[b] = Math.max(highest[b], after[b]);
        }
    }

    private void requireRing(int count, int leftWindow) {
        if (leftWindow < 0) {
            throw new IllegalArgumentException(
                    "cache: a ring needs a layer with a left window; this one attends to all keys");
        }
        if (count > options.capacity() - leftWindow) {
            throw new CacheFullException("cache: a ring of " + options.capacity() + " tokens and a left window of "
                    + leftWindow + " take at most " + Math.max(0, options.capacity() - leftWindow)
                    + " tokens in one call, not " + count);
        }
    }

    /** Gives back what was reserved for a call that failed. */
    public void release() {
        if (blocks != null) {
            blocks.resize(lengths);
        }
    }

    /** Counts tokens that have been stored. */
    public void commit(int[] counts) {
        for (int b = 0; b < counts.length; b++) {
            lengths[b] += counts[b];
        }
    }

    /**
     * Forgets the tokens of a sequence from {@code length} on.
     *
     * @throws IllegalArgumentException if the sequence is shorter, or if a ring has overwritten what would be seen again
     */
    public void truncate(int sequence, int length, int leftWindow) {
        requireTruncatable(sequence, length, leftWindow);
        lengths[sequence] = length;
        if (length == 0) {
            highest[sequence] = 0;
        }
        if (blocks != null) {
            blocks.resize(lengths);
        }
    }

    /** Checks that a sequence can be truncated; changes nothing. */
    public void requireTruncatable(int sequence, int length, int leftWindow) {
        if (length < 0 || length > lengths[sequence]) {
            throw new IllegalArgumentException("length: " + length + " must be between 0 and the " + lengths[sequence]
                    + " tokens of sequence " + sequence);
        }
        int overwritten = overwritten(sequence);
        if (length > 0 && Math.max(0, length - leftWindow) < overwritten) {
            throw new IllegalArgumentException("length: " + length
                    + " goes back too far; the ring has overwritten tokens" + " before " + overwritten);
        }
    }

    /** How many of the first tokens of a sequence a ring has overwritten. */
    public int overwritten(int sequence) {
        return options.kind() == Kind.RING ? Math.max(0, highest[sequence] - options.capacity()) : 0;
    }

    /** The key rows. */
    public HeadView keyView() {
        return view(keys, keySize);
    }

    /** The value rows. */
    public HeadView valueView() {
        return values == null ? keyView() : view(values, valueSize);
    }

    /** Whether f32 rows can be written straight into the views: row i of every sequence to its row past + i. */
    public boolean takesRowsOf(BatchLayout tokens) {
        return options.kind() == Kind.CONTIGUOUS && options.type() == DataType.F32 && tokens.uniform();
    }

    private HeadView view(DeviceArray array, int size) {
        int period = options.kind() == Kind.PAGED ? options.blockSize() : options.capacity();
        return HeadView.headMajor(array, heads, period, size);
    }

    /** How rows are kept; uploads the block table of a paged cache. */
    public RowLayout layout(CommandStream stream) {
        if (blocks != null) {
            DeviceArray table = stream.scratch(Scratch.BLOCK_TABLE, blocks.flat());
            return RowLayout.paged(options.blockSize(), table, blocks.columns());
        }
        return options.kind() == Kind.RING ? RowLayout.ring(options.capacity()) : RowLayout.PLAIN;
    }

    /**
     * A new cache whose sequence i is a copy of this one's sequence {@code sources[i]}.
     *
     * @param copyOptions this cache's options, for as many sequences as there are sources
     */
    public CacheStore branch(CommandStream stream, CacheOptions copyOptions, int[] sources) {
        CacheStore copy = new CacheStore(backend, copyOptions, heads, keySize, valueSize);
        try {
            int[] counts = Arrays.stream(sources).map(b -> lengths[b]).toArray();
            copy.claim(counts);
            for (int i = 0; i < sources.length; i++) {
                copySequence(stream, sources[i], copy, i);
                copy.highest[i] = highest[sources[i]];
            }
            stream.finish();
            return copy;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, copy);
        }
    }

    private void claim(int[] counts) {
        if (blocks != null) {
            if (blocks.missing(counts) > blocks.freeBlocks()) {
                throw new CacheFullException("cache: the copies need " + blocks.missing(counts) + " blocks of "
                        + options.blockSize() + " tokens, there are " + blocks.freeBlocks());
            }
            blocks.resize(counts);
        }
        commit(counts);
    }

    private void copySequence(CommandStream stream, int from, CacheStore target, int to) {
        if (blocks != null && target.blocks != null) {
            for (int i = 0; i < blocks.blocksOf(lengths[from]); i++) {
                copyPart(stream, blocks.block(from, i), target, target.blocks.block(to, i), options.blockSize());
            }
        } else {
            copyPart(stream, from, target, to, options.capacity());
        }
    }

    private void copyPart(CommandStream stream, int from, CacheStore target, int to, int rows) {
        long keyPart = (long) heads * rows * keySize;
        stream.copy(keys, from * keyPart, target.keys, to * keyPart, keyPart);
        if (values != null && target.values != null) {
            long valuePart = (long) heads * rows * valueSize;
            stream.copy(values, from * valuePart, target.values, to * valuePart, valuePart);
        }
    }

    @Override
    public void close() {
        Closing.all(Arrays.asList(values, keys));
    }
}
