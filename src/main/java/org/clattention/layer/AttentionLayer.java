package org.clattention.layer;

import java.util.Arrays;
import java.util.List;
import org.clattention.AttentionConfig;
import org.clattention.AttentionOptions;
import org.clattention.AttentionWeights;
import org.clattention.CausalAlignment;
import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.Backend;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.PackedWeights;
import org.jspecify.annotations.Nullable;

/** The steps of a multi-head attention layer: project, attend, project. Arguments have been checked. */
public final class AttentionLayer implements AutoCloseable {
    private final AttentionConfig config;
    private final PackedWeights query;
    private final PackedWeights keyValue;
    private final PackedWeights output;

    /** The first row of W_k in {@code keyValue}: with equal widths all three matrices share one array and one launch. */
    private final int firstKeyRow;

    /** Copies the weights to the device. */
    public AttentionLayer(Backend backend, AttentionConfig config, AttentionWeights weights) {
        this.config = config;
        if (config.memoryWidth() == config.modelWidth()) {
            query = backend.pack(
                    "W_q, W_k, W_v",
                    List.of(weights.query(), weights.key(), weights.value()),
                    Arrays.asList(weights.queryBias(), weights.keyBias(), weights.valueBias()));
            keyValue = query;
            firstKeyRow = config.queryWidth();
        } else {
            query = backend.pack("W_q", List.of(weights.query()), Arrays.asList(weights.queryBias()));
            keyValue = packKeyValue(backend, weights);
            firstKeyRow = 0;
        }
        output = packOutput(backend, weights);
    }

    private PackedWeights packKeyValue(Backend backend, AttentionWeights weights) {
        try {
            return backend.pack(
                    "W_k, W_v",
                    List.of(weights.key(), weights.value()),
                    Arrays.asList(weights.keyBias(), weights.valueBias()));
        } catch (RuntimeException e) {
            query.close();
            throw e;
        }
    }

    private PackedWeights packOutput(Backend backend, AttentionWeights weights) {
        try {
            return backend.pack("W_O", List.of(weights.output()), Arrays.asList(weights.outputBias()));
        } catch (RuntimeException e) {
            query.close();
            keyValue.close();
            throw e;
        }
    }

    /**
     * One call.
     *
     * @param x [batch, length, D]
     * @param memory [batch, keyLength, Dm], or null for self-attention
     * @param keyLength T; the length of x in self-attention
     * @param extras masks
     * @param wanted further results
     * @param y [batch, length, Do], written
     */
    public record Call(
            DeviceArray x,
            int batch,
            int length,
            @Nullable DeviceArray memory,
            int keyLength,
            AttentionStep.Extras extras,
            AttentionStep.Wanted wanted,
            DeviceArray y) {}

    /** Queues the layer's steps. */
    public void forward(Lane lane, Call call) {
        int batch = call.batch();
        int heads = config.numHeads();
        int kvHeads = config.numKvHeads();
        int size = config.headSize();
        int valueSize = config.valueHeadSize();
        HeadView q = headMajor(lane, Scratch.QUERY, batch, heads, call.length(), size);
        HeadView k = headMajor(lane, Scratch.KEY, batch, kvHeads, call.keyLength(), size);
        HeadView v = headMajor(lane, Scratch.VALUE, batch, kvHeads, call.keyLength(), valueSize);
        HeadTarget qTarget = new HeadTarget(q, heads, size);
        HeadTarget kTarget = new HeadTarget(k, kvHeads, size);
        HeadTarget vTarget = new HeadTarget(v, kvHeads, valueSize);
        DeviceArray memory = call.memory();
        if (memory == null) {
            lane.projectHeads(call.x(), batch, call.length(), query, 0, qTarget, kTarget, vTarget);
        } else {
            lane.projectHeads(call.x(), batch, call.length(), query, 0, qTarget);
            lane.projectHeads(memory, batch, call.keyLength(), keyValue, firstKeyRow, kTarget, vTarget);
        }
        long rows = (long) batch * call.length();
        DeviceArray context = lane.scratch(Scratch.CONTEXT, DataType.F32, rows * config.contextWidth());
        lane.attend(new AttentionStep(
                batch,
                heads,
                kvHeads,
                call.length(),
                call.keyLength(),
                size,
                valueSize,
                config.options(),
                position(config.options(), call.length(), call.keyLength(), 0),
                q,
                k,
                v,
                HeadView.merged(context, heads, call.length(), valueSize),
                call.extras(),
                call.wanted()));
        lane.project(context, rows, output, call.y());
    }

    /** The position of the first query. */
    public static int position(AttentionOptions options, int length, int keyLength, int past) {
        return options.alignment() == CausalAlignment.BOTTOM_RIGHT ? keyLength - length : past;
    }

    private static HeadView headMajor(Lane lane, Scratch slot, int batch, int heads, int rows, int size) {
        DeviceArray array = lane.scratch(slot, DataType.F32, (long) batch * heads * rows * size);
        return HeadView.headMajor(array, heads, rows, size);
    }

    @Override
    public void close() {
        query.close();
        keyValue.close();
        output.close();
    }
}
