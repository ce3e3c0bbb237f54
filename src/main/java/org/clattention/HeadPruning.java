package org.clattention;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.Checks;
import org.clattention.config.HeadExtras;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * Removes heads from a layer: the result is physically smaller and computes what the whole layer computes with those heads
 * gated to 0 (Michel et al. 2019).
 *
 * @param config the smaller layer
 * @param weights its weights
 */
public record HeadPruning(AttentionConfig config, AttentionWeights weights) {
    /** Checks what must be given. */
    public HeadPruning {
        Checks.given("config", config);
        Checks.given("weights", weights);
    }

    /**
     * Removes query heads, and key-value heads that no query head is left for. If groups keep different numbers of query
     * heads, each query head gets a key-value head of its own: grouping needs groups of one size.
     *
     * @param heads the query heads to remove; at least one must be left
     * @throws IllegalArgumentException if a head does not exist, none is left, or the weights do not fit
     */
    public static HeadPruning remove(AttentionConfig config, AttentionWeights weights, Set<Integer> heads) {
        Checks.given("config", config);
        Checks.given("weights", weights);
        Checks.given("heads", heads);
        weights.requireFit(config);
        for (Integer head : heads) {
            Checks.given("heads", head);
            if (head < 0 || head >= config.numHeads()) {
                throw new IllegalArgumentException(
                        "heads: " + head + " must be between 0 and " + (config.numHeads() - 1));
            }
        }
        List<Integer> kept = new ArrayList<>();
        for (int head = 0; head < config.numHeads(); head++) {
            if (!heads.contains(head)) {
                kept.add(head);
            }
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("heads: all " + config.numHeads() + " would be removed");
        }
        List<Integer> kvKept = keyValueHeads(config, kept);
        AttentionConfig smaller = new AttentionConfig(
                config.modelWidth(),
                config.memoryWidth(),
                config.outputWidth(),
                kept.size(),
                kvKept.size(),
                config.headSize(),
                config.valueHeadSize(),
                config.options().withScale(config.options().scaleFor(config.headSize())),
                config.rotary(),
                config.normEpsilon());
        return new HeadPruning(smaller, select(config, weights, kept, kvKept));
    }

    private static List<Integer> keyValueHeads(AttentionConfig config, List<Integer> kept) {
        int group = config.numHeads() / config.numKvHeads();
        int[] left = new int[config.numKvHeads()];
        kept.forEach(head -> left[head / group]++);
        List<Integer> used = new ArrayList<>();
        boolean alike = true;
        int size = 0;
        for (int kv = 0; kv < left.length; kv++) {
            if (left[kv] > 0) {
                alike &= size == 0 || left[kv] == size;
                size = left[kv];
                used.add(kv);
            }
        }
        return alike ? used : kept.stream().map(head -> head / group).toList();
    }

    private static AttentionWeights select(
            AttentionConfig config, AttentionWeights w, List<Integer> kept, List<Integer> kvKept) {
        int size = config.headSize();
        int valueSize = config.valueHeadSize();
        HeadExtras extras = w.extras();
        return new AttentionWeights(
                rows(w.query(), kept, size),
                rows(w.key(), kvKept, size),
                rows(w.value(), kvKept, valueSize),
                columns(w.output(), kept, valueSize),
                optionalRows(w.queryBias(), kept, size),
                optionalRows(w.keyBias(), kvKept, size),
                optionalRows(w.valueBias(), kvKept, valueSize),
                w.outputBias(),
                new HeadExtras(
                        extras.queryNorm(),
                        extras.keyNorm(),
                        optionalRows(extras.sinks(), kept, 1),
                        optionalRows(extras.alibiSlopes(), kept, 1),
                        optionalRows(extras.headGate(), kept, 1)));
    }

    private static @Nullable HostTensor optionalRows(@Nullable HostTensor tensor, List<Integer> heads, int size) {
        return tensor == null ? null : rows(tensor, heads, size);
    }

    private static HostTensor rows(HostTensor tensor, List<Integer> heads, int size) {
        long rowBytes = tensor.type().bytes(tensor.elements() / tensor.dim(0));
        long[] shape = tensor.shape();
        shape[0] = (long) heads.size() * size;
        ByteBuffer out = allocate(shape[0] * rowBytes);
        for (int head : heads) {
            out.put(tensor.rows((long) head * size, (long) (head + 1) * size).data());
        }
        return HostTensor.wrap(tensor.type(), out.flip(), shape);
    }

    private static HostTensor columns(HostTensor matrix, List<Integer> heads, int size) {
        if (size % matrix.type().blockElements() != 0) {
            throw new IllegalArgumentException("weights.output: heads of " + size + " columns cannot be cut out of "
                    + matrix.type() + " blocks of " + matrix.type().blockElements() + "; convert it to F32 first");
        }
        int partBytes = Math.toIntExact(matrix.type().bytes(size));
        long rowBytes = matrix.type().bytes(matrix.dim(1));
        ByteBuffer in = matrix.data();
        ByteBuffer out = allocate(matrix.dim(0) * heads.size() * partBytes);
        for (long row = 0; row < matrix.dim(0); row++) {
            for (int head : heads) {
                int start = Math.toIntExact(row * rowBytes + (long) head * partBytes);
                out.put(in.slice(start, partBytes));
            }
        }
        return HostTensor.wrap(matrix.type(), out.flip(), matrix.dim(0), (long) heads.size() * size);
    }

    private static ByteBuffer allocate(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
