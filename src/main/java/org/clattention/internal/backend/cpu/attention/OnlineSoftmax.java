package org.clattention.internal.backend.cpu.attention;

import java.util.Arrays;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.simd.ScalarMath;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * Up to ROWS rows of one key-value head on their way through the keys (online softmax): for each row a score that is
 * nearly the largest so far, and the sum and the context that belong to it. The rows of a key-value head are those of all
 * query heads that share it, one head after the other.
 */
public final class OnlineSoftmax {
    /** How far scores may be above what they are weighed against: weights up to e^8, and most often nothing to bring down. */
    private static final float SLACK = 8;

    final int[] head = new int[VectorKernels.ROWS];
    final int[] query = new int[VectorKernels.ROWS];
    /** What a row's scores are weighed against; −∞ before the first. */
    final float[] largest = new float[VectorKernels.ROWS];

    final float[] sum = new float[VectorKernels.ROWS];
    private final float[] limit = new float[VectorKernels.ROWS];
    private final float[] shift = new float[VectorKernels.ROWS];
    private final int[] first = new int[VectorKernels.ROWS];
    private final int[] end = new int[VectorKernels.ROWS];
    public int count;
    int batch;

    /** Whether one of the rows has met values that are not finite: there may be more. */
    public boolean metOdd;

    private int firstOfAll;
    private int endOfAll;

    /** Starts with rows {@code row0} ... of a key-value head. */
    void start(AttentionCall call, int b, int kvHead, int row0, int rows) {
        batch = b;
        count = rows;
        metOdd = false;
        firstOfAll = Integer.MAX_VALUE;
        endOfAll = 0;
        for (int r = 0; r < rows; r++) {
            head[r] = kvHead * call.group + (row0 + r) / call.shape.queryLength();
            query[r] = (row0 + r) % call.shape.queryLength();
            first[r] = call.firstKey(b, query[r]);
            end[r] = call.endKey(b, query[r]);
            largest[r] = Float.NEGATIVE_INFINITY;
            sum[r] = 0;
            if (end[r] > first[r]) {
                firstOfAll = Math.min(firstOfAll, first[r]);
                endOfAll = Math.max(endOfAll, end[r]);
            }
        }
    }

    /** The first key that any row attends to; not below {@link #end} if there is none. */
    int first() {
        return firstOfAll;
    }

    /** One more than the last. */
    int end() {
        return endOfAll;
    }

    /** Whether one of the rows may not see one of these keys. */
    public boolean someMasked(AttentionCall call, int key, int keys) {
        boolean masked = call.hasMasks();
        for (int r = 0; r < count; r++) {
            masked |= first[r] > key || end[r] < key + keys;
        }
        return masked;
    }

    /** Whether a row may see a key. */
    public boolean attends(AttentionCall call, int r, int key) {
        return call.attended(batch, head[r], query[r], key);
    }

    /**
     * Takes the scaled scores of keys {@code key} ...: they become weights relative to a score that none exceeds by more than
     * {@link #SLACK}, and the context so far is brought down to it.
     *
     * @param s scores, from {@code at} on, rows STRIDE apart
     * @param o context, from {@code oAt} on, rows {@code size} apart
     */
    void weigh(
            AttentionCall call,
            float[] s,
            int at,
            int key,
            int keys,
            float[] o,
            int oAt,
            int size,
            Workspace workspace) {
        VectorKernels loops = workspace.loops();
        if (call.finishesScores()) {
            for (int r = 0; r < count; r++) {
                call.cap(s, at + r * VectorKernels.STRIDE, keys, loops);
                call.mask(s, at + r * VectorKernels.STRIDE, key, keys, batch, head[r], query[r], workspace);
            }
        } else {
            maskEdges(s, at, key, keys);
        }
        for (int r = 0; r < count; r++) {
            if (largest[r] == Float.NEGATIVE_INFINITY) {
                begin(r, s[at + r * VectorKernels.STRIDE + Math.min(Math.max(first[r] - key, 0), keys - 1)]);
            }
            limit[r] = largest[r] + SLACK;
        }
        for (int rest = loops.exceeding(s, at, count, keys, limit); rest != 0; rest &= rest - 1) {
            int r = Integer.numberOfTrailingZeros(rest);
            raise(r, loops.max(s, at + r * VectorKernels.STRIDE, keys), o, oAt + r * size, size, loops);
        }
        for (int r = 0; r < count; r++) {
            shift[r] = largest[r] == Float.NEGATIVE_INFINITY ? 0 : largest[r];
        }
        loops.weights(s, at, count, keys, shift, sum);
    }

