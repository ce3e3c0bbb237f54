package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows of embeddings, looked up, scaled and summed. */
@Tag("small")
class EmbeddingsTest {
    private static final HostTensor TABLE = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    private static final HostTensor POSITIONS = HostTensor.of(new float[] {10, 20, 30, 40}, 2, 2);
    private static final HostTensor TYPES = HostTensor.of(new float[] {100, 200, 300, 400}, 2, 2);

    private final Embeddings plain = new Embeddings(new EmbeddingSpec(3, 2, 1, 0, 0, true), TABLE, null, null);
    private final Embeddings full = new Embeddings(new EmbeddingSpec(3, 2, 1, 2, 2, true), TABLE, POSITIONS, TYPES);

    @Test
    void tokensAlone() {
        assertThat(rows(plain, new int[] {2, 0, 2}, new int[] {7, 8, 9}, null)).containsExactly(5, 6, 1, 2, 5, 6);
        assertThat(rows(plain, new int[0], new int[0], null)).isEmpty();
    }

    @Test
    void positionsAndTypes() {
        assertThat(rows(full, new int[] {1, 2}, new int[] {1, 0}, new int[] {0, 1}))
                .containsExactly(3 + 30 + 100, 4 + 40 + 200, 5 + 10 + 300, 6 + 20 + 400);
        assertThat(rows(full, new int[] {1}, new int[] {0}, null)).containsExactly(3 + 10 + 100, 4 + 20 + 200);
    }

    /** As in Gemma, the product is one of floats. */
    @Test
    void scaled() {
        HostTensor table = TABLE.to(DataType.BF16);
        double scale = Math.sqrt(1152);
        Embeddings gemma = new Embeddings(new EmbeddingSpec(3, 2, scale, 0, 0, true), table, null, null);
        assertThat(rows(gemma, new int[] {1}, new int[] {0}, null))
                .containsExactly(3 * (float) scale, 4 * (float) scale);
    }

    @Test
    void refused() {
        FloatBuffer room = FloatBuffer.allocate(4);
        refuses(plain, new int[] {3}, new int[] {0}, null, room, "tokens[0]: 3 must be from 0 to 2");
        refuses(plain, new int[] {0, -1}, new int[] {0, 0}, null, room, "tokens[1]: -1 must be");
        refuses(full, new int[] {0}, new int[] {2}, null, room, "positionOf[0]: 2 must be from 0 to 1");
        refuses(full, new int[] {0}, new int[] {-1}, null, room, "positionOf[0]: -1 must be");
        refuses(full, new int[] {0}, new int[] {0}, new int[] {2}, room, "typeOf[0]: 2 must be from 0 to 1");
        refuses(plain, new int[] {0}, new int[] {0}, new int[] {0}, room, "the model has no token types");
        refuses(full, new int[] {0}, new int[] {0}, new int[0], room, "typeOf: 0 types, but there are 1 tokens");
        refuses(plain, new int[] {0}, new int[0], null, room, "positionOf: 0 positions, but there are 1 tokens");
        refuses(plain, new int[3], new int[3], null, room, "target: room for 4 numbers, but 6 are needed");
        assertThat(room.position()).isZero();
    }

    private static void refuses(
            Embeddings embeddings, int[] tokens, int[] positions, int[] types, FloatBuffer target, String message) {
        assertThatThrownBy(() -> embeddings.write(tokens, positions, types, target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static float[] rows(Embeddings embeddings, int[] tokens, int[] positions, int[] types) {
        float[] out = new float[tokens.length * 2];
        embeddings.write(tokens, positions, types, FloatBuffer.wrap(out));
        return out;
    }
}
