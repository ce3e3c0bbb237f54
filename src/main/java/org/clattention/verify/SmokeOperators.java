package org.clattention.verify;

import java.util.List;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;

/** Checks of the kernels around attention: norms, activations, rotation, and what only a block does. */
final class SmokeOperators {
    static final String NORM = "norm_rows";
    static final String ACTIVATE = "activate";
    static final String STORE = "store_heads";

    /**
     * Activations call functions of the device for each element; OpenCL allows erfc 16 units in the last place, which is what
     * {@link Tolerance} allows a sum of 64 terms.
     */
    static final int FUNCTION = 64;

    /** With fewer columns the deviation of a row can be so small that it is lost far from 0. */
    private static final int FAR = 16;

    private SmokeOperators() {}

    /** LayerNorm with its statistics, far from 0 where a one-pass variance would cancel, and RMSNorm. */
    static void norms(List<SmokeCase> out, int[] columns, long seed) {
        for (int n : columns) {
            for (boolean far : new boolean[] {false, true}) {
                if (far && n < FAR) {
                    continue;
                }
                String name = NORM + "-layer-" + n + (far ? "-far" : "");
                out.add(SmokeCase.of(name, NORM, 1, CallPlan.ONE_CALL, () -> {
                    CaseBuilder to = new CaseBuilder(name, "layer_normalization", seed).random("X", 1, 3, 5, n);
                    if (far) {
                        to.input("X", plus(to.input("X"), 100));
                    }
                    return to.nearOne("W", n)
                            .random("B", 1, n)
                            .wants("Y", "Mean", "InvStdDev")
                            .build();
                }));
            }
            String name = NORM + "-rms-" + n;
            out.add(SmokeCase.of(
                    name,
                    NORM,
                    n,
                    CallPlan.ONE_CALL,
                    () -> new CaseBuilder(name, "rms_normalization", seed)
                            .random("X", 3, 3, 5, n)
                            // So much that it counts.
                            .attribute("epsilon", 0.25)
                            .nearOne("W", n)
                            .wants("Y")
                            .build()));
        }
    }

    private static HostTensor plus(HostTensor x, float shift) {
        float[] values = x.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] += shift;
        }
        return HostTensor.of(values, x.shape());
    }

    /** Activations over the range where they bend and far beyond it. */
    static void activations(List<SmokeCase> out, int[] lengths, long seed) {
        for (int n : lengths) {
            for (String kind : new String[] {"none", "tanh", "swish"}) {
                for (double std : new double[] {1, 12}) {
                    String name = ACTIVATE + "-" + kind + "-" + n + (std > 1 ? "-large" : "");
                    out.add(SmokeCase.of(name, ACTIVATE, FUNCTION, CallPlan.ONE_CALL, () -> {
                        CaseBuilder to = new CaseBuilder(name, kind.equals("swish") ? "swish" : "gelu", seed);
                        if (kind.equals("swish")) {
                            to.attribute("alpha", 1.5);
                        } else {
                            to.attribute("approximate", kind);
                        }
                        return to.random("x", std, n).wants("y").build();
                    }));
                }
            }
        }
    }

    /** Rotation by given cosines and sines: both styles, both layouts, whole and partial heads, with positions and not. */
    static void rotations(List<SmokeCase> out, int[] lengths, long seed) {
        for (int length : lengths) {
            for (long interleaved : new long[] {0, 1}) {
                for (boolean merged : new boolean[] {false, true}) {
                    String name = STORE + "-rotate-" + length + (interleaved == 1 ? "-interleaved" : "-half")
                            + (merged ? "-merged" : "-heads");
                    out.add(SmokeCase.of(name, STORE, 2, CallPlan.ONE_CALL, () -> {
                        CaseBuilder to = new CaseBuilder(name, "rotary_embedding", seed);
                        to.attribute("interleaved", interleaved);
                        if (merged) {
                            to.attribute("num_heads", 3L).attribute("rotary_embedding_dim", 6L);
                            to.random("input", 1, 2, length, 3 * 10)
                                    .random("cos_cache", 1, 2, length, 3)
                                    .random("sin_cache", 1, 2, length, 3);
                        } else {
                            to.random("input", 1, 2, 3, length, 8)
                                    .random("cos_cache", 1, 2L * length, 4)
                                    .random("sin_cache", 1, 2L * length, 4)
                                    .input("position_ids", backwards(2 * length, 2, length));
                        }
                        return to.wants("output").build();
                    }));
                }
            }
        }
    }

    /** Keys and values of small integers through each kind of cache: what comes back must be what went in, to the bit. */
    static void caches(List<SmokeCase> out, long seed) {
        SmokeCaches.kinds(2, 13).forEach((kind, cache) -> {
            String name = STORE + "-" + kind;
            out.add(new SmokeCase(
                    name, STORE, Answer.EXACT, 1, MemoryNeed.LITTLE, CallPlan.cached(cache, 7, 1, 5), () -> {
                        return new CaseBuilder(name, "multi_head_attention", seed)
                                .attribute("num_heads", 4L)
                                .attribute("num_kv_heads", 2L)
                                .attribute("causal", true)
                                .integers("x", 2, 13, 9)
                                .integers("w_q", 12, 9)
                                .integers("w_k", 6, 9)
                                .integers("w_v", 10, 9)
                                .integers("w_o", 9, 20)
                                .wants("present_key", "present_value")
                                .build();
                    }));
        });
    }

    private static HostTensor backwards(int from, long... shape) {
        long[] positions = new long[from];
        for (int i = 0; i < from; i++) {
            positions[i] = from - 1L - i;
        }
        return HostTensor.ofLongs(positions, shape);
    }
}
