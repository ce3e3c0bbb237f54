package org.clattention.verify;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.Tensor;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** Runs a layer by the calls of a {@link CallPlan} and assembles the outputs. */
final class PlannedCalls {
    private PlannedCalls() {}

    /** A layer's call. */
    interface Layer {
        /** Runs it. */
        AttentionResult forward(AttentionInputs inputs);
    }

    /** The layer's output for the whole of the input {@code x}: [B, S, Do]. */
    static HostTensor run(
            AttentionEngine engine, CaseTensors tensors, CallPlan plan, @Nullable KvCache cache, Layer layer) {
        HostTensor x = tensors.get("x");
        List<HostTensor> parts = new ArrayList<>();
        int done = 0;
        for (int[] counts : plan.calls()) {
            int rows = plan.rows(counts);
            HostTensor part = slice(x, done, rows);
            done += rows;
            try (Tensor uploaded = engine.tensor(plan.ragged() ? part.reshape(rows, x.dim(2)) : part);
                    AttentionResult result =
                            layer.forward(inputs(uploaded, plan, counts).withCache(cache))) {
                HostTensor y = result.output().toHost();
                parts.add(y.reshape(x.dim(0), rows, y.dim(-1)));
            }
        }
        if (done != x.dim(1)) {
            throw new IllegalStateException("the calls take " + done + " rows of x " + x);
        }
        return join(parts);
    }

    private static AttentionInputs inputs(Tensor x, CallPlan plan, int[] counts) {
        if (!plan.ragged()) {
            return AttentionInputs.of(x);
        }
        int[] offsets = new int[counts.length + 1];
        for (int b = 0; b < counts.length; b++) {
            offsets[b + 1] = offsets[b] + counts[b];
        }
        return AttentionInputs.ragged(x, offsets);
    }

    /** x[:, from .. from + rows, :]. */
    private static HostTensor slice(HostTensor x, int from, int rows) {
        int run = Math.toIntExact(x.dim(2) * x.type().bytes());
        int batch = Math.toIntExact(x.dim(0));
        int length = Math.toIntExact(x.dim(1));
        ByteBuffer out = ByteBuffer.allocate(batch * rows * run).order(ByteOrder.LITTLE_ENDIAN);
        for (int b = 0; b < batch; b++) {
            out.put(x.data().slice((b * length + from) * run, rows * run));
        }
        return HostTensor.wrap(x.type(), out.flip(), batch, rows, x.dim(2));
    }

    /** The parts one after another along dimension 1. */
    private static HostTensor join(List<HostTensor> parts) {
        HostTensor first = parts.get(0);
        int run = Math.toIntExact(first.dim(2) * first.type().bytes());
        int batch = Math.toIntExact(first.dim(0));
        int length = parts.stream().mapToInt(p -> (int) p.dim(1)).sum();
        ByteBuffer out = ByteBuffer.allocate(batch * length * run).order(ByteOrder.LITTLE_ENDIAN);
        for (int b = 0; b < batch; b++) {
            for (HostTensor part : parts) {
                int bytes = (int) part.dim(1) * run;
                out.put(part.data().slice(b * bytes, bytes));
            }
        }
        return HostTensor.wrap(first.type(), out.flip(), batch, length, first.dim(2));
    }
}
