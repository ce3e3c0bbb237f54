package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.host;
import static org.clattention.reference.Values.random;
import static org.clattention.reference.Values.randomHost;
import static org.clattention.reference.Values.tokens;
import static org.clattention.reference.Values.with;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

class ReferenceLayerTest {
    private static final int WIDTH = 6;
    private static final int HEADS = 4;
    private static final int KV_HEADS = 2;
    private static final int SIZE = 4;
    private static final int VALUE_SIZE = 3;
    private static final LayerOptions OPTIONS = LayerOptions.of(HEADS).withKvHeads(KV_HEADS);
    private static final LayerOptions CAUSAL = OPTIONS.withAttention(AttentionOptions.DEFAULT.withCausal(true));

    private final Random random = new Random(21);
    private final RefTensor x = random(random, 2, 7, WIDTH);

    private Map<String, HostTensor> weights() {
        Map<String, HostTensor> tensors = new HashMap<>();
        tensors.put("x", x.toHost());
        tensors.put("w_q", randomHost(random, HEADS * SIZE, WIDTH));
        tensors.put("w_k", randomHost(random, KV_HEADS * SIZE, WIDTH));
        tensors.put("w_v", randomHost(random, KV_HEADS * VALUE_SIZE, WIDTH));
        tensors.put("w_o", randomHost(random, 5, HEADS * VALUE_SIZE));
        return tensors;
    }

    /** Everything that a layer may have. */
    private Map<String, HostTensor> rich() {
        Map<String, HostTensor> tensors = weights();
        tensors.put("b_q", randomHost(random, HEADS * SIZE));
        tensors.put("b_k", randomHost(random, KV_HEADS * SIZE));
        tensors.put("b_v", randomHost(random, KV_HEADS * VALUE_SIZE));
        tensors.put("b_o", randomHost(random, 5));
        tensors.put("q_norm", randomHost(random, SIZE));
        tensors.put("k_norm", randomHost(random, SIZE));
        tensors.put("sinks", randomHost(random, HEADS));
        tensors.put("alibi_slopes", randomHost(random, HEADS));
        tensors.put("head_gate", randomHost(random, HEADS));
        return tensors;
    }

    private static ReferenceLayer.Result run(LayerOptions options, Map<String, HostTensor> tensors) {
        return ReferenceLayer.forward(options, new TensorSet(tensors), true);
    }

    /** The score of a pair of tokens as one bilinear form xᵢ·W_qᵀ·W_k·xⱼ, and a head's output as W_o·W_v·(Σ w·x). */
    @Test
    void agreesWithTheBilinearForm() {
        Map<String, HostTensor> tensors = weights();
        RefTensor wq = RefTensor.of(tensors.get("w_q"));
        RefTensor wk = RefTensor.of(tensors.get("w_k"));
        RefTensor wv = RefTensor.of(tensors.get("w_v"));
        RefTensor wo = RefTensor.of(tensors.get("w_o"));
        RefTensor want = RefTensor.zeros(2, 7, 5);
        for (int n = 0; n < 2 * 7 * HEADS; n++) {
            int b = n / (7 * HEADS);
            int i = n / HEADS % 7;
            int h = n % HEADS;
            double sum = 0;
            double[] mixed = new double[WIDTH];
            for (int j = 0; j <= i; j++) {
                double score = 0;
                for (int r = 0; r < WIDTH; r++) {
                    for (int c = 0; c < WIDTH; c++) {
                        double form = 0;
                        for (int e = 0; e < SIZE; e++) {
                            form += wq.at(h * SIZE + e, r) * wk.at(h / 2 * SIZE + e, c);
                        }
                        score += x.at(b, i, r) * form * x.at(b, j, c);
                    }
                }
                double weight = Math.exp(score / Math.sqrt(SIZE));
                sum += weight;
                for (int c = 0; c < WIDTH; c++) {
                    mixed[c] += weight * x.at(b, j, c);
                }
            }
            for (int o = 0; o < 5; o++) {
                for (int e = 0; e < VALUE_SIZE; e++) {
                    for (int c = 0; c < WIDTH; c++) {
                        want.values()[(b * 7 + i) * 5 + o] +=
                                wo.at(o, h * VALUE_SIZE + e) * wv.at(h / 2 * VALUE_SIZE + e, c) * mixed[c] / sum;
                    }
                }
            }
        }
        assertClose(run(CAUSAL, tensors).y(), want, 1e-11);
    }

