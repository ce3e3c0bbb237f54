package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.clattention.AttentionEngine;
import org.clattention.config.HostTensor;
import org.clattention.heads.HeadWeights;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseHeadsTest {
    private static AttentionEngine engine;

    @BeforeAll
    static void open() {
        engine = TestDevice.JAVA.open();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({"mha_causal_weights, weights", "attention_scores_weights, qk_matmul_output"})
    void weightsAreThoseOfTheCase(String name, String output) {
        GoldenCase goldenCase = read(name);
        HostTensor want = goldenCase.outputs().get(output);
        int sequence = (int) want.dim(0) - 1;
        HeadWeights got = heads(name, sequence).weights();
        assertThat(got.headCount()).isEqualTo((int) want.dim(1));
        int i = Math.toIntExact(sequence * want.elements() / want.dim(0));
        for (int head = 0; head < want.dim(1); head++) {
            for (int query = 0; query < want.dim(2); query++) {
                for (int key = 0; key < want.dim(3); key++) {
                    assertThat((double) got.head(0, head).weight(query, key))
                            .isCloseTo(want.getDouble(i++), within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mha_causal, 0",
        "mha_head_gate_grouped, 0",
        "attention_merged_heads, 0",
        "attention_grouped, 0",
        "block_llama, 0",
        "block_llama_padded_gates, 1"
    })
    void openGatesGiveTheCasesAnswer(String name, int sequence) {
        GoldenCase goldenCase = read(name);
        HostTensor want = goldenCase.outputs().get(goldenCase.op().equals("attention") ? "Y" : "y");
        CaseHeads source = heads(name, sequence);
        double[] got = source.outputWith(gates(source.weights(), 1));
        double[] wanted = want.rows(sequence, sequence + 1L).toDoubles();
        assertThat(got).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(got[i]).isCloseTo(wanted[i], within(1e-3 + 1e-3 * Math.abs(wanted[i])));
        }
    }

    @ParameterizedTest
    @CsvSource({"mha_causal", "attention_merged_heads", "attention_grouped", "block_gpt2"})
    void eachGateMattersAndGatesAddUp(String name) {
        CaseHeads source = heads(name, 0);
        HeadWeights weights = source.weights();
        double[] none = source.outputWith(gates(weights, 0));
        double[] all = source.outputWith(gates(weights, 1));
        if (!name.startsWith("block")) {
            double[] sum = none.clone();
            for (int head = 0; head < weights.headCount(); head++) {
                float[][] one = gates(weights, 0);
                one[0][head] = 1;
                double[] part = source.outputWith(one);
                assertThat(part).isNotEqualTo(none);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += part[i] - none[i];
                }
            }
            assertThat(sum).containsExactly(all, within(1e-4));
        }
        assertThat(all).isNotEqualTo(none);
    }

    @Test
    void positionsFollowThePast() {
        HeadWeights step = heads("mha_cache_step", 0).weights();
        int past = step.keys().size() - step.queries().size();
        assertThat(step.offset()).isEqualTo(OptionalInt.of(past));
        assertThat(step.queries().get(0)).isEqualTo(Integer.toString(past));
        HeadWeights cross = heads("mha_cross", 0).weights();
        assertThat(cross.offset()).isEmpty();
        assertThat(cross.queries().get(0)).isEqualTo("q0");
        assertThat(cross.keys().get(0)).isEqualTo("k0");
    }

    @Test
    void refusesWhatHasNoHeads() {
        assertThatThrownBy(() -> heads("layer_norm", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer_normalization");
        assertThatThrownBy(() -> heads("mha_causal", 99)).hasMessageContaining("--sequence 99");
    }

    private static float[][] gates(HeadWeights weights, float value) {
        float[] gates = new float[weights.headCount()];
        Arrays.fill(gates, value);
        return new float[][] {gates};
    }

    private static CaseHeads heads(String name, int sequence) {
        return new CaseHeads(new EngineRunner(engine), read(name), sequence);
    }

    private static GoldenCase read(String name) {
        return GoldenCaseFile.read(Path.of("test-data", name + ".safetensors"));
    }
}
