package org.clattention.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.clattention.config.EngineOptions;
import org.clattention.config.RotaryConfig;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Backends;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.layer.rotary.RotaryTable;
import org.clattention.internal.layer.rotary.Rotations;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The angles of a call's rows are those of their positions, from a table or made for the call. */
@Tag("small")
class RotationsTest {
    private static final int SIZE = 4;

    private final Backend backend = Backends.open(EngineOptions.DEFAULT.withDevice("java"));

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void sequencesOfOneLength() {
        check(BatchLayout.dense(2, 3, new int[] {3, 3}, new int[] {0, 0}), null);
        check(BatchLayout.dense(2, 3, new int[] {3, 3}, new int[] {61, 61}), null);
        check(BatchLayout.dense(2, 3, new int[] {3, 3}, new int[] {62, 62}), null);
        check(BatchLayout.dense(2, 3, new int[] {3, 3}, new int[] {9000, 9000}), null);
    }

    @Test
    void sequencesOfManyLengths() {
        check(BatchLayout.dense(2, 3, new int[] {3, 1}, new int[] {4, 9}), null);
        check(BatchLayout.dense(2, 3, new int[] {3, 1}, new int[] {4, 9000}), null);
        check(BatchLayout.ragged(new int[] {0, 3, 3, 7}, new int[] {5, 0, 2}), null);
        check(BatchLayout.ragged(new int[] {0, 3, 3, 7}, new int[] {5, 0, 9000}), null);
    }

    @Test
    void positionsOfTheCaller() {
        BatchLayout dense = BatchLayout.dense(2, 2, new int[] {2, 2}, new int[] {0, 0});
        check(dense, new int[] {5, 3, 0, 63});
        check(dense, new int[] {5, 3, 0, 64});
        check(dense, new int[] {5, Integer.MAX_VALUE, 1 << 24, 64});
        check(BatchLayout.ragged(new int[] {0, 1, 4}, new int[] {0, 0}), new int[] {9000, 3, 0, 64});
    }

    /** Compares each row with the angles of its position, from tables that end at 64. */
    private void check(BatchLayout tokens, int @Nullable [] given) {
        RotaryConfig config = RotaryConfig.of(RotaryConfig.Style.HALF, 10000);
        int[] positions = given == null ? tokens.positions() : given;
        try (RotaryTable table = new RotaryTable(backend, config, SIZE, 64 * SIZE / 2)) {
            Rotations.prepare(table, tokens, given);
            try (CommandStream stream = backend.stream()) {
                StoreOp.Rotation rotation = Rotations.of(stream, table, tokens, given);
                for (int row = 0; row < tokens.rows(); row++) {
                    for (int pair = 0; pair < SIZE / 2; pair++) {
                        int at = tableRow(rotation, tokens, row) * SIZE / 2 + pair;
                        double angle = positions[row] * Math.pow(10000, -2.0 * pair / SIZE);
                        String what = "row " + row + " at " + positions[row];
                        assertThat(value(rotation.cosines(), at).getFloat())
                                .as(what)
                                .isEqualTo((float) Math.cos(angle));
                        assertThat(value(rotation.sines(), at).getFloat())
                                .as(what)
                                .isEqualTo((float) Math.sin(angle));
                    }
                }
                stream.finish();
            }
        }
        assertThat(backend.liveBytes()).as("tables are bounded").isLessThan(8192);
    }

    /** As the kernels find it. */
    private int tableRow(StoreOp.Rotation rotation, BatchLayout tokens, int row) {
        int batch = row / tokens.projectionLength();
        int token = batch * rotation.angleBatch() + row % tokens.projectionLength();
        DeviceArray positions = rotation.positions();
        return positions == null
                ? rotation.firstAngle() + token
                : value(positions, token).getInt();
    }

    private ByteBuffer value(DeviceArray array, int at) {
        ByteBuffer all = ByteBuffer.allocate((int) array.elements() * 4).order(ByteOrder.LITTLE_ENDIAN);
        backend.read(array, all);
        return all.clear().position(4 * at);
    }
}