    @Test
    void biasesByHand() {
        // Head size 1, x = 0: q = 1, k = ln 3 at both tokens, v = 5, so y = 5·2 + 0.25.
        Map<String, HostTensor> tensors = new HashMap<>();
        tensors.put("x", host(new double[2], 1, 2, 1));
        tensors.put("w_q", host(new double[] {9}, 1, 1));
        tensors.put("w_k", host(new double[] {9}, 1, 1));
        tensors.put("w_v", host(new double[] {9}, 1, 1));
        tensors.put("w_o", host(new double[] {2}, 1, 1));
        tensors.put("b_q", host(new double[] {1}, 1));
        tensors.put("b_k", host(new double[] {Math.log(3)}, 1));
        tensors.put("b_v", host(new double[] {5}, 1));
        tensors.put("b_o", host(new double[] {0.25}, 1));
        // The sink 0 adds 1 to the denominator 3 + 3.
        tensors.put("sinks", host(new double[] {0}, 1));
        ReferenceLayer.Result result = run(LayerOptions.of(1), tensors);
        assertClose(result.weights(), 3 / 7.0, 3 / 7.0, 3 / 7.0, 3 / 7.0);
        assertClose(result.y(), 60 / 7.0 + 0.25, 60 / 7.0 + 0.25);
        assertClose(result.presentKey(), Math.log(3), Math.log(3));
        assertClose(result.presentValue(), 5, 5);
    }

    @Test
    void keysAreNormalizedAndThenRotatedAndStoredSo() {
        Map<String, HostTensor> tensors = new HashMap<>();
        tensors.put("x", host(new double[] {1, 1}, 1, 2, 1));
        tensors.put("w_q", host(new double[] {1, 1}, 2, 1));
        tensors.put("w_k", host(new double[] {3, 4}, 2, 1));
        tensors.put("w_v", host(new double[] {1}, 1, 1));
        tensors.put("w_o", host(new double[] {1}, 1, 1));
        tensors.put("k_norm", host(new double[] {1, 2}, 2));
        tensors.put("position_ids", HostTensor.ofLongs(new long[] {0, 2}, 1, 2));
        LayerOptions options = new LayerOptions(
                1, 1, AttentionOptions.DEFAULT, 0, new RotaryOptions(false, 10000, 0, ReferenceRotaryScaling.none()));
        double root = Math.sqrt(12.5);
        double c = Math.cos(2);
        double s = Math.sin(2);
        assertClose(
                run(options, tensors).presentKey(), 3 / root, 8 / root, (3 * c - 8 * s) / root, (3 * s + 8 * c) / root);
    }

    @Test
    void chunksWithAPastEqualOnePass() {
        Map<String, HostTensor> tensors = rich();
        RotaryOptions rotary = new RotaryOptions(true, 10000, 2, ReferenceRotaryScaling.none());
        LayerOptions options = CAUSAL.withAttention(
                        CAUSAL.attention().withWindow(3, -1).withSoftcap(2))
                .withRotary(rotary);
        ReferenceLayer.Result whole = run(options, tensors);
        ReferenceLayer.Result chunk = null;
        int[] cuts = {0, 3, 4, 7};
        for (int n = 1; n < cuts.length; n++) {
            Map<String, HostTensor> part =
                    with(tensors, "x", tokens(x, cuts[n - 1], cuts[n]).toHost());
            if (chunk != null) {
                part.put("past_key", chunk.presentKey().toHost());
                part.put("past_value", chunk.presentValue().toHost());
            }
            chunk = run(options, part);
            assertClose(chunk.y(), tokens(whole.y(), cuts[n - 1], cuts[n]), 1e-13);
        }
        assertClose(chunk.presentKey(), whole.presentKey(), 1e-14);
        assertClose(chunk.presentValue(), whole.presentValue(), 1e-14);
    }

    @Test
    void gateZeroEqualsARemovedGroupOfHeads() {
        Map<String, HostTensor> tensors = weights();
        // Heads 2 and 3 are the group of key-value head 1; poison what only they use.
        double[] poisoned = tensors.get("w_v").toDoubles();
        Arrays.fill(poisoned, VALUE_SIZE * WIDTH, poisoned.length, Double.NaN);
        Map<String, HostTensor> gated = with(tensors, "head_gate", host(new double[] {1, 1, 0, 0}, HEADS));
        gated.put("w_v", host(poisoned, (long) KV_HEADS * VALUE_SIZE, WIDTH));

        Map<String, HostTensor> removed = new HashMap<>(tensors);
        removed.put("w_q", tensors.get("w_q").rows(0, 2 * SIZE));
        removed.put("w_k", tensors.get("w_k").rows(0, SIZE));
        removed.put("w_v", tensors.get("w_v").rows(0, VALUE_SIZE));
        RefTensor kept = Heads.columns(RefTensor.of(tensors.get("w_o")), 0, 2 * VALUE_SIZE);
        removed.put("w_o", kept.toHost());
        assertClose(
                run(OPTIONS, gated).y(),
                run(LayerOptions.of(2).withKvHeads(1), removed).y(),
                1e-13);
    }

