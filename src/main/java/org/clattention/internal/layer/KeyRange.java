package org.clattention.internal.layer;

import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a call's queries stand among: from the tokens, the lengths and the alignment. Pure host data.
 *
 * @param tokens the call's rows
 * @param keyLength T, the longest
 * @param position the position of the first query, where it is the same for all
 * @param firstKey keys before it cannot be seen by any query
 * @param keyLengths keys of each sequence where lengths were given without a cache, or null
 * @param byLengths positions count back from those lengths
 * @param cached keys lie in a cache
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one call, compared never
public record KeyRange(
        BatchLayout tokens,
        int keyLength,
        int position,
        int firstKey,
        int @Nullable [] keyLengths,
        boolean byLengths,
        boolean cached) {

    static KeyRange of(AttentionOptions options, AttentionLayer.Call call) {
        BatchLayout tokens = call.tokens();
        boolean cached = call.cache() != null;
        int keys = call.memory() != null ? call.memoryLength() : tokens.longestAfter();
        int position = AttentionLayer.position(options, tokens.longest(), keys, tokens.past()[0]);
        boolean columnsWanted = call.wanted().weights() != null
                || call.wanted().scores() != null
                || call.wanted().columnSums() != null;
        int firstKey = cached && options.leftWindow() >= 0 && !columnsWanted
                ? Math.min(keys - 1, Math.max(0, tokens.lowestPosition() - options.leftWindow()))
                : 0;
        boolean byLengths = options.alignment() == CausalAlignment.LENGTHS;
        return new KeyRange(tokens, keys, position, firstKey, call.keyLengths(), byLengths, cached);
    }

    AttentionOp.Shape shape(int heads, int kvHeads, int size, int valueSize) {
        return new AttentionOp.Shape(
                tokens.batch(), heads, kvHeads, tokens.longest(), keyLength, size, valueSize, position, firstKey);
    }

    @Nullable
    DeviceArray sequences(CommandStream stream) {
        return keyLengths == null
                ? tokens.sequences(stream, cached)
                : stream.scratch(Scratch.SEQUENCES, byKeyLengths(keyLengths, tokens.longest(), position, byLengths));
    }

    /**
     * Sequences that differ in their keys alone.
     *
     * @param byLengths query positions count back from the number of keys, instead of starting at {@code position}
     */
    public static int[] byKeyLengths(int[] keyLengths, int queries, int position, boolean byLengths) {
        int[] sequences = new int[5 * keyLengths.length];
        for (int b = 0; b < keyLengths.length; b++) {
            sequences[5 * b + 1] = queries;
            sequences[5 * b + 2] = byLengths ? keyLengths[b] - queries : position;
            sequences[5 * b + 4] = keyLengths[b];
        }
        return sequences;
    }
}
