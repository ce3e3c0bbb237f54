package org.clattention.internal.backend.cpu.attention;

import java.util.Arrays;
import org.clattention.config.AttentionOptions;
import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.cpu.ElementCodec;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.gemm.RowPlaces;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.jspecify.annotations.Nullable;

/** An attention step with its arrays at hand, and the rules of which query may see which key. */
public final class AttentionCall {
    final AttentionOp step;
    final AttentionOp.Shape shape;
    final int headSize;
    public final int valueSize;
    final int group;
    final float scale;
    final JavaArray keys;
    final JavaArray values;
    final float[] sinks;
    final float[] gates;
    private final AttentionOptions options;
    private final int @Nullable [] sequences;
    private final int[] table;
    private final float[] slopes;
    private final @Nullable MaskView mask;
    private final @Nullable MaskView bias;

    AttentionCall(AttentionOp step) {
        AttentionOp.Extras extras = step.extras();
        this.step = step;
        this.shape = step.shape();
        this.options = step.options();
        this.headSize = shape.headSize();
        this.valueSize = shape.valueSize();
        this.group = shape.queryHeads() / shape.kvHeads();
        this.scale = (float) options.scaleFor(shape.headSize());
        this.keys = JavaArray.of(step.key().array());
        this.values = JavaArray.of(step.value().array());
        this.sinks = JavaArray.optionalFloats(extras.sinks());
        this.gates = JavaArray.optionalFloats(extras.headGate());
        this.slopes = JavaArray.optionalFloats(extras.alibiSlopes());
        this.sequences = extras.sequences() == null
                ? null
                : JavaArray.of(extras.sequences()).ints();
        this.table = RowPlaces.table(step.keyRows());
        this.mask = extras.mask();
        this.bias = extras.bias();
    }

    /** The first row of a sequence in the views of queries and context. */
    int queryRow(int b) {
        return sequences == null ? 0 : sequences[5 * b];
    }

    /** Queries of a sequence. */
    int queries(int b) {
        return sequences == null ? shape.queryLength() : sequences[5 * b + 1];
    }

    /** The position of a sequence's first query. */
    int position(int b) {
        return sequences == null ? shape.position() : sequences[5 * b + 2];
    }

    private int keyRow(int b) {
        return sequences == null ? 0 : sequences[5 * b + 3];
    }

    /** Keys of a sequence, including any past. */
    int keyCount(int b) {
        return sequences == null ? shape.keyLength() : sequences[5 * b + 4];
    }

    /** Keys whose scores before the masks are asked for: all, as long as they are there. */
    int keysThere(int b) {
        return step.extras().dense() ? shape.keyLength() : keyCount(b);
    }

    int kvHeads() {
        return shape.batch() * shape.kvHeads();
    }

    /** The element with which a key or value row begins. */
    int rowAt(HeadView view, int b, int kvHead, int key) {
        return RowPlaces.at(view, step.keyRows(), table, b, kvHead, keyRow(b) + key);
    }

    /** The first key that causal mask, windows and lengths leave a query. */
    int firstKey(int b, int i) {
        int position = position(b) + i;
        int left = options.leftWindow();
        return left >= 0 && position > left ? Math.max(shape.firstKey(), position - left) : shape.firstKey();
    }

    /** One more than the last of them; not below {@link #firstKey}. */
    int endKey(int b, int i) {
        int first = firstKey(b, i);
        if (i >= queries(b)) {
            return first;
        }
        int position = position(b) + i;
        int end = keyCount(b);
        if (options.causal()) {
            end = Math.min(end, position + 1);
        }
        if (options.rightWindow() >= 0) {
            end = (int) Math.min(end, (long) position + options.rightWindow() + 1);
        }
        return Math.max(first, end);
    }

    /** Whether a key within the query's range passes the masks, too. */
    boolean attended(int b, int h, int i, int j) {
        if (j < firstKey(b, i) || j >= endKey(b, i)) {
            return false;
        }
        if (mask != null && (j >= mask.columns() || JavaArray.of(mask.array()).bytes()[at(mask, b, h, i) + j] == 0)) {
            return false;
        }
        return bias == null || bias(b, h, i, j) != Float.NEGATIVE_INFINITY;
    }

    private float bias(int b, int h, int i, int j) {
        if (bias == null) {
            return 0;
        }
        return j >= bias.columns()
                ? Float.NEGATIVE_INFINITY
                : ElementCodec.get(JavaArray.of(bias.array()), at(bias, b, h, i) + j);
    }

    private static int at(MaskView view, int b, int h, int i) {
        return b * view.batchStride() + h * view.headStride() + i * view.rowStride();
    }

    /** A score of an attended key after softcap, ALiBi and bias, from the scaled product. */
    float finish(float scaled, int b, int h, int i, int j) {
        float s = scaled;
        if (options.softcap() > 0) {
            s = (float) (options.softcap() * Math.tanh(s / (float) options.softcap()));
        }
        if (slopes.length > 0) {
            s -= slopes[h] * Math.abs((float) (position(b) + i - j));
        }
        return bias == null ? s : s + bias(b, h, i, j);
    }

