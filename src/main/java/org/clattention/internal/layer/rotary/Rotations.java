package org.clattention.internal.layer.rotary;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.layer.BatchLayout;
import org.jspecify.annotations.Nullable;

/** The angles of one call. */
public final class Rotations {
    private Rotations() {}

    /**
     * The rotation of a call's rows.
     *
     * @param given the position of each row, or null: the row's own
     */
    public static StoreOp.Rotation of(
            CommandStream stream, RotaryTable rotary, BatchLayout tokens, int @Nullable [] given) {
        int[] positions = positions(tokens, given);
        int last = last(tokens, positions);
        if (positions == null) {
            return rotary.reaches(last)
                    ? rotation(rotary, rotary.upTo(last + 1), null, tokens.past()[0], 0)
                    : rotation(rotary, rotary.rows(stream, IntStream.rangeClosed(tokens.past()[0], last)), null, 0, 0);
        }
        int batch = tokens.ragged() ? 0 : tokens.longest();
        if (rotary.reaches(last)) {
            return rotation(rotary, rotary.upTo(last + 1), stream.scratch(Scratch.POSITIONS, positions), 0, batch);
        }
        int[] ownRows = IntStream.range(0, positions.length).toArray();
        RotaryTable.Table table = rotary.rows(stream, Arrays.stream(positions));
        return rotation(rotary, table, stream.scratch(Scratch.POSITIONS, ownRows), 0, batch);
    }

    private static StoreOp.Rotation rotation(
            RotaryTable rotary, RotaryTable.Table table, @Nullable DeviceArray positions, int first, int batch) {
        return new StoreOp.Rotation(
                table.cosines(), table.sines(), positions, first, batch, rotary.dim(), rotary.interleaved());
    }

    /** Makes the angles of a call that belong to a table, if they are not there; no stream is held. */
    public static void prepare(@Nullable RotaryTable rotary, BatchLayout tokens, int @Nullable [] given) {
        if (rotary != null) {
            int last = last(tokens, positions(tokens, given));
            if (rotary.reaches(last)) {
                rotary.grow(last + 1);
            }
        }
    }

    /** The position of each row; null where they follow one another alike in all sequences. */
    private static int @Nullable [] positions(BatchLayout tokens, int @Nullable [] given) {
        return given != null || tokens.uniform() ? given : tokens.positions();
    }

    private static int last(BatchLayout tokens, int @Nullable [] positions) {
        return positions == null
                ? tokens.positionsEnd() - 1
                : Arrays.stream(positions).max().orElse(0);
    }
}
