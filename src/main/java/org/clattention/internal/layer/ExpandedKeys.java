package org.clattention.internal.layer;

import org.clattention.config.DataType;
import org.clattention.config.LatentConfig;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;

/**
 * Keys and values of every head, expanded from the latents.
 *
 * @param keys [B, H, T, dn + dr]
 * @param values [B, H, T, dv], inside of the expansion
 */
record ExpandedKeys(HeadView keys, HeadView values) {

    static ExpandedKeys make(
            CommandStream stream,
            LatentConfig config,
            PackedWeights latentUp,
            AttentionLayer.Call call,
            HeadView rows,
            RowLayout layout) {
        BatchLayout tokens = call.tokens();
        boolean cached = call.cache() != null;
        int batch = cached ? tokens.batch() : tokens.projectionBatch();
        int length = cached ? tokens.longestAfter() : tokens.projectionLength();
        int heads = config.numHeads();
        int dn = config.nopeHeadSize();
        int dr = config.ropeHeadSize();
        int expandedSize = dn + config.valueHeadSize();
        int keySize = dn + dr;

        // Latents side by side, as the projection takes them.
        DeviceArray latents =
                stream.scratch(Scratch.LATENT_QUERY, DataType.F32, (long) batch * length * config.latentSize());
        HeadView latentView = HeadView.headMajor(latents, 1, length, config.latentSize());
        stream.store(copy(batch, 1, length, config.latentSize(), rows, layout, latentView));

        long tokensAndHeads = (long) batch * heads * length;
        HeadView expanded = HeadView.headMajor(
                stream.scratch(Scratch.EXPANDED, DataType.F32, tokensAndHeads * expandedSize),
                heads,
                length,
                expandedSize);
        stream.projectHeads(latents, batch, length, latentUp, 0, new HeadTarget(expanded, heads, expandedSize));

        HeadView keys = HeadView.headMajor(
                stream.scratch(Scratch.KEY, DataType.F32, tokensAndHeads * keySize), heads, length, keySize);
        stream.store(copy(batch, heads, length, dn, expanded, RowLayout.PLAIN, keys));
        HeadView shared = LatentLayer.part(rows, config.latentSize());
        HeadView sharedByAll =
                new HeadView(shared.array(), shared.offset(), shared.batchStride(), 0, shared.rowStride());
        stream.store(copy(batch, heads, length, dr, sharedByAll, layout, LatentLayer.part(keys, dn)));
        HeadView values = LatentLayer.part(expanded, dn);
        return cached
                ? new ExpandedKeys(keys, values)
                : new ExpandedKeys(BatchViews.flat(tokens, keys), BatchViews.flat(tokens, values));
    }

    private static StoreOp copy(
            int batch, int heads, int rows, int size, HeadView from, RowLayout layout, HeadView to) {
        return new StoreOp(batch, heads, rows, size, from, 0, layout, to, 0, RowLayout.PLAIN, null, null, 0, null);
    }
}