    /** −∞ for keys that causal mask, windows and lengths keep from a row. */
    private void maskEdges(float[] s, int sAt, int key, int keys) {
        for (int r = 0; r < count; r++) {
            if (first[r] > key || end[r] < key + keys) {
                int at = sAt + r * VectorKernels.STRIDE;
                int from = Math.min(Math.max(first[r] - key, 0), keys);
                int to = Math.min(Math.max(end[r] - key, from), keys);
                Arrays.fill(s, at, at + from, Float.NEGATIVE_INFINITY);
                Arrays.fill(s, at + to, at + keys, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /** The first score that a row meets is most often near enough to the largest; if it is masked or no number, that is sought. */
    private void begin(int r, float score) {
        if (Float.isFinite(score)) {
            largest[r] = score;
        }
    }

    /** A row has met a score so large that sum and context must be brought down. */
    private void raise(int r, float most, float[] o, int at, int size, VectorKernels loops) {
        float before = largest[r];
        float now = Math.max(before, most);
        float correction = now == before ? 1 : ScalarMath.weight(before, now);
        sum[r] *= correction;
        largest[r] = now;
        // A context that is not finite stays so, also if it weighs nothing: its row is computed again at the end.
        if (correction != 1) {
            loops.scale(o, at, size, correction);
        }
    }

    /** Stores the results of a row, whose context so far is at {@code o[at]}. */
    void finish(AttentionCall call, int r, float[] o, int at, Workspace workspace) {
        int h = head[r];
        int i = query[r];
        boolean nothing = largest[r] == Float.NEGATIVE_INFINITY;
        float shift = nothing ? 0 : largest[r];
        float total = sum[r];
        float context = 1;
        if (call.sinks.length > 0) {
            // The sink may be larger than every score: then it sets the shift.
            float sink = call.sinks[h];
            float larger = nothing ? sink : Math.max(shift, sink);
            context = nothing ? 0 : (float) Math.exp(shift - larger);
            total = total * context + (float) Math.exp(sink - larger);
            shift = larger;
        }
        float factor = total == 0 ? 0 : context / total;
        // A sum over finite values may overflow, too: then the row is computed again for nothing.
        float all = workspace.loops().scaleAndSum(o, at, call.valueSize, factor);
        boolean finite = Float.isFinite(total) && Float.isFinite(all);
        if (!finite) {
            call.storeLogSumExp(batch, h, i, exact(call, h, i, o, at, workspace));
        } else if (call.wantsLogSumExp()) {
            call.storeLogSumExp(batch, h, i, shift + (float) Math.log(total));
        }
        if (i < call.queries(batch) || call.writesPadding()) {
            call.storeContext(batch, h, i, o, at, workspace.loops());
        }
    }

    /**
     * The result of a row key by key, for rows that are not finite: what may not be attended never counts, and what is not
     * finite where it is attended stays so.
     *
     * @return the log-sum-exp
     */
    private float exact(AttentionCall call, int h, int i, float[] o, int at, Workspace workspace) {
        VectorKernels loops = workspace.loops();
        int kvHead = h / call.group;
        int from = call.firstKey(batch, i);
        int count = call.endKey(batch, i) - from;
        float[] q = workspace.floats(Slot.ROW, Math.max(call.headSize, call.valueSize));
        float[] key = workspace.floats(Slot.KEYS, call.headSize);
        float[] s = workspace.floats(Slot.BLOCK, Math.max(1, count));
        call.loadQuery(batch, h, i, 0, call.headSize, q, 0, loops);
        float most = call.sinks.length > 0 ? call.sinks[h] : Float.NEGATIVE_INFINITY;
        for (int n = 0; n < count; n++) {
            s[n] = Float.NEGATIVE_INFINITY;
            if (call.attended(batch, h, i, from + n)) {
                call.loadRows(call.step.key(), batch, kvHead, from + n, 1, call.headSize, key, 0, 0, loops);
                loops.dots(q, 0, key, 0, 1, call.headSize, s, n);
                s[n] = call.finish(s[n] * call.scale, batch, h, i, from + n);
                most = s[n] > most ? s[n] : most;
            }
        }
        float base = most == Float.NEGATIVE_INFINITY ? 0 : most;
        double total = call.sinks.length > 0 ? Math.exp(call.sinks[h] - base) : 0;
        Arrays.fill(o, at, at + call.valueSize, 0);
        for (int n = 0; n < count; n++) {
            if (call.attended(batch, h, i, from + n)) {
                float w = (float) Math.exp(s[n] - base);
                total += w;
                call.loadRows(call.step.value(), batch, kvHead, from + n, 1, call.valueSize, q, 0, 0, loops);
                for (int c = 0; c < call.valueSize; c++) {
                    o[at + c] = Math.fma(w, q[c], o[at + c]);
                }
            }
        }
        for (int c = 0; c < call.valueSize; c++) {
            o[at + c] = total == 0 ? o[at + c] : (float) (o[at + c] / total);
        }
        return (float) (base + Math.log(total));
    }
}
