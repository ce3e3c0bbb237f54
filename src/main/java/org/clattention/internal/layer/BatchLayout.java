package org.clattention.internal.layer;

import java.util.Arrays;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a call belong to which sequence, and at which positions they stand. Pure host data.
 *
 * @param batch sequences
 * @param rows rows of the input over all sequences: batch · longest, or the sum of the counts if ragged
 * @param longest the most tokens of a sequence in this call
 * @param counts tokens of each sequence that are real
 * @param firstRows the first row of each sequence among {@code rows}; counted within the sequence unless ragged
 * @param past tokens of each sequence before this call
 * @param ragged sequences follow one another without padding
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one call, compared never
public record BatchLayout(int batch, int rows, int longest, int[] counts, int[] firstRows, int[] past, boolean ragged) {

    /** [batch, length], all real, after these pasts. */
    public static BatchLayout dense(int batch, int length, int[] counts, int[] past) {
        return new BatchLayout(batch, Math.multiplyExact(batch, length), length, counts, new int[batch], past, false);
    }

    /** Sequences one after another; sequence b has the rows {@code offsets[b]} ... {@code offsets[b+1] − 1}. */
    public static BatchLayout ragged(int[] offsets, int[] past) {
        int batch = offsets.length - 1;
        int[] counts = new int[batch];
        for (int b = 0; b < batch; b++) {
            counts[b] = offsets[b + 1] - offsets[b];
        }
        int longest = Arrays.stream(counts).max().orElse(0);
        return new BatchLayout(batch, offsets[batch], longest, counts, Arrays.copyOf(offsets, batch), past, true);
    }

    /** True if one position and one length hold for all sequences. */
    public boolean uniform() {
        if (ragged) {
            return false;
        }
        for (int b = 0; b < batch; b++) {
            if (counts[b] != longest || past[b] != past[0]) {
                return false;
            }
        }
        return true;
    }

    /** Sequences as projections see them: a ragged call is one long sequence. */
    public int projectionBatch() {
        return ragged ? 1 : batch;
    }

    /** Rows of one of them. */
    public int projectionLength() {
        return ragged ? rows : longest;
    }

    /** The most tokens of a sequence after this call; at least 1: without any token there is a masked key, so that steps have work. */
    public int longestAfter() {
        int most = 1;
        for (int b = 0; b < batch; b++) {
            most = Math.max(most, past[b] + counts[b]);
        }
        return most;
    }

    /** The lowest position of this call. */
    public int lowestPosition() {
        return Arrays.stream(past).min().orElse(0);
    }

    /** One more than the highest position of this call, padding included. */
    public int positionsEnd() {
        int end = 0;
        for (int b = 0; b < batch; b++) {
            end = Math.max(end, past[b] + (ragged ? counts[b] : longest));
        }
        return end;
    }

    /** What a store step needs to know of sequences that differ; null if they do not. */
    @Nullable
    public DeviceArray starts(CommandStream stream) {
        if (uniform()) {
            return null;
        }
        int[] starts = new int[3 * batch];
        for (int b = 0; b < batch; b++) {
            starts[3 * b] = firstRows[b];
            starts[3 * b + 1] = counts[b];
            starts[3 * b + 2] = past[b];
        }
        return stream.scratch(Scratch.STARTS, starts);
    }

    /**
     * What an attention step needs to know of sequences that differ; null if they do not.
     *
     * @param cached keys lie in a cache, from its row 0 on
     */
    @Nullable
    DeviceArray sequences(CommandStream stream, boolean cached) {
        if (uniform()) {
            return null;
        }
        int[] sequences = new int[5 * batch];
        for (int b = 0; b < batch; b++) {
            sequences[5 * b] = firstRows[b];
            sequences[5 * b + 1] = counts[b];
            sequences[5 * b + 2] = past[b];
            sequences[5 * b + 3] = cached ? 0 : firstRows[b];
            sequences[5 * b + 4] = past[b] + counts[b];
        }
        return stream.scratch(Scratch.SEQUENCES, sequences);
    }

    /** The position of every row, for the angles of a ragged call. */
    public int[] positions() {
        int[] positions = new int[rows];
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < (ragged ? counts[b] : longest); i++) {
                positions[(ragged ? firstRows[b] : b * longest) + i] = past[b] + i;
            }
        }
        return positions;
    }
}
