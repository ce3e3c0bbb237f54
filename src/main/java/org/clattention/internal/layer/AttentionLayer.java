package org.clattention.internal.layer;

import java.util.Arrays;
import java.util.List;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.layer.cache.CacheStore;
import org.clattention.internal.layer.rotary.RotaryTable;
import org.clattention.internal.layer.rotary.Rotations;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a multi-head attention layer: project; normalize, rotate and cache; attend; project. Arguments have been
 * checked.
 */
public final class AttentionLayer implements SelfAttention {
    private final AttentionConfig config;
    private final ParameterArrays parameters;
    private final PackedWeights query;
    private final PackedWeights keyValue;
    private final PackedWeights output;

    /** The first row of W_k in {@code keyValue}: with equal widths all three matrices share one array and one launch. */
    private final int firstKeyRow;

    private final @Nullable DeviceArray queryNorm;
    private final @Nullable DeviceArray keyNorm;
    private final @Nullable DeviceArray sinks;
    private final @Nullable DeviceArray alibiSlopes;
    private final @Nullable DeviceArray headGate;
    private final @Nullable RotaryTable rotary;

    /** Copies the weights to the device. */
    public AttentionLayer(Backend backend, AttentionConfig config, AttentionWeights weights) {
        this.config = config;
        this.parameters = new ParameterArrays(backend);
        try {
            if (config.memoryWidth() == config.modelWidth()) {
                query = parameters.pack(
                        "W_q, W_k, W_v",
                        List.of(weights.query(), weights.key(), weights.value()),
                        Arrays.asList(weights.queryBias(), weights.keyBias(), weights.valueBias()));
                keyValue = query;
                firstKeyRow = config.queryWidth();
            } else {
                query = parameters.pack("W_q", List.of(weights.query()), Arrays.asList(weights.queryBias()));
                keyValue = parameters.pack(
                        "W_k, W_v",
                        List.of(weights.key(), weights.value()),
                        Arrays.asList(weights.keyBias(), weights.valueBias()));
                firstKeyRow = 0;
            }
            output = parameters.pack("W_O", List.of(weights.output()), Arrays.asList(weights.outputBias()));
            queryNorm = parameters.vector("query norm", weights.extras().queryNorm());
            keyNorm = parameters.vector("key norm", weights.extras().keyNorm());
            sinks = parameters.vector("sinks", weights.extras().sinks());
            alibiSlopes = parameters.vector("ALiBi slopes", weights.extras().alibiSlopes());
            headGate = parameters.vector("head gate", weights.extras().headGate());
            rotary = parameters.own(RotaryTable.of(backend, config.rotary(), config.headSize()));
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    /**
     * One call.
     *
     * @param x [rows, D]
     * @param tokens which rows belong to which sequence
     * @param memory [batch, memoryLength, Dm], or null for self-attention
     * @param memoryLength rows of each sequence in the memory
     * @param keyLengths real keys of each sequence, where there is no cache; or null
     * @param cache keys and values before this call, and where to keep the new ones; room has been reserved
     * @param positions the rotation's position of each row; null: the row's own
     * @param mask the boolean mask
     * @param bias the additive mask
     * @param wanted further results
     * @param residual [rows, Do], of any type of activations, added to the result: another array than y; or null
     * @param y [rows, Do], written
     */
    @SuppressWarnings("ArrayRecordComponent") // lives for one call, compared never
    public record Call(
            DeviceArray x,
            BatchLayout tokens,
            @Nullable DeviceArray memory,
            int memoryLength,
            int @Nullable [] keyLengths,
            @Nullable CacheStore cache,
            int @Nullable [] positions,
            @Nullable MaskView mask,
            @Nullable MaskView bias,
            AttentionOp.Wanted wanted,
            @Nullable DeviceArray residual,
            DeviceArray y) {
        /** The same call, from other rows to other rows. */
        Call between(DeviceArray from, DeviceArray to) {
            return between(from, null, to);
        }

        /** The same call, from other rows plus a residual to other rows. */
        Call between(DeviceArray from, @Nullable DeviceArray plus, DeviceArray to) {
            return new Call(
                    from, tokens, memory, memoryLength, keyLengths, cache, positions, mask, bias, wanted, plus, to);
        }
    }

    @Override
    public void prepare(BatchLayout tokens, int @Nullable [] positions) {
        Rotations.prepare(rotary, tokens, positions);
    }

    @Override
    public void forward(CommandStream stream, Call call) {
        BatchLayout tokens = call.tokens();
        int heads = config.numHeads();
        int kvHeads = config.numKvHeads();
        int size = config.headSize();
        int valueSize = config.valueHeadSize();
        int keyRows = call.memory() != null ? call.memoryLength() : tokens.projectionLength();
        HeadView q = heads(stream, Scratch.QUERY, tokens, heads, tokens.projectionLength(), size);
        // Small uploads first: each waits for what is queued before it.
        KeyRange scope = KeyRange.of(config.options(), call);
        DeviceArray sequences = scope.sequences(stream);
        StoreOp.Rotation rotation = rotary == null ? null : Rotations.of(stream, rotary, tokens, call.positions());
        CacheStore cache = call.cache();
        RowLayout layout = cache == null ? RowLayout.PLAIN : cache.layout(stream);
        DeviceArray starts = cache == null ? null : tokens.starts(stream);

        // What is cached as it is projected is projected into the cache.
        boolean direct = cache != null && cache.takesRowsOf(tokens);
        HeadView k = cache != null && direct
                ? cache.keyView().fromRow(tokens.past()[0])
                : heads(stream, Scratch.KEY, tokens, kvHeads, keyRows, size);
        HeadView v = cache != null && direct
                ? cache.valueView().fromRow(tokens.past()[0])
                : heads(stream, Scratch.VALUE, tokens, kvHeads, keyRows, valueSize);
        boolean appended = cache != null && !direct;
        project(
                stream,
                call,
                new HeadTarget(q, heads, size, headEpilogue(queryNorm, rotation)),
                new HeadTarget(k, kvHeads, size, appended ? null : headEpilogue(keyNorm, rotation)),
                v);
        if (cache != null) {
            HeadView cachedKeys = cache.keyView();
            HeadView cachedValues = cache.valueView();
            if (appended) {
                append(stream, tokens, kvHeads, size, k, cachedKeys, layout, starts, keyNorm, rotation);
                append(stream, tokens, kvHeads, valueSize, v, cachedValues, layout, starts, null, null);
            }
            k = cachedKeys;
            v = cachedValues;
        }
        DeviceArray context =
                stream.scratch(Scratch.CONTEXT, DataType.F32, (long) tokens.rows() * config.contextWidth());
        HeadView merged =
                BatchViews.flat(tokens, HeadView.merged(context, heads, tokens.projectionLength(), valueSize));
        stream.attend(new AttentionOp(
                scope.shape(heads, kvHeads, size, valueSize),
                config.options(),
                q,
                k,
                v,
                layout,
                merged,
                new AttentionOp.Extras(
                        sequences,
                        tokens.ragged(),
                        cache == null && !tokens.ragged(),
                        call.mask(),
                        call.bias(),
                        sinks,
                        alibiSlopes,
                        headGate),
                call.wanted()));
        stream.project(context, tokens.rows(), output, Epilogue.add(call.residual()), call.y());
    }

    private void project(CommandStream stream, Call call, HeadTarget q, HeadTarget k, HeadView values) {
        HeadTarget v = new HeadTarget(values, config.numKvHeads(), config.valueHeadSize());
        int batch = call.tokens().projectionBatch();
        int length = call.tokens().projectionLength();
        DeviceArray memory = call.memory();
        if (memory == null) {
            stream.projectHeads(call.x(), batch, length, query, 0, q, k, v);
        } else {
            stream.projectHeads(call.x(), batch, length, query, 0, q);
            stream.projectHeads(memory, batch, call.memoryLength(), keyValue, firstKeyRow, k, v);
        }
    }

    private Epilogue.@Nullable HeadNormRope headEpilogue(
            @Nullable DeviceArray norm, StoreOp.@Nullable Rotation rotation) {
        return Epilogue.HeadNormRope.of(norm, config.normEpsilon(), rotation);
    }

    private void append(
            CommandStream stream,
            BatchLayout tokens,
            int heads,
            int size,
            HeadView from,
            HeadView cache,
            RowLayout layout,
            @Nullable DeviceArray starts,
            @Nullable DeviceArray norm,
            StoreOp.@Nullable Rotation rotation) {
        stream.store(new StoreOp(
                tokens.batch(),
                heads,
                tokens.longest(),
                size,
                from,
                0,
                RowLayout.PLAIN,
                cache,
                tokens.past()[0],
                layout,
                starts,
                norm,
                config.normEpsilon(),
                rotation));
    }

    /** The position of the first query. */
    public static int position(AttentionOptions options, int length, int keyLength, int past) {
        return switch (options.alignment()) {
            case BOTTOM_RIGHT -> keyLength - length;
            case TOP_LEFT, LENGTHS -> past;
        };
    }

    private static HeadView heads(
            CommandStream stream, Scratch slot, BatchLayout tokens, int heads, int rows, int size) {
        long elements = (long) tokens.projectionBatch() * heads * rows * size;
        return BatchViews.flat(
                tokens, HeadView.headMajor(stream.scratch(slot, DataType.F32, elements), heads, rows, size));
    }

    @Override
    public void close() {
        parameters.close();
    }
}
