package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.random;
import static org.clattention.reference.Values.randomHost;
import static org.clattention.reference.Values.tokens;
import static org.clattention.reference.Values.with;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

class ReferenceLatentAttentionTest {
    private static final int WIDTH = 7;
    private static final int HEADS = 3;
    private static final int DN = 4;
    private static final int DR = 2;
    private static final int DV = 3;
    private static final int RANK = 5;
    private static final double EPSILON = 1e-6;
    private static final LatentOptions DIRECT = options(0);
    private static final LatentOptions LOW_RANK = options(6);

    private final Random random = new Random(33);
    private final RefTensor x = random(random, 2, 5, WIDTH);

    private static LatentOptions options(int queryRank) {
        RotaryOptions rotary = new RotaryOptions(true, 10000, 0, ReferenceRotaryScaling.none());
        return new LatentOptions(HEADS, DN, DR, DV, RANK, queryRank, OptionalDouble.empty(), true, EPSILON, rotary);
    }

    private Map<String, HostTensor> tensors() {
        Map<String, HostTensor> tensors = new HashMap<>();
        tensors.put("x", x.toHost());
        tensors.put("w_q", randomHost(random, HEADS * (DN + DR), WIDTH));
        tensors.put("w_kv_a", randomHost(random, RANK + DR, WIDTH));
        tensors.put("kv_a_norm", randomHost(random, RANK));
        tensors.put("w_kv_b", randomHost(random, HEADS * (DN + DV), RANK));
        tensors.put("w_o", randomHost(random, 4, HEADS * DV));
        return tensors;
    }

    private static ReferenceLatentAttention.Result run(LatentOptions options, Map<String, HostTensor> tensors) {
        return ReferenceLatentAttention.forward(options, new TensorSet(tensors));
    }

    /**
     * The absorbed form: queries are brought to the latent space by the key half of w_kv_b, attention runs over the
     * latents themselves, and the value half is applied to the mixed latent.
     */
    @Test
    void agreesWithTheAbsorbedForm() {
        Map<String, HostTensor> tensors = tensors();
        RefTensor wq = RefTensor.of(tensors.get("w_q"));
        RefTensor up = RefTensor.of(tensors.get("w_kv_b"));
        RefTensor wo = RefTensor.of(tensors.get("w_o"));
        RefTensor want = RefTensor.zeros(2, 5, 4);
        for (int b = 0; b < 2; b++) {
            double[][] latents = new double[5][];
            double[][] ropeKeys = new double[5][];
            for (int j = 0; j < 5; j++) {
                double[] compressed = apply(RefTensor.of(tensors.get("w_kv_a")), b, j);
                double square = 0;
                for (int c = 0; c < RANK; c++) {
                    square += compressed[c] * compressed[c];
                }
                latents[j] = new double[RANK];
                for (int c = 0; c < RANK; c++) {
                    latents[j][c] = compressed[c]
                            / Math.sqrt(square / RANK + EPSILON)
                            * tensors.get("kv_a_norm").getDouble(c);
                }
                ropeKeys[j] = turn(compressed[RANK], compressed[RANK + 1], j);
            }
            for (int i = 0; i < 5; i++) {
                double[] query = apply(wq, b, i);
                for (int h = 0; h < HEADS; h++) {
                    int at = h * (DN + DR);
                    double[] turned = turn(query[at + DN], query[at + DN + 1], i);
                    double[] absorbed = new double[RANK];
                    for (int c = 0; c < RANK; c++) {
                        for (int e = 0; e < DN; e++) {
                            absorbed[c] += query[at + e] * up.at(h * (DN + DV) + e, c);
                        }
                    }
                    double sum = 0;
                    double[] mixed = new double[RANK];
                    for (int j = 0; j <= i; j++) {
                        double score = turned[0] * ropeKeys[j][0] + turned[1] * ropeKeys[j][1];
                        for (int c = 0; c < RANK; c++) {
                            score += absorbed[c] * latents[j][c];
                        }
                        double weight = Math.exp(score / Math.sqrt(DN + DR));
                        sum += weight;
                        for (int c = 0; c < RANK; c++) {
                            mixed[c] += weight * latents[j][c];
                        }
                    }
                    for (int e = 0; e < DV; e++) {
                        double context = 0;
                        for (int c = 0; c < RANK; c++) {
                            context += up.at(h * (DN + DV) + DN + e, c) * mixed[c] / sum;
                        }
                        for (int o = 0; o < 4; o++) {
                            want.values()[(b * 5 + i) * 4 + o] += wo.at(o, h * DV + e) * context;
                        }
                    }
                }
            }
        }
        assertClose(run(DIRECT, tensors).y(), want, 1e-11);
    }