    /** Whether anything but lengths, causal mask and windows comes between products and softmax. */
    boolean finishesScores() {
        return options.softcap() > 0 || slopes.length > 0 || bias != null || mask != null;
    }

    /** Whether anything but lengths, causal mask and windows keeps keys from queries. */
    boolean hasMasks() {
        return mask != null || bias != null;
    }

    /** Caps a run of scaled scores, if there is a cap. */
    void cap(float[] s, int at, int count, VectorKernels loops) {
        if (options.softcap() > 0) {
            loops.softcap(s, at, count, (float) options.softcap());
        }
    }

    /** Turns capped scores of keys {@code first} ... into masked ones: ALiBi, bias, and −∞ where nothing is attended. */
    void mask(float[] s, int at, int first, int count, int b, int h, int i, Workspace workspace) {
        int from = Math.min(Math.max(firstKey(b, i) - first, 0), count);
        int to = Math.min(Math.max(endKey(b, i) - first, from), count);
        Arrays.fill(s, at, at + from, Float.NEGATIVE_INFINITY);
        Arrays.fill(s, at + to, at + count, Float.NEGATIVE_INFINITY);
        if (from == to) {
            return;
        }
        if (slopes.length > 0) {
            float slope = slopes[h];
            int distance = position(b) + i - first;
            for (int n = from; n < to; n++) {
                s[at + n] -= slope * Math.abs((float) (distance - n));
            }
        }
        if (bias != null) {
            int there = Math.min(Math.max(bias.columns() - first, from), to);
            float[] row = workspace.floats(Slot.OTHER_ROW, count);
            if (there > from) {
                int begin = at(bias, b, h, i) + first + from;
                ElementCodec.load(workspace.loops(), JavaArray.of(bias.array()), begin, row, 0, there - from);
            }
            for (int n = from; n < there; n++) {
                float value = row[n - from];
                s[at + n] = value == Float.NEGATIVE_INFINITY ? value : s[at + n] + value;
            }
            Arrays.fill(s, at + there, at + to, Float.NEGATIVE_INFINITY);
        }
        if (mask != null) {
            int there = Math.min(Math.max(mask.columns() - first, from), to);
            byte[] flags = JavaArray.of(mask.array()).bytes();
            int row = at(mask, b, h, i) + first;
            for (int n = from; n < there; n++) {
                if (flags[row + n] == 0) {
                    s[at + n] = Float.NEGATIVE_INFINITY;
                }
            }
            Arrays.fill(s, at + there, at + to, Float.NEGATIVE_INFINITY);
        }
    }

    /** Loads a query's components, or zeros where the sequence has no such query. */
    void loadQuery(int b, int h, int i, int component, int count, float[] to, int at, VectorKernels loops) {
        if (i >= queries(b)) {
            Arrays.fill(to, at, at + count, 0);
            return;
        }
        HeadView view = step.query();
        int from = RowPlaces.at(view, b, h, queryRow(b) + i) + component;
        ElementCodec.load(loops, JavaArray.of(view.array()), from, to, at, count);
    }

    /** Loads rows of keys or values, {@code stride} apart. */
    void loadRows(
            HeadView view,
            int b,
            int kvHead,
            int first,
            int count,
            int size,
            float[] to,
            int at,
            int stride,
            VectorKernels loops) {
        JavaArray array = JavaArray.of(view.array());
        boolean adjacent = view.rowStride() == size && stride == size;
        for (int j = 0; j < count; ) {
            int run = adjacent ? Math.min(count - j, RowPlaces.run(step.keyRows(), keyRow(b) + first + j)) : 1;
            ElementCodec.load(loops, array, rowAt(view, b, kvHead, first + j), to, at + j * stride, run * size);
            j += run;
        }
    }

    /** Whether rows can be read where they are: F32, one behind the other, {@code size} apart. */
    boolean adjacentFloats(HeadView view, int size) {
        return view.array().type() == DataType.F32
                && step.keyRows().kind() == RowLayout.Kind.PLAIN
                && view.rowStride() == size;
    }

    /** Stores a row of the context, times the head's gate; a head gated off is gone, whatever it holds. */
    void storeContext(int b, int h, int i, float[] row, int at, VectorKernels loops) {
        if (gates.length > 0) {
            if (gates[h] == 0) {
                Arrays.fill(row, at, at + valueSize, 0);
            } else {
                loops.scale(row, at, valueSize, gates[h]);
            }
        }
        HeadView view = step.context();
        ElementCodec.store(row, at, JavaArray.of(view.array()), RowPlaces.at(view, b, h, queryRow(b) + i), valueSize);
    }

    boolean wantsLogSumExp() {
        return step.wanted().logSumExp() != null;
    }

    /** Stores a row's log-sum-exp, if it is wanted. */
    void storeLogSumExp(int b, int h, int i, float value) {
        if (step.wanted().logSumExp() != null) {
            JavaArray.of(step.wanted().logSumExp()).floats()[(b * shape.queryHeads() + h) * shape.queryLength() + i] =
                    value;
        }
    }

    /** Whether the step writes context rows beyond the sequence's end. */
    boolean writesPadding() {
        return !step.extras().ragged();
    }
}
