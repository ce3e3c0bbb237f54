package org.clattention.internal.backend.opencl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.StoreOp.Rotation;
import org.clattention.testing.StorageTypes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Heads that products normalize and rotate before they store them. */
class FinishedHeadsTest extends FinishedStepTest {
    private static final double EPSILON = 1e-5;

    @Test
    @Tag("small")
    void normalizesAndRotatesHeads() {
        heads(2, 3, 4, 2, 8, 8, DataType.F32, true, 8, false, false);
        heads(1, 3, 2, 2, 32, 16, DataType.F32, true, 16, true, true);
    }

    @Test
    void normalizesAndRotatesHeadsOfAnySize() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        DataType[] types = {DataType.F32, DataType.BF16, DataType.Q8_0};
        for (int size : new int[] {2, 16, 32, 40, 64, 80, 96, 128, 192, 256, 320}) {
            for (int length : ROWS) {
                int kv = 1 + random.nextInt(2);
                int heads = kv * (1 + random.nextInt(4));
                int valueSize = random.nextBoolean() ? size : 16 * (1 + random.nextInt(4));
                int dim = random.nextInt(3) == 0 ? 0 : 2 * (1 + random.nextInt(size / 2));
                boolean normalized = dim == 0 || random.nextBoolean();
                DataType type = any(types);
                int batch = 1 + random.nextInt(3);
                heads(
                        batch,
                        length,
                        heads,
                        kv,
                        size,
                        valueSize,
                        type,
                        normalized,
                        dim,
                        random.nextBoolean(),
                        random.nextBoolean());
            }
        }
    }

    /** Queries and keys are finished, values are not; keys lie in longer sequences, as in a cache. */
    private void heads(
            int batch,
            int length,
            int heads,
            int kv,
            int size,
            int valueSize,
            DataType type,
            boolean normalized,
            int dim,
            boolean interleaved,
            boolean positioned) {
        int rows = batch * length;
        int columns = (heads + kv) * size + kv * valueSize;
        float[] x = reals(rows * INNER);
        float[] w = StorageTypes.round(scaled(columns * INNER), type);
        float[] bias = reals(columns);
        float[] queryNorm = reals(size);
        float[] keyNorm = reals(size);
        int past = random.nextInt(5);
        int[] positions = random.ints(rows, 0, past + length).toArray();
        float[] angles = reals((past + length) * Math.max(1, dim / 2));
        Rotation rotation = dim == 0
                ? null
                : new Rotation(
                        array(map(angles, Math::cos)),
                        array(map(angles, Math::sin)),
                        positioned ? ints(positions) : null,
                        past,
                        positioned ? length : 0,
                        dim,
                        interleaved);
        int capacity = length + 2;
        DeviceArray q = guarded(rows * heads * size);
        DeviceArray k = guarded(batch * kv * capacity * size);
        DeviceArray v = guarded(rows * kv * valueSize);
        PackedWeights packed = own(backend()
                .pack(
                        "test",
                        List.of(HostTensor.of(w, columns, INNER).to(type)),
                        Collections.singletonList(HostTensor.of(bias, columns))));
        try (CommandStream stream = backend().stream()) {
            stream.projectHeads(
                    array(x),
                    batch,
                    length,
                    packed,
                    0,
                    new HeadTarget(
                            HeadView.headMajor(q, heads, length, size),
                            heads,
                            size,
                            Epilogue.HeadNormRope.of(normalized ? array(queryNorm) : null, EPSILON, rotation)),
                    new HeadTarget(
                            HeadView.headMajor(k, kv, capacity, size).fromRow(1),
                            kv,
                            size,
                            Epilogue.HeadNormRope.of(normalized ? array(keyNorm) : null, EPSILON, rotation)),
                    new HeadTarget(HeadView.headMajor(v, kv, length, valueSize), kv, valueSize));
            stream.finish();
        }
        double[] all = product(x, w, bias, rows);
        String name =
                batch + " x " + length + ", " + heads + "/" + kv + " heads of " + size + "/" + valueSize + " " + type
                        + (normalized ? " normalized" : "") + " dim " + dim + (interleaved ? " interleaved" : "")
                        + (positioned ? " positions" : "");
        double[] wantQ = new double[rows * heads * size];
        double[] wantK = new double[batch * kv * capacity * size];
        Arrays.fill(wantK, PATTERN);
        double[] wantV = new double[rows * kv * valueSize];
        for (int row = 0; row < rows; row++) {
            int b = row / length;
            int s = row % length;
            int angle = positioned ? positions[row] : past + s;
            for (int h = 0; h < heads; h++) {
                double[] head = Arrays.copyOfRange(all, row * columns + h * size, row * columns + (h + 1) * size);
                finish(head, normalized ? queryNorm : null, angles, angle, dim, interleaved);
                System.arraycopy(head, 0, wantQ, ((b * heads + h) * length + s) * size, size);
            }
            for (int h = 0; h < kv; h++) {
                int from = row * columns + (heads + h) * size;
                double[] head = Arrays.copyOfRange(all, from, from + size);
                finish(head, normalized ? keyNorm : null, angles, angle, dim, interleaved);
                System.arraycopy(head, 0, wantK, ((b * kv + h) * capacity + s + 1) * size, size);
                from = row * columns + (heads + kv) * size + h * valueSize;
                System.arraycopy(all, from, wantV, ((b * kv + h) * length + s) * valueSize, valueSize);
            }
        }
        requireClose("queries, " + name, result(q), wantQ, 2e-5);
        requireClose("keys, " + name, result(k), wantK, 2e-5);
        requireClose("values, " + name, result(v), wantV, 2e-5);
    }

    private static void finish(
            double[] head, float @Nullable [] norm, float[] angles, int position, int dim, boolean interleaved) {
        if (norm != null) {
            double squares = Arrays.stream(head).map(c -> c * c).sum();
            for (int c = 0; c < head.length; c++) {
                head[c] *= norm[c] / Math.sqrt(squares / norm.length + EPSILON);
            }
        }
        for (int r = 0; r < dim / 2; r++) {
            int c0 = interleaved ? 2 * r : r;
            int c1 = interleaved ? 2 * r + 1 : r + dim / 2;
            double angle = angles[position * (dim / 2) + r];
            double x0 = head[c0];
            double x1 = head[c1];
            head[c0] = x0 * Math.cos(angle) - x1 * Math.sin(angle);
            head[c1] = x1 * Math.cos(angle) + x0 * Math.sin(angle);
        }
    }
}
