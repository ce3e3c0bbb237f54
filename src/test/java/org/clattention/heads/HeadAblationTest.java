package org.clattention.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HeadAblationTest {
    private static final HeadMatrix ANY = HeadMatrix.of(1, 1, 1);

    /** Layers of two heads and one, whose outputs are these times the gates. */
    private record Sum(double first, double second, double third) implements HeadsSource {
        @Override
        public HeadWeights weights() {
            List<String> token = List.of("a");
            return new HeadWeights("sum", token, token, OptionalInt.of(0), List.of(List.of(ANY, ANY), List.of(ANY)));
        }

        @Override
        public double[] outputWith(float[][] gates) {
            return new double[] {first * gates[0][0], second * gates[0][1], third * gates[1][0]};
        }
    }

    @Test
    void theSmallestChangeComesFirst() {
        HeadsSource source = new Sum(3, 0, 4);
        assertThat(HeadAblation.of(source, source.weights()))
                .containsExactly(new HeadEffect(0, 1, 0), new HeadEffect(0, 0, 0.6), new HeadEffect(1, 0, 0.8));
    }

    @Test
    void outputsThatAreNotFiniteSayNothing() {
        HeadsSource source = new Sum(Double.NaN, 1, 1);
        assertThatThrownBy(() -> HeadAblation.of(source, source.weights()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not finite");
    }
}
