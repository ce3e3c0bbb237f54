package org.clattention.model;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.clattention.AttentionEngine;
import org.clattention.AttentionResult;
import org.clattention.ReturnOptions;
import org.clattention.StackInputs;
import org.clattention.StackResult;
import org.clattention.Tensor;
import org.clattention.TransformerStack;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.StackWeights;
import org.clattention.error.DeviceMemoryException;
import org.jspecify.annotations.Nullable;

/**
 * A language model on a device, from tokens to logits. Embeddings are looked up on the host, where their table stays in its file;
 * all else runs on the device. Immutable and thread-safe; closing the engine closes it, too.
 *
 * <pre>{@code
 * try (AttentionEngine engine = AttentionEngine.open();
 *         LanguageModel model = LanguageModel.load(engine, ModelFolder.open(folder));
 *         ModelSession session = model.newSession(CacheOptions.contiguous(1, 512))) {
 *     float[] logits = session.append(tokens)[0];
 * }
 * }</pre>
 */
public final class LanguageModel implements AutoCloseable {
    private final AttentionEngine engine;
    private final ModelSpec spec;
    private final Embeddings embeddings;
    private final TransformerStack stack;

    private LanguageModel(AttentionEngine engine, ModelSpec spec, Embeddings embeddings, TransformerStack stack) {
        this.engine = engine;
        this.spec = spec;
        this.embeddings = embeddings;
        this.stack = stack;
    }

    /**
     * Copies a model's weights to a device, block by block, in the types that the files store them in.
     *
     * @throws DeviceMemoryException before anything is loaded, if the device has too little memory; the message has the bytes
     */
    public static LanguageModel load(AttentionEngine engine, ModelSource source) {
        return load(engine, source, null);
    }

    /**
     * Copies a model's weights to a device, block by block.
     *
     * @param storage the type in which the device stores matrices: F32, F16, BF16, Q8_0 or Q4_0; null means as in the files, as
     *     without this argument
     * @throws DeviceMemoryException before anything is loaded, if the device has too little memory; the message has the bytes
     * @throws IllegalArgumentException if the matrices cannot have the storage type
     */
    public static LanguageModel load(AttentionEngine engine, ModelSource source, @Nullable DataType storage) {
        return load(engine, source, source.weights(storage), storage);
    }

    /**
     * The same with gates: every head's context is multiplied by its own.
     *
     * @param gates [blocks][heads]: 1 leaves a head as it is, 0 removes it
     * @throws IllegalArgumentException also if there is not one gate for each head, or a block has latent attention, whose heads
     *     have none
     */
    public static LanguageModel loadGated(
            AttentionEngine engine, ModelSource source, @Nullable DataType storage, float[][] gates) {
        return load(engine, source, GatedWeights.of(source.weights(storage), gates), storage);
    }

    private static LanguageModel load(
            AttentionEngine engine, ModelSource source, StackWeights weights, @Nullable DataType storage) {
        long needed = source.bytes(storage == null ? null : engine.keptAs(storage));
        long free = engine.device().memoryBytes() - engine.memoryInUse();
        if (needed > free) {
            throw new DeviceMemoryException(
                    "the model",
                    needed,
                    free,
                    "free on " + engine.device().name() + "; another storage type of the weights takes less");
        }
        TransformerStack stack = engine.transformerStack(source.spec().stack(), weights);
        return new LanguageModel(engine, source.spec(), source.embeddings(), stack);
    }

    /** What the model's configuration says. */
    public ModelSpec spec() {
        return spec;
    }

