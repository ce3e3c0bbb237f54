package org.clattention.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;

/**
 * Multi-head attention as in textbooks: a loop over heads, each with its own projection and attention.
 * Head h is a layer with the rows of W_q, W_k and W_v and the columns of W_O that belong to it; the outputs of all heads add up
 * to that of the whole layer. The sum is not part of {@link #run}, which favours the loop.
 */
class NaiveHeads implements Contender {
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final List<MultiHeadAttention> heads = new ArrayList<>();
    private final AttentionInputs inputs;

    /** Uploads everything; for shapes without a past. */
    NaiveHeads(AttentionEngine engine, BenchShape shape, LayerData data) {
        AttentionConfig config = shape.config();
        int size = config.headSize();
        AttentionConfig one = AttentionConfig.of(config.modelWidth(), 1)
                .withHeadSize(size, size)
                .withOptions(config.options());
        int group = config.numHeads() / config.numKvHeads();
        try {
            for (int h = 0; h < config.numHeads(); h++) {
                AttentionWeights weights = AttentionWeights.of(
                        rows(data.weights().query(), h, size),
                        rows(data.weights().key(), h / group, size),
                        rows(data.weights().value(), h / group, size),
                        columns(data.weights().output(), h, size));
                MultiHeadAttention layer = engine.multiHeadAttention(one, weights);
                owned.push(layer);
                heads.add(layer);
            }
            Tensor x = engine.tensor(data.x());
            owned.push(x);
            this.inputs = AttentionInputs.of(x);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static HostTensor rows(HostTensor matrix, int head, int size) {
        return matrix.rows((long) head * size, (head + 1L) * size);
    }

    private static HostTensor columns(HostTensor matrix, int head, int size) {
        int rows = Math.toIntExact(matrix.dim(0));
        int bytes = matrix.type().bytes();
        int width = Math.toIntExact(matrix.dim(1)) * bytes;
        ByteBuffer source = matrix.data();
        ByteBuffer part = ByteBuffer.allocate(rows * size * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < rows; r++) {
            part.put(source.slice(r * width + head * size * bytes, size * bytes));
        }
        return HostTensor.wrap(matrix.type(), part.flip(), rows, size);
    }

    @Override
    public void run() {
        for (MultiHeadAttention head : heads) {
            head.forward(inputs).close();
        }
    }

    @Override
    public float[] output() {
        float[] sum = new float[Math.toIntExact(inputs.x().elements())];
        for (MultiHeadAttention head : heads) {
            try (AttentionResult result = head.forward(inputs)) {
                float[] part = result.output().toFloats();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += part[i];
                }
            }
        }
        return sum;
    }

    @Override
    public String description() {
        return "a loop over " + heads.size() + " layers of one head";
    }

    @Override
    public void close() {
        ClosingContenders.all(owned);
    }
}
