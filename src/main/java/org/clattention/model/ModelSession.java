package org.clattention.model;

import org.clattention.error.CacheFullException;

/**
 * Sequences of tokens that grow, in one batch: the model remembers what it has seen of each. For one thread at a time.
 */
public interface ModelSession extends AutoCloseable {
    /** The model. */
    ModelSpec spec();

    /** Number of sequences. */
    int batch();

    /** Tokens that each sequence may have. */
    int capacity();

    /** Tokens of a sequence so far. */
    int length(int sequence);

    /**
     * Appends tokens to every sequence; long ones are taken in parts.
     *
     * @param tokens of each sequence, any number, none for those that rest
     * @return for each sequence the logits [V] of its last token, softcap included; empty for those that rest
     * @throws CacheFullException before anything runs, if a sequence would have more tokens than {@link #capacity}; with a paged
     *     cache also between two parts, if no block is left for the next: {@link #length} tells what has been taken
     * @throws IllegalArgumentException before anything runs, if there is not one array for each sequence, or a token is not in
     *     the vocabulary
     */
    float[][] append(int[]... tokens);

    @Override
    void close();
}