    /**
     * Sequences without tokens yet.
     *
     * @param options how many sequences, of how many tokens, and how their keys and values are kept
     * @throws IllegalArgumentException for a ring, or if logits of so many sequences are too many for one buffer
     * @throws IllegalStateException if the model is an encoder or has no logits
     * @throws DeviceMemoryException if the device cannot hold the cache; nothing stays allocated
     */
    public ModelSession newSession(CacheOptions options) {
        if (!spec.causal() || spec.stack().vocabularySize() == 0) {
            throw new IllegalStateException(spec.architecture() + " does not predict next tokens");
        }
        if (options.kind() == CacheOptions.Kind.RING) {
            throw new IllegalArgumentException(
                    "options: a session keeps all its tokens; a ring would forget the first");
        }
        long numbers = (long) options.batch() * spec.stack().vocabularySize();
        if (numbers > Integer.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException("options: a batch of " + options.batch() + " makes " + numbers
                    + " logits; at most " + Integer.MAX_VALUE / Float.BYTES + " are possible");
        }
        return new EngineSession(this, engine, stack.newCache(options));
    }

    /**
     * Runs the model on whole sequences.
     *
     * @param tokens of each sequence, at least one; lengths may differ
     * @param types the token type of each token, or null: all 0
     * @return for each sequence the logits [S, V], softcap included, or the hidden states [S, D] of a model without logits
     * @throws IllegalArgumentException before anything runs, if a token or type is not known or a sequence is empty or too long
     */
    public List<HostTensor> forward(List<int[]> tokens, @Nullable List<int[]> types) {
        try (Tensor x = embed(tokens, types);
                StackResult result = stack.forward(StackInputs.ragged(x, offsets(tokens)))) {
            float[] all = result.output().toFloats();
            int columns = spec.stack().outputWidth();
            List<HostTensor> out = new ArrayList<>();
            int from = 0;
            for (int[] sequence : tokens) {
                float[] rows = Arrays.copyOfRange(all, from, from + sequence.length * columns);
                from += rows.length;
                softcap(rows);
                out.add(HostTensor.of(rows, sequence.length, columns));
            }
            return out;
        }
    }

    /**
     * The attention weights of one sequence.
     *
     * @return for each block [Hq, S, S], F32
     */
    public List<HostTensor> attention(int... tokens) {
        try (Tensor x = embed(List.of(tokens), null);
                StackResult result =
                        stack.forward(StackInputs.ragged(x, 0, tokens.length).returning(ReturnOptions.WEIGHTS))) {
            List<HostTensor> out = new ArrayList<>();
            for (AttentionResult block : result.attention()) {
                Tensor weights = block.weights();
                if (weights != null) {
                    out.add(weights.toHost().reshape(weights.dim(1), weights.dim(2), weights.dim(3)));
                }
            }
            return out;
        }
    }

    private Tensor embed(List<int[]> tokens, @Nullable List<int[]> types) {
        int width = spec.stack().modelWidth();
        int rows = 0;
        for (int[] sequence : tokens) {
            requireTokens(sequence);
            if (sequence.length == 0 || sequence.length > spec.maxPositions()) {
                throw new IllegalArgumentException("tokens: a sequence of " + sequence.length
                        + " tokens; at least 1 and at most " + spec.maxPositions() + " are possible");
            }
            rows += sequence.length;
        }
        float[] x = new float[Math.multiplyExact(rows, width)];
        FloatBuffer target = FloatBuffer.wrap(x);
        for (int b = 0; b < tokens.size(); b++) {
            int[] positions = IntStream.range(0, tokens.get(b).length).toArray();
            embeddings.write(tokens.get(b), positions, types == null ? null : types.get(b), target);
        }
        return engine.tensor(x, rows, width);
    }

    private static int[] offsets(List<int[]> tokens) {
        int[] offsets = new int[tokens.size() + 1];
        for (int b = 0; b < tokens.size(); b++) {
            offsets[b + 1] = offsets[b] + tokens.get(b).length;
        }
        return offsets;
    }

    /** Writes the embeddings of tokens that stand from a position on. */
    void embed(int[] tokens, int first, FloatBuffer target) {
        embeddings.write(tokens, IntStream.range(first, first + tokens.length).toArray(), null, target);
    }

    void requireTokens(int... tokens) {
        spec.requireTokens(tokens);
    }

    void softcap(float[] logits) {
        spec.softcap(logits);
    }

    TransformerStack stack() {
        return stack;
    }

    /** Frees the weights once no call uses them; further calls do nothing. */
    @Override
    public void close() {
        stack.close();
    }
}
