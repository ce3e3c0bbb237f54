package org.clattention.internal.layer.rotary;

import java.util.Arrays;
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
            CommandStream lane, RotaryTable rotary, BatchLayout tokens, int @Nullable [] given) {
        int[] positions = positions(tokens, given);
        RotaryTable.Table table = rotary.upTo(end(tokens, positions));
        DeviceArray array = positions == null ? null : lane.scratch(Scratch.POSITIONS, positions);
        return new StoreOp.Rotation(
                table.cosines(),
                table.sines(),
                array,
                tokens.past()[0],
                array == null || tokens.ragged() ? 0 : tokens.longest(),
                rotary.dim(),
                rotary.interleaved());
    }

    /** Makes the angles of a call if they are not there; no lane is held. */
    public static void prepare(@Nullable RotaryTable rotary, BatchLayout tokens, int @Nullable [] given) {
        if (rotary != null) {
            rotary.grow(end(tokens, positions(tokens, given)));
        }
    }

    /** The position of each row; null where they follow one another alike in all sequences. */
    private static int @Nullable [] positions(BatchLayout tokens, int @Nullable [] given) {
        return given != null || tokens.uniform() ? given : tokens.positions();
    }

    private static int end(BatchLayout tokens, int @Nullable [] positions) {
        return positions == null
                ? tokens.positionsEnd()
                : Arrays.stream(positions).max().orElse(0) + 1;
    }
}
