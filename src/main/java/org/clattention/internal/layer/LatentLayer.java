package org.clattention.internal.layer;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.NormalizeOp;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.layer.cache.CacheStore;
import org.clattention.internal.layer.rotary.RotaryTable;
import org.clattention.internal.layer.rotary.Rotations;
import org.jspecify.annotations.Nullable;

/**
 * The steps of multi-head latent attention. Names as in {@link LatentConfig}: per token a row [latent r | shared key dr].
 */
public final class LatentLayer implements SelfAttention {
    private final LatentConfig config;
    private final ParameterArrays parameters;
    private final @Nullable PackedWeights queryDown;
    private final @Nullable DeviceArray queryNorm;
    private final PackedWeights queryUp;
    private final PackedWeights latentDown;
    private final DeviceArray latentNorm;
    private final LatentForms forms;
    private final PackedWeights output;
    private final @Nullable RotaryTable rotary;

    /** Copies the weights to the device. */
    public LatentLayer(Backend backend, LatentConfig config, LatentWeights weights) {
        this.config = config;
        this.parameters = new ParameterArrays(backend);
        try {
            HostTensor direct = weights.query();
            queryDown = pack("W_q_a", weights.queryDown());
            queryNorm = parameters.vector("query latent norm", weights.queryNorm());
            PackedWeights up = pack(direct != null ? "W_q" : "W_q_b", direct != null ? direct : weights.queryUp());
            queryUp = Objects.requireNonNull(up);
            latentDown = packed("W_kv_a", weights.latentDown());
            latentNorm = parameters.required("latent norm", weights.latentNorm());
            forms = new LatentForms(parameters, config, weights.latentUp());
            output = packed("W_O", weights.output());
            rotary = parameters.own(RotaryTable.of(backend, config.rotary(), config.ropeHeadSize()));
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    /** Whether a call attends among the latents themselves. */
    public static boolean absorbed(LatentConfig config, BatchLayout tokens, int keyLength) {
        return LatentForms.absorbed(config, tokens, keyLength);
    }

    /** Elements that a call which does not makes of each key, at most. */
    public static long expandedSize(LatentConfig config) {
        return LatentForms.expandedSize(config);
    }

    private @Nullable PackedWeights pack(String name, @Nullable HostTensor matrix) {
        return matrix == null ? null : packed(name, matrix);
    }

    private PackedWeights packed(String name, HostTensor matrix) {
        return parameters.pack(name, List.of(matrix), Collections.singletonList(null));
    }

    @Override
    public void prepare(BatchLayout tokens, int @Nullable [] positions) {
        Rotations.prepare(rotary, tokens, positions);
    }

    @Override
    public void forward(CommandStream stream, AttentionLayer.Call call) {
        BatchLayout tokens = call.tokens();
        CacheStore cache = call.cache();
        KeyRange scope = KeyRange.of(config.options(), call);
        DeviceArray sequences = scope.sequences(stream);
        StoreOp.Rotation rotation = rotary == null ? null : Rotations.of(stream, rotary, tokens, call.positions());
        RowLayout layout = cache == null ? RowLayout.PLAIN : cache.layout(stream);
        DeviceArray starts = cache == null ? null : tokens.starts(stream);

        HeadView queries = queries(stream, call);
        rotate(stream, tokens, queries, rotation);
        HeadView rows = rows(stream, call, layout, starts, rotation);
        LatentForms.Operands operands = new LatentForms.Operands(call, scope, sequences, queries, rows, layout);
        DeviceArray context = stream.scratch(
                Scratch.CONTEXT, DataType.F32, (long) tokens.rows() * config.numHeads() * config.valueHeadSize());
        forms.attend(stream, operands, context);
        stream.project(context, tokens.rows(), output, Epilogue.add(call.residual()), call.y());
    }

    /** [B, H, S, dn + dr] */
    private HeadView queries(CommandStream stream, AttentionLayer.Call call) {
        BatchLayout tokens = call.tokens();
        int size = config.nopeHeadSize() + config.ropeHeadSize();
        HeadView q = headMajor(stream, config, Scratch.QUERY, tokens, size);
        DeviceArray source = call.x();
        if (queryDown != null && queryNorm != null) {
            int rank = config.queryLatentSize();
            source = stream.scratch(Scratch.LATENT_QUERY, DataType.F32, (long) tokens.rows() * rank);
            stream.project(call.x(), tokens.rows(), queryDown, source);
            stream.normalize(new NormalizeOp(
                    tokens.rows(), rank, true, config.normEpsilon(), source, queryNorm, null, source, null, null));
        }
        HeadTarget target = new HeadTarget(q, config.numHeads(), size);
        stream.projectHeads(source, tokens.projectionBatch(), tokens.projectionLength(), queryUp, 0, target);
        return q;
    }

    private void rotate(CommandStream stream, BatchLayout tokens, HeadView q, StoreOp.@Nullable Rotation rotation) {
        if (rotation != null) {
            HeadView rope = part(q, config.nopeHeadSize());
            stream.store(step(
                    tokens.projectionBatch(),
                    config.numHeads(),
                    tokens.projectionLength(),
                    config.ropeHeadSize(),
                    rope,
                    rope,
                    RowLayout.PLAIN,
                    0,
                    null,
                    null,
                    rotation));
        }
    }

    /** The rows [latent | shared key] of all keys: in the cache, or those of this call alone. */
    private HeadView rows(
            CommandStream stream,
            AttentionLayer.Call call,
            RowLayout layout,
            @Nullable DeviceArray starts,
            StoreOp.@Nullable Rotation rotation) {
        BatchLayout tokens = call.tokens();
        int size = config.cachedSize();
        DeviceArray compressed = stream.scratch(Scratch.LATENT, DataType.F32, (long) tokens.rows() * size);
        stream.project(call.x(), tokens.rows(), latentDown, compressed);
        HeadView source = BatchViews.flat(tokens, HeadView.headMajor(compressed, 1, tokens.projectionLength(), size));
        CacheStore cache = call.cache();
        HeadView target = cache == null ? source : cache.keyView();
        int batch = cache == null ? tokens.projectionBatch() : tokens.batch();
        int length = cache == null ? tokens.projectionLength() : tokens.longest();
        int first = cache == null ? 0 : tokens.past()[0];
        int latent = config.latentSize();
        int rope = config.ropeHeadSize();
        stream.store(step(batch, 1, length, latent, source, target, layout, first, starts, latentNorm, null));
        if (rotation != null || cache != null) {
            HeadView from = part(source, latent);
            stream.store(
                    step(batch, 1, length, rope, from, part(target, latent), layout, first, starts, null, rotation));
        }
        return target;
    }

    /** Room for a row of every head and token. */
    static HeadView headMajor(CommandStream stream, LatentConfig config, Scratch slot, BatchLayout tokens, int size) {
        DeviceArray array = stream.scratch(slot, DataType.F32, (long) tokens.rows() * config.numHeads() * size);
        return BatchViews.flat(tokens, HeadView.headMajor(array, config.numHeads(), tokens.projectionLength(), size));
    }

    /** The components of each row from {@code first} on. */
    static HeadView part(HeadView view, int first) {
        return new HeadView(
                view.array(), view.offset() + first, view.batchStride(), view.headStride(), view.rowStride());
    }

    private StoreOp step(
            int batch,
            int heads,
            int rows,
            int size,
            HeadView source,
            HeadView target,
            RowLayout layout,
            int firstTarget,
            @Nullable DeviceArray starts,
            @Nullable DeviceArray norm,
            StoreOp.@Nullable Rotation rotation) {
        return new StoreOp(
                batch,
                heads,
                rows,
                size,
                source,
                0,
                RowLayout.PLAIN,
                target,
                firstTarget,
                layout,
                starts,
                norm,
                config.normEpsilon(),
                rotation);
    }

    @Override
    public void close() {
        parameters.close();
    }
}