    @Test
    void chunksWithAPastEqualOnePass() {
        Map<String, HostTensor> tensors = tensors();
        ReferenceLatentAttention.Result whole = run(DIRECT, tensors);
        ReferenceLatentAttention.Result first =
                run(DIRECT, with(tensors, "x", tokens(x, 0, 3).toHost()));
        Map<String, HostTensor> rest = with(tensors, "x", tokens(x, 3, 5).toHost());
        rest.put("past_latent", first.presentLatent().toHost());
        rest.put("past_rope_key", first.presentRopeKey().toHost());
        ReferenceLatentAttention.Result second = run(DIRECT, rest);
        assertClose(second.y(), tokens(whole.y(), 3, 5), 1e-13);
        assertClose(second.presentLatent(), whole.presentLatent(), 1e-14);
        assertClose(second.presentRopeKey(), whole.presentRopeKey(), 1e-14);
    }

    @Test
    void compressedQueriesAreNormalizedBetweenTheirTwoProducts() {
        Map<String, HostTensor> tensors = tensors();
        HostTensor down = randomHost(random, 6, WIDTH);
        HostTensor scale = randomHost(random, 6);
        HostTensor expand = randomHost(random, HEADS * (DN + DR), 6);
        Map<String, HostTensor> lowRank = new HashMap<>(tensors);
        lowRank.remove("w_q");
        lowRank.put("w_q_a", down);
        lowRank.put("q_a_norm", scale);
        lowRank.put("w_q_b", expand);
        // For one token at a time the normalization is a number, so that w_q = w_q_b·diag(norm)·w_q_a.
        RefTensor token = random(random, 1, 1, WIDTH);
        double square = 0;
        for (int r = 0; r < 6; r++) {
            double sum = 0;
            for (int c = 0; c < WIDTH; c++) {
                sum += down.getDouble(r * WIDTH + c) * token.at(0, 0, c);
            }
            square += sum * sum;
        }
        RefTensor direct = RefTensor.zeros(HEADS * (DN + DR), WIDTH);
        for (int n = 0; n < direct.values().length; n++) {
            for (int r = 0; r < 6; r++) {
                direct.values()[n] += expand.getDouble(n / WIDTH * 6 + r)
                        * scale.getDouble(r)
                        / Math.sqrt(square / 6 + EPSILON)
                        * down.getDouble(r * WIDTH + n % WIDTH);
            }
        }
        Map<String, HostTensor> plain = with(tensors, "w_q", direct.toHost());
        // One token alone attends to itself whatever its query is: give it a past.
        for (Map<String, HostTensor> each : List.of(plain, lowRank)) {
            each.put("x", token.toHost());
            each.put("past_latent", randomHost(new Random(1), 1, 4, RANK));
            each.put("past_rope_key", randomHost(new Random(2), 1, 4, DR));
        }
        assertClose(run(LOW_RANK, lowRank).y(), run(DIRECT, plain).y(), 1e-12);
    }

    @Test
    void rejectsTensorsThatDoNotFit() {
        Map<String, HostTensor> tensors = tensors();
        rejects(with(tensors, "w_kv_a", randomHost(random, RANK, WIDTH)), "w_kv_a", "[5, 7]", "[7, 7]");
        rejects(with(tensors, "w_kv_b", randomHost(random, 20, RANK)), "w_kv_b", "[20, 5]", "[21, 5]");
        rejects(with(tensors, "past_latent", randomHost(random, 2, 3, RANK)), "both or neither");
    }

    private static void rejects(Map<String, HostTensor> tensors, String... parts) {
        assertThatThrownBy(() -> run(DIRECT, tensors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }

    /** weight·x of one token. */
    private double[] apply(RefTensor weight, int b, int token) {
        double[] y = new double[weight.dim(0)];
        for (int o = 0; o < y.length; o++) {
            for (int c = 0; c < WIDTH; c++) {
                y[o] += weight.at(o, c) * x.at(b, token, c);
            }
        }
        return y;
    }

    /** The only pair of DR = 2 turns by one radian per position. */
    private static double[] turn(double a, double b, double angle) {
        double radius = Math.hypot(a, b);
        double phase = Math.atan2(b, a) + angle;
        return new double[] {radius * Math.cos(phase), radius * Math.sin(phase)};
    }
}
