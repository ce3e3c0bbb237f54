package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.io.InvalidFileException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random tensors: the same by seed and name, of the right size. */
@Tag("small")
class RandomTensorsTest {
    @Test
    void theSameForTheSameSeedAndName() {
        HostTensor once = new RandomTensors(1, DataType.BF16, 1).get("a.weight", 30, 40);
        assertThat(once.data())
                .isEqualTo(new RandomTensors(1, DataType.BF16, 1)
                        .get("a.weight", 30, 40)
                        .data());
        assertThat(once.data())
                .isNotEqualTo(new RandomTensors(2, DataType.BF16, 1)
                        .get("a.weight", 30, 40)
                        .data())
                .isNotEqualTo(new RandomTensors(1, DataType.BF16, 1)
                        .get("b.weight", 30, 40)
                        .data());
        assertThat(once.type()).isEqualTo(DataType.BF16);
    }

    /** Types differ by rounding alone. */
    @Test
    void theSameNumbersInEveryType() {
        HostTensor exact = new RandomTensors(1, DataType.F32, 1).get("a.weight", 10, 10);
        assertThat(new RandomTensors(1, DataType.F64, 1).get("a.weight", 10, 10).toFloats())
                .isEqualTo(exact.toFloats());
        for (DataType type : new DataType[] {DataType.F16, DataType.BF16}) {
            assertThat(new RandomTensors(1, type, 1).get("a.weight", 10, 10).data())
                    .isEqualTo(exact.to(type).data());
        }
    }

    @Test
    void nearlyNormal() {
        float[] values =
                new RandomTensors(3, DataType.F32, 1).get("m", 300, 300).toFloats();
        assertThat(mean(values)).isCloseTo(0, within(3e-4));
        assertThat(deviation(values)).isCloseTo(0.02, within(2e-4));
        double within = 0;
        for (float value : values) {
            within += Math.abs(value) < 0.02 ? 1.0 / values.length : 0;
        }
        assertThat(within).isCloseTo(0.683, within(0.02));
    }

    @Test
    void normsLieAboutTheirMean() {
        float[] norm = new RandomTensors(3, DataType.F32, 1)
                .get("layers.0.input_layernorm.weight", 5000)
                .toFloats();
        assertThat(mean(norm)).isCloseTo(1, within(2e-3));
        assertThat(deviation(norm)).isCloseTo(0.02, within(2e-3));
        for (String name : new String[] {"h.0.ln_1.weight", "LayerNorm.gamma"}) {
            assertThat(mean(new RandomTensors(3, DataType.F32, 1)
                            .get(name, 5000)
                            .toFloats()))
                    .isCloseTo(1, within(2e-3));
        }
        for (String name : new String[] {"h.0.ln_1.bias", "LayerNorm.beta", "q_proj.bias"}) {
            assertThat(mean(new RandomTensors(3, DataType.F32, 1)
                            .get(name, 5000)
                            .toFloats()))
                    .isCloseTo(0, within(2e-3));
        }
        assertThat(mean(new RandomTensors(3, DataType.F32, 0)
                        .get("norm.weight", 5000)
                        .toFloats()))
                .isCloseTo(0, within(2e-3));
    }

    /** A table that is both embeddings and head is in memory once. */
    @Test
    void oneTensorAsLongAsItIsHeld() {
        RandomTensors tensors = new RandomTensors(1, DataType.F32, 1);
        HostTensor held = tensors.get("table", 4, 4);
        assertThat(tensors.get("table", 4, 4)).isSameAs(held);
    }

    @Test
    void refused() {
        assertThatThrownBy(() -> new RandomTensors(1, DataType.Q8_0, 1)).hasMessageContaining("type: Q8_0 must be");
        assertThatThrownBy(() -> new RandomTensors(1, DataType.F32, 1).get("big", 1 << 20, 1 << 20))
                .hasMessageContaining("tensor big: 4398046511104 bytes; a single tensor must have less than 2 GiB");
    }

    @Test
    void modelsTooLarge(@TempDir Path folder) {
        String json = TinyModels.with(folder, TinyModels.config("llama"), "vocab_size", 2_000_000_000L);
        assertThatThrownBy(() -> TinyModels.random(folder, json, DataType.F32))
                .hasMessageContaining("lm_head.weight takes 512000000000 bytes; a single tensor must have");
        String larger = TinyModels.with(folder, json, "hidden_size", 2_000_000_000L);
        assertThatThrownBy(() -> TinyModels.random(folder, larger, DataType.F32))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("must be at most 2147483647");
        String wide = TinyModels.with(folder, TinyModels.config("gpt2"), "n_embd", 2_000_000_000L);
        assertThatThrownBy(() -> TinyModels.random(folder, wide, DataType.F32))
                .hasMessageContaining("n_embd = 2000000000 must be at most 536870911");
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(float[] values) {
        double mean = mean(values);
        double sum = 0;
        for (float value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / values.length);
    }
}
