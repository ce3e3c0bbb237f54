package org.clattention.verify;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.clattention.config.StackConfig;
import org.clattention.error.CacheFullException;
import org.clattention.model.ModelSession;
import org.clattention.model.ModelSource;
import org.clattention.model.ModelSpec;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceStack;
import org.jspecify.annotations.Nullable;

/** A session of the float64 reference: slow, and the standard for all others. */
public final class ReferenceSession implements ModelSession {
    private static final float[] RESTS = {};

    private final ModelSource source;
    private final int capacity;
    private final List<ReferenceStack> stacks = new ArrayList<>();
    private final int[] lengths;

    /**
     * Sequences without tokens yet.
     *
     * @param capacity the most tokens of each sequence
     */
    public ReferenceSession(ModelSource source, int batch, int capacity) {
        this.source = source;
        this.capacity = capacity;
        this.lengths = new int[batch];
        for (int b = 0; b < batch; b++) {
            stacks.add(new ReferenceStack(source.spec().stack(), source.weights(null)));
        }
    }

    @Override
    public ModelSpec spec() {
        return source.spec();
    }

    @Override
    public int batch() {
        return lengths.length;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int length(int sequence) {
        return lengths[sequence];
    }

    @Override
    public float[][] append(int[]... tokens) {
        if (tokens.length != batch()) {
            throw new IllegalArgumentException("tokens: of " + tokens.length + " sequences, but there are " + batch());
        }
        for (int b = 0; b < tokens.length; b++) {
            spec().requireTokens(tokens[b]);
            if (tokens[b].length > capacity - lengths[b]) {
                throw new CacheFullException("session: sequence " + b + " has " + lengths[b] + " of " + capacity
                        + " tokens; " + tokens[b].length + " more do not fit");
            }
        }
        float[][] out = new float[batch()][];
        for (int b = 0; b < out.length; b++) {
            out[b] = tokens[b].length == 0 ? RESTS : last(rows(b, tokens[b], null));
        }
        return out;
    }

    /**
     * Appends tokens to one sequence.
     *
     * @param types the token type of each, or null: all 0
     * @return the logits of all of them, softcap included, or the hidden states [S, V or D]
     */
    public RefTensor rows(int sequence, int[] tokens, int @Nullable [] types) {
        StackConfig config = spec().stack();
        float[] x = new float[tokens.length * config.modelWidth()];
        int first = lengths[sequence];
        int[] positions = IntStream.range(first, first + tokens.length).toArray();
        source.embeddings().write(tokens, positions, types, FloatBuffer.wrap(x));
        double[] wide = new double[x.length];
        Arrays.setAll(wide, i -> x[i]);
        RefTensor in = new RefTensor(wide, 1, tokens.length, config.modelWidth());
        RefTensor out = stacks.get(sequence).forward(in, null, false).output();
        lengths[sequence] += tokens.length;
        double cap = spec().logitsSoftcap();
        for (int i = 0; cap > 0 && i < out.values().length; i++) {
            out.values()[i] = cap * Math.tanh(out.values()[i] / cap);
        }
        return out;
    }

    private float[] last(RefTensor rows) {
        int vocabulary = rows.dim(-1);
        float[] out = new float[vocabulary];
        int from = rows.values().length - vocabulary;
        for (int i = 0; i < vocabulary; i++) {
            out[i] = (float) rows.values()[from + i];
        }
        return out;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
