package org.clattention.layer;

import java.util.Arrays;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Lane;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.StoreStep;
import org.jspecify.annotations.Nullable;

/** The angles of one call. */
final class Rotations {
    private Rotations() {}

    /**
     * The rotation of a call's rows.
     *
     * @param given the position of each row, or null: the row's own
     */
    static StoreStep.Rotation of(Lane lane, RotaryTable rotary, TokenRows tokens, int @Nullable [] given) {
        int[] positions = positions(tokens, given);
        RotaryTable.Table table = rotary.upTo(end(tokens, positions));
        DeviceArray array = positions == null ? null : lane.scratch(Scratch.POSITIONS, positions);
        return new StoreStep.Rotation(
                table.cosines(),
                table.sines(),
                array,
                tokens.past()[0],
                array == null || tokens.ragged() ? 0 : tokens.longest(),
                rotary.dim(),
                rotary.interleaved());
    }

    /** Makes the angles of a call if they are not there; no lane is held. */
    static void prepare(@Nullable RotaryTable rotary, TokenRows tokens, int @Nullable [] given) {
        if (rotary != null) {
            rotary.grow(end(tokens, positions(tokens, given)));
        }
    }

    /** The position of each row; null where they follow one another alike in all sequences. */
    private static int @Nullable [] positions(TokenRows tokens, int @Nullable [] given) {
        return given != null || tokens.uniform() ? given : tokens.positions();
    }

    private static int end(TokenRows tokens, int @Nullable [] positions) {
        return positions == null
                ? tokens.positionsEnd()
                : Arrays.stream(positions).max().orElse(0) + 1;
    }
}
