package org.clattention.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.clattention.AttentionEngine;
import org.clattention.StackCache;
import org.clattention.StackInputs;
import org.clattention.StackInputs.Rows;
import org.clattention.StackResult;
import org.clattention.Tensor;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.error.CacheFullException;
import org.jspecify.annotations.Nullable;

/** A session on an engine: prompts in parts of a few hundred rows, then token by token in memory that is used again. */
final class EngineSession implements ModelSession {
    /** Rows of a call: enough to keep a device busy, few enough that working memory stays small. */
    private static final int ROWS_PER_CALL = 512;

    private static final float[] RESTS = {};

    private final LanguageModel model;
    private final AttentionEngine engine;
    private final StackCache cache;
    private final Tensor logits;
    private final FloatBuffer logitsOnHost;
    private @Nullable Tensor x;
    private ByteBuffer xOnHost = ByteBuffer.allocateDirect(0);

    EngineSession(LanguageModel model, AttentionEngine engine, StackCache cache) {
        this.model = model;
        this.engine = engine;
        this.cache = cache;
        int batch = cache.options().batch();
        int vocabulary = model.spec().stack().vocabularySize();
        try {
            this.logitsOnHost = floats(batch * vocabulary);
            this.logits = engine.tensor(HostTensor.of(new float[batch * vocabulary], batch, vocabulary));
        } catch (RuntimeException | Error e) {
            cache.close();
            throw e;
        }
    }

    @Override
    public ModelSpec spec() {
        return model.spec();
    }

    @Override
    public int batch() {
        return cache.options().batch();
    }

    @Override
    public int capacity() {
        return cache.options().capacity();
    }

    @Override
    public int length(int sequence) {
        return cache.length(sequence);
    }

    @Override
    public float[][] append(int[]... tokens) {
        requireRoom(tokens);
        float[][] out = new float[batch()][];
        Arrays.fill(out, RESTS);
        int[] taken = new int[batch()];
        for (int[] next = nextCounts(tokens, taken); Arrays.stream(next).sum() > 0; next = nextCounts(tokens, taken)) {
            call(tokens, taken, next);
            for (int b = 0; b < out.length; b++) {
                taken[b] += next[b];
                if (next[b] > 0 && taken[b] == tokens[b].length) {
                    out[b] = logits(b);
                }
            }
        }
        return out;
    }

    private void requireRoom(int[][] tokens) {
        if (tokens.length != batch()) {
            throw new IllegalArgumentException(
                    "tokens: of " + tokens.length + " sequences, but the session has " + batch());
        }
        for (int b = 0; b < tokens.length; b++) {
            model.requireTokens(tokens[b]);
            if (tokens[b].length > capacity() - length(b)) {
                throw new CacheFullException("session: sequence " + b + " has " + length(b) + " of " + capacity()
                        + " tokens; " + tokens[b].length + " more do not fit");
            }
        }
    }

    /** How many tokens of each sequence go into the next call. */
    private static int[] nextCounts(int[][] tokens, int[] taken) {
        int active = 0;
        for (int b = 0; b < taken.length; b++) {
            active += taken[b] < tokens[b].length ? 1 : 0;
        }
        int most = Math.max(1, ROWS_PER_CALL / Math.max(1, active));
        int[] next = new int[taken.length];
        for (int b = 0; b < next.length; b++) {
            next[b] = Math.min(most, tokens[b].length - taken[b]);
        }
        return next;
    }

    private void call(int[][] tokens, int[] taken, int[] counts) {
        int width = model.spec().stack().modelWidth();
        int[] offsets = new int[counts.length + 1];
        for (int b = 0; b < counts.length; b++) {
            offsets[b + 1] = offsets[b] + counts[b];
        }
        int rows = offsets[counts.length];
        boolean alike = Arrays.stream(counts).allMatch(count -> count == counts[0]);
        if (xOnHost.capacity() < rows * width * Float.BYTES) {
            xOnHost = ByteBuffer.allocateDirect(rows * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        xOnHost.clear().limit(rows * width * Float.BYTES);
        FloatBuffer target = xOnHost.asFloatBuffer();
        for (int b = 0; b < counts.length; b++) {
            model.embed(Arrays.copyOfRange(tokens[b], taken[b], taken[b] + counts[b]), length(b), target);
        }
        Tensor in = alike ? x(counts.length, counts[0], width) : x(rows, width);
        in.write(xOnHost);
        StackInputs inputs = alike ? StackInputs.of(in) : StackInputs.ragged(in, offsets);
        try (StackResult result = model.stack()
                .forward(inputs.withCache(cache).withRows(Rows.LAST).into(logits))) {
            result.output().read(logitsOnHost.clear());
        }
    }

    /** The tensor of the last call if it has this shape: token by token it always has. */
    private Tensor x(long... shape) {
        Tensor last = x;
        if (last != null && Arrays.equals(last.shape(), shape)) {
            return last;
        }
        if (last != null) {
            last.close();
            x = null;
        }
        int bytes = xOnHost.limit();
        Tensor made = engine.tensor(
                HostTensor.wrap(DataType.F32, xOnHost.duplicate().position(0).limit(bytes), shape));
        x = made;
        return made;
    }

    private float[] logits(int sequence) {
        float[] out = new float[model.spec().stack().vocabularySize()];
        logitsOnHost.get(sequence * out.length, out);
        model.softcap(out);
        return out;
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Float.BYTES * count)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    @Override
    public void close() {
        if (x != null) {
            x.close();
        }
        logits.close();
        cache.close();
    }
}