    @Test
    void gateMultipliesAHeadBeforeTheOutputProjection() {
        Map<String, HostTensor> tensors = rich();
        tensors.put("head_gate", host(new double[] {1, 1, -2.5, 1}, HEADS));
        Map<String, HostTensor> scaled = with(tensors, "head_gate", host(new double[] {1, 1, 1, 1}, HEADS));
        RefTensor output = RefTensor.of(tensors.get("w_o"));
        for (int n = 0; n < output.values().length; n++) {
            output.values()[n] *= n % (HEADS * VALUE_SIZE) / VALUE_SIZE == 2 ? -2.5 : 1;
        }
        scaled.put("w_o", output.toHost());
        assertClose(run(OPTIONS, tensors).y(), run(OPTIONS, scaled).y(), 1e-13);
        assertClose(run(OPTIONS, tensors).weights(), run(OPTIONS, scaled).weights(), 0);
    }

    @Test
    void memoryOfXItselfIsSelfAttention() {
        Map<String, HostTensor> tensors = rich();
        assertClose(
                run(OPTIONS, with(tensors, "memory", x.toHost())).y(),
                run(OPTIONS, tensors).y(),
                0);
        ReferenceLayer.Result cross = run(OPTIONS, with(tensors, "memory", randomHost(random, 2, 9, WIDTH)));
        assertThat(cross.weights().shape()).containsExactly(2, HEADS, 7, 9);
        assertThat(cross.y().shape()).containsExactly(2, 7, 5);
    }

    @Test
    void lengthsHidePaddingAndDoNotMoveTheQueries() {
        Map<String, HostTensor> tensors = rich();
        HostTensor lengths = HostTensor.ofLongs(new long[] {4, 7}, 2);
        ReferenceLayer.Result padded = run(CAUSAL, with(tensors, "nonpad_kv_seqlen", lengths));
        ReferenceLayer.Result whole = run(CAUSAL, tensors);
        ReferenceLayer.Result shorter =
                run(CAUSAL, with(tensors, "x", tokens(x, 0, 4).toHost()));
        for (int i = 0; i < 7; i++) {
            for (int o = 0; o < 5; o++) {
                assertThat(padded.y().at(1, i, o)).isEqualTo(whole.y().at(1, i, o));
                if (i < 4) {
                    assertThat(padded.y().at(0, i, o)).isEqualTo(shorter.y().at(0, i, o), within(1e-14));
                }
            }
        }
        assertThat(padded.weights().at(0, 0, 6, 4)).isZero();
    }

    @Test
    void rejectsTensorsThatDoNotFit() {
        Map<String, HostTensor> tensors = weights();
        rejects(with(tensors, "w_q", randomHost(random, HEADS * SIZE, WIDTH + 1)), "w_q", "[16, 7]", "[any, 6]");
        rejects(with(tensors, "w_q", randomHost(random, HEADS * SIZE + 1, WIDTH)), "w_q", "17", "4 heads");
        rejects(with(tensors, "w_k", randomHost(random, KV_HEADS * SIZE + 2, WIDTH)), "w_k", "[10, 6]", "[8, 6]");
        rejects(with(tensors, "w_o", randomHost(random, 5, 11)), "w_o", "[5, 11]", "[any, 12]");
        rejects(with(tensors, "b_v", randomHost(random, 5)), "b_v", "[5]", "[6]");
        rejects(with(tensors, "q_norm", randomHost(random, 3)), "q_norm", "[3]", "[4]");
        rejects(with(tensors, "head_gate", randomHost(random, 2)), "head_gate", "[2]", "[4]");
        rejects(with(tensors, "past_key", randomHost(random, 2, 2, 3, SIZE)), "both or neither");
        rejects(with(tensors, "position_ids", HostTensor.ofLongs(new long[14], 2, 7)), "position_ids", "rotary");
        rejects(with(tensors, "nonpad_kv_seqlen", randomHost(random, 2)), "nonpad_kv_seqlen", "F64", "I64");
        tensors.remove("w_o");
        rejects(tensors, "w_o", "missing");
    }

    @Test
    void rejectsRotationOfMemory() {
        LayerOptions rotated = OPTIONS.withRotary(new RotaryOptions(false, 10000, 0, ReferenceRotaryScaling.none()));
        Map<String, HostTensor> cross = with(weights(), "memory", x.toHost());
        assertThatThrownBy(() -> run(rotated, cross))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("rope", "memory");
    }

    private static void rejects(Map<String, HostTensor> tensors, String... parts) {
        assertThatThrownBy(() -> run(OPTIONS, tensors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }
}
