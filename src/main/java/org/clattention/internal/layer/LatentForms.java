package org.clattention.internal.layer;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.jspecify.annotations.Nullable;

/**
 * The two forms of attention to latents, and the expansion W_kv_b as each of them needs it. Names as in {@link LatentConfig}.
 *
 * <p>The absorbed form rests on (q·W_k)·latent = q·(W_k·latent): attention runs among rows as if there were one key-value
 * head of size r + dr whose values are the latents.
 */
final class LatentForms {
    private final LatentConfig config;

    /** The options with the scale of the plain form, whatever the size of the heads attended with. */
    private final AttentionOptions options;

    /** W_kv_b, for the plain form; null where that is never taken. */
    private final @Nullable PackedWeights latentUp;

    /** Its parts by heads, for the absorbed form; null where that is never taken. */
    private final @Nullable PackedWeights keyMatrices;

    private final @Nullable PackedWeights valueMatrices;

    LatentForms(ParameterArrays parameters, LatentConfig config, HostTensor expansion) {
        this.config = config;
        this.options = config.options().withScale(config.scale());
        boolean plain = config.form() != LatentConfig.Form.ABSORBED;
        boolean absorbed = config.form() != LatentConfig.Form.PLAIN;
        latentUp = plain ? parameters.pack("W_kv_b", List.of(expansion), Collections.singletonList(null)) : null;
        keyMatrices = absorbed ? byHeads(parameters, "W_k of heads", LatentMatrices.keys(config, expansion)) : null;
        valueMatrices = absorbed ? byHeads(parameters, "W_v of heads", LatentMatrices.values(config, expansion)) : null;
    }

    private static PackedWeights byHeads(ParameterArrays parameters, String name, List<HostTensor> matrices) {
        return parameters.pack(name, matrices, Collections.nCopies(matrices.size(), null), Backend.Use.EACH_HEAD);
    }

    /**
     * What a call attends with.
     *
     * @param queries [B, H, S, dn + dr], rotated
     * @param rows the latents and shared keys of all tokens
     * @param layout how the rows are kept
     */
    record Operands(
            AttentionLayer.Call call,
            KeyRange scope,
            @Nullable DeviceArray sequences,
            HeadView queries,
            HeadView rows,
            RowLayout layout) {
        AttentionOp.Extras extras(boolean dense) {
            return new AttentionOp.Extras(
                    sequences, call.tokens().ragged(), dense, call.mask(), call.bias(), null, null, null);
        }
    }

    /** Writes the context [rows, H · dv]. */
    void attend(CommandStream stream, Operands operands, DeviceArray context) {
        if (absorbed(config, operands.call().tokens(), operands.scope().keyLength())) {
            attendAbsorbed(stream, operands, context);
        } else {
            attendPlain(stream, operands, context);
        }
    }

    /**
     * Expanding T keys costs r·(dn+dv) per head and key, attending among latents about r per head, key and query. More keys
     * than can be indexed are never expanded by choice.
     */
    static boolean absorbed(LatentConfig config, BatchLayout tokens, int keyLength) {
        return switch (config.form()) {
            case PLAIN -> false;
            case ABSORBED -> true;
            case AUTO -> 8L * tokens.longest() <= keyLength || keyLength * expandedSize(config) > Integer.MAX_VALUE;
        };
    }

    /** What the plain form makes of each key, at most: the keys or the expansion of all heads. */
    static long expandedSize(LatentConfig config) {
        return config.numHeads()
                * ((long) config.nopeHeadSize() + Math.max(config.ropeHeadSize(), config.valueHeadSize()));
    }

    private void attendAbsorbed(CommandStream stream, Operands latent, DeviceArray context) {
        BatchLayout tokens = latent.call().tokens();
        int r = config.latentSize();
        int size = config.cachedSize();
        HeadView q = LatentLayer.headMajor(stream, config, Scratch.LATENT_QUERY, tokens, size);
        // q_latent[c] = sum over n of q[n] * W_k[n, c]
        stream.projectEachHead(product(tokens, config.nopeHeadSize(), r, latent.queries(), keyMatrices, q));
        stream.store(StoreOp.copy(
                tokens.projectionBatch(),
                config.numHeads(),
                tokens.projectionLength(),
                config.ropeHeadSize(),
                LatentLayer.part(latent.queries(), config.nopeHeadSize()),
                LatentLayer.part(q, r)));
        HeadView latents = LatentLayer.headMajor(stream, config, Scratch.EXPANDED, tokens, r);
        stream.attend(new AttentionOp(
                latent.scope().shape(config.numHeads(), 1, size, r),
                options,
                q,
                latent.rows(),
                latent.rows(),
                latent.layout(),
                latents,
                latent.extras(latent.call().cache() == null && !tokens.ragged()),
                latent.call().wanted()));
        // context[v] = sum over c of latent[c] * W_v[v, c]
        HeadView merged =
                HeadView.merged(context, config.numHeads(), tokens.projectionLength(), config.valueHeadSize());
        stream.projectEachHead(product(tokens, r, config.valueHeadSize(), latents, valueMatrices, merged));
    }

    private BatchedGemmOp product(
            BatchLayout tokens, int inner, int columns, HeadView x, @Nullable PackedWeights matrices, HeadView out) {
        return new BatchedGemmOp(
                tokens.projectionBatch(),
                config.numHeads(),
                tokens.projectionLength(),
                inner,
                columns,
                x,
                Objects.requireNonNull(matrices),
                out);
    }

    private void attendPlain(CommandStream stream, Operands latent, DeviceArray context) {
        BatchLayout tokens = latent.call().tokens();
        ExpandedKeys expanded = ExpandedKeys.make(
                stream, config, Objects.requireNonNull(latentUp), latent.call(), latent.rows(), latent.layout());
        int size = config.nopeHeadSize() + config.ropeHeadSize();
        HeadView merged = BatchViews.flat(
                tokens, HeadView.merged(context, config.numHeads(), tokens.projectionLength(), config.valueHeadSize()));
        stream.attend(new AttentionOp(
                latent.scope().shape(config.numHeads(), config.numHeads(), size, config.valueHeadSize()),
                options,
                latent.queries(),
                expanded.keys(),
                expanded.values(),
                RowLayout.PLAIN,
                merged,
                latent.extras(!tokens.ragged()),
                latent.call().wanted()));
    }
}
