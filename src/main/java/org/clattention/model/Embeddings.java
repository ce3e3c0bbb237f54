package org.clattention.model;

import java.nio.FloatBuffer;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * A model's tables of embeddings, which stay where they are: on the host, in the file. What goes into the first
 * block is {@code scale·table[token] + tokenTypes[type] + positions[position]}, summed in f32.
 */
public final class Embeddings {
    private final EmbeddingSpec spec;
    private final HostTensor table;
    private final @Nullable HostTensor positions;
    private final @Nullable HostTensor tokenTypes;

    public Embeddings(
            EmbeddingSpec spec, HostTensor table, @Nullable HostTensor positions, @Nullable HostTensor tokenTypes) {
        this.spec = spec;
        this.table = table;
        this.positions = positions;
        this.tokenTypes = tokenTypes;
    }

    /** The shape. */
    public EmbeddingSpec spec() {
        return spec;
    }

    /** The tokens' table [V, D], in the file's type. */
    public HostTensor table() {
        return table;
    }

    /** The table of learned positions; null for none. */
    public @Nullable HostTensor positions() {
        return positions;
    }

    /** The table of token types; null for none. */
    public @Nullable HostTensor tokenTypes() {
        return tokenTypes;
    }

    /**
     * Writes one row of D numbers for each token, at the target's position.
     *
     * @param tokens from 0 to V − 1
     * @param positionOf the position of each token; looked up only if positions are learned
     * @param typeOf the type of each token, or null for type 0
     * @param target room for {@code tokens.length · D} numbers
     * @throws IllegalArgumentException if a token, position or type has no row, lengths differ or the target is too small;
     *     nothing is written then
     */
    public void write(int[] tokens, int[] positionOf, int @Nullable [] typeOf, FloatBuffer target) {
        checkLengths(tokens, positionOf, typeOf, target);
        check("tokens", tokens, spec.vocabularySize(), "the vocabulary");
        if (positions != null) {
            check("positionOf", positionOf, spec.positions(), "the learned positions");
        }
        if (typeOf != null) {
            check("typeOf", typeOf, spec.tokenTypes(), "the token types");
        }
        float scale = (float) spec.scale();
        float[] row = new float[spec.width()];
        for (int i = 0; i < tokens.length; i++) {
            table.copyTo(FloatBuffer.wrap(row), tokens[i] * row.length, row.length);
            for (int j = 0; scale != 1 && j < row.length; j++) {
                row[j] *= scale;
            }
            add(tokenTypes, typeOf == null ? 0 : typeOf[i], row);
            add(positions, positionOf[i], row);
            target.put(row);
        }
    }

    private static void add(@Nullable HostTensor summands, int index, float[] row) {
        for (int j = 0; summands != null && j < row.length; j++) {
            row[j] += summands.getFloat(index * row.length + j);
        }
    }

    private void checkLengths(int[] tokens, int[] positionOf, int @Nullable [] typeOf, FloatBuffer target) {
        if (positionOf.length != tokens.length) {
            throw new IllegalArgumentException(
                    "positionOf: " + positionOf.length + " positions, but there are " + tokens.length + " tokens");
        }
        if (typeOf != null && spec.tokenTypes() == 0) {
            throw new IllegalArgumentException("typeOf: given, but the model has no token types");
        }
        if (typeOf != null && typeOf.length != tokens.length) {
            throw new IllegalArgumentException(
                    "typeOf: " + typeOf.length + " types, but there are " + tokens.length + " tokens");
        }
        long numbers = (long) tokens.length * spec.width();
        if (target.remaining() < numbers) {
            throw new IllegalArgumentException(
                    "target: room for " + target.remaining() + " numbers, but " + numbers + " are needed");
        }
    }

    private static void check(String name, int[] indices, int rows, String meaning) {
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < 0 || indices[i] >= rows) {
                throw new IllegalArgumentException(name + "[" + i + "]: " + indices[i] + " must be from 0 to "
                        + (rows - 1) + ", the last of " + meaning);
            }
        }
    }
}
