package org.clattention.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadWeightsTest {
    private static final List<String> ONE = List.of("a");
    private static final List<String> TWO = List.of("a", "b");

    @Test
    void takesOneSequenceOfABatch() {
        HostTensor layer = HostTensor.of(new float[] {1, 0, .9f, .1f, .8f, .2f, .7f, .3f}, 2, 2, 1, 2);
        HeadWeights weights = HeadWeights.of("t", ONE, TWO, OptionalInt.of(1), List.of(layer), 1);
        assertThat(weights.headCount()).isEqualTo(2);
        assertThat(weights.head(0, 0).weight(0, 1)).isEqualTo(.2f);
        assertThat(weights.head(0, 1).weight(0, 0)).isEqualTo(.7f);
    }

    @Test
    void refusesWhatDoesNotFit() {
        HostTensor layer = HostTensor.of(new float[] {1, 0}, 1, 1, 1, 2);
        assertThatThrownBy(() -> HeadWeights.of("t", ONE, TWO, OptionalInt.empty(), List.of(layer), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sequence: 1");
        assertThatThrownBy(() -> HeadWeights.of("t", TWO, TWO, OptionalInt.empty(), List.of(layer), 0))
                .hasMessageContaining("[B, H, S, T]");
        assertThatThrownBy(() -> new HeadWeights("t", ONE, TWO, OptionalInt.of(-1), List.of()))
                .hasMessageContaining("offset: -1");
        assertThatThrownBy(() -> new HeadWeights("t", ONE, TWO, OptionalInt.empty(), List.of(List.of())))
                .hasMessageContaining("layers");
        assertThatThrownBy(() -> HeadMatrix.of(1, 2, 1)).hasMessageContaining("1 x 2");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, -0.1f, 1.1f, Float.POSITIVE_INFINITY})
    void refusesWhatIsNoWeight(float weight) {
        assertThatThrownBy(() -> HeadMatrix.of(1, 2, 0, weight))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key 1");
    }

    @Test
    void tokensHaveAVisibleForm() {
        assertThat(TokenText.visible(" a\n\tb")).isEqualTo("·a↵⇥b");
        assertThat(TokenText.visible("")).isEqualTo("‹empty›");
        assertThat(TokenText.visible("\u200b\u202e\u0007")).isEqualTo("‹U+200B›‹U+202E›‹U+0007›");
        assertThat(TokenText.visible("é🙂")).isEqualTo("é🙂");
        assertThat(TokenText.visible("\ud83d")).isEqualTo("‹U+D83D›");
        assertThat(TokenText.visible(new byte[] {'a', (byte) 0xe2, ' '})).isEqualTo("a‹0xE2›·");
        assertThat(TokenText.visible(new byte[] {(byte) 0xc3, (byte) 0xa9})).isEqualTo("é");
    }
}
