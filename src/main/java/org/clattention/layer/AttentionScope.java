package org.clattention.layer;

import org.clattention.AttentionOptions;
import org.clattention.CausalAlignment;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Lane;
import org.clattention.backend.Lane.Scratch;
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
public record AttentionScope(
        TokenRows tokens,
        int keyLength,
        int position,
        int firstKey,
        int @Nullable [] keyLengths,
        boolean byLengths,
        boolean cached) {

    static AttentionScope of(AttentionOptions options, AttentionLayer.Call call) {
        TokenRows tokens = call.tokens();
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
        return new AttentionScope(tokens, keys, position, firstKey, call.keyLengths(), byLengths, cached);
    }

    AttentionStep.Shape shape(int heads, int kvHeads, int size, int valueSize) {
        return new AttentionStep.Shape(
                tokens.batch(), heads, kvHeads, tokens.longest(), keyLength, size, valueSize, position, firstKey);
    }

    @Nullable
    DeviceArray sequences(Lane lane) {
        return keyLengths == null
                ? tokens.sequences(lane, cached)
                : lane.scratch(Scratch.SEQUENCES, byKeyLengths(keyLengths, tokens.longest(), position, byLengths));
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
