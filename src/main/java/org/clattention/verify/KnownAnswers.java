package org.clattention.verify;

import java.util.List;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;

/** Small cases solved by hand, so that an error in the reference cannot hide one in the device. */
final class KnownAnswers {
    static final String PART = "known_answers";

    private static final double ATOL = 1e-6;

    private KnownAnswers() {}

    static void add(List<SmokeCase> out, long seed) {
        add(out, sentence(seed));
        add(out, quarters());
        add(out, causal(seed));
        add(out, maskedRow(seed));
    }

    private static void add(List<SmokeCase> out, GoldenCase goldenCase) {
        out.add(new SmokeCase(goldenCase.name(), PART, Answer.GIVEN, 1, MemoryNeed.LITTLE, () -> goldenCase));
    }

    /**
     * What "it" takes from "animal road because was tired" with the weights .70 .05 .10 .05 .10. The scale is 0, so the
     * softmax of the logarithms in the mask gives the weights themselves.
     */
    private static GoldenCase sentence(long seed) {
        float[] values = {
            0.8f, 0.1f, 0.0f, 0.2f, // animal
            0.1f, 0.7f, 0.1f, 0.0f, // road
            0.2f, 0.2f, 0.6f, 0.1f, // because
            0.1f, 0.1f, 0.2f, 0.8f, // was
            0.3f, 0.6f, 0.1f, 0.2f // tired
        };
        float[] mask = new float[5];
        double[] weights = {0.70, 0.05, 0.10, 0.05, 0.10};
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (float) Math.log(weights[i]);
        }
        return new CaseBuilder("known-sentence", "attention", seed)
                .attribute("scale", 0.0)
                .attribute("qk_matmul_output_mode", 3L)
                .random("Q", 1, 1, 1, 1, 4)
                .random("K", 1, 1, 1, 5, 4)
                .input("V", HostTensor.of(values, 1, 1, 5, 4))
                .input("attn_mask", HostTensor.of(mask, 1, 5))
                .answer("Y", HostTensor.ofDoubles(new double[] {0.62, 0.19, 0.085, 0.21}, 1, 1, 1, 4))
                .answer("qk_matmul_output", HostTensor.ofDoubles(weights, 1, 1, 1, 5))
                .build(ATOL, "by hand");
    }

    /** Scores 0 and ln 3 give the weights 1/4 and 3/4. */
    private static GoldenCase quarters() {
        return new CaseBuilder("known-quarters", "attention", 0)
                .attribute("scale", 1.0)
                .input("Q", HostTensor.of(new float[] {1, 0}, 1, 1, 1, 2))
                .input("K", HostTensor.of(new float[] {0, 5, (float) Math.log(3), -2}, 1, 1, 2, 2))
                .input("V", HostTensor.of(new float[] {4, -8, 0, 16}, 1, 1, 2, 2))
                .answer("Y", HostTensor.ofDoubles(new double[] {1, 10}, 1, 1, 1, 2))
                .answer("log_sum_exp", HostTensor.ofDoubles(new double[] {Math.log(4)}, 1, 1, 1))
                .build(ATOL * 10, "by hand");
    }

    /** With a scale of 0 and a causal mask, query i returns the mean of the values up to i. */
    private static GoldenCase causal(long seed) {
        return new CaseBuilder("known-causal", "attention", seed)
                .attribute("scale", 0.0)
                .attribute("is_causal", 1L)
                .random("Q", 1, 1, 1, 4, 8)
                .random("K", 1, 1, 1, 4, 8)
                .input("V", HostTensor.of(new float[] {3, 5, -2, 10}, 1, 1, 4, 1))
                .answer("Y", HostTensor.ofDoubles(new double[] {3, 4, 2, 4}, 1, 1, 4, 1))
                .build(ATOL, "by hand");
    }

    /** A query that may attend to nothing gets zeros and never a NaN, even if a value is NaN. */
    private static GoldenCase maskedRow(long seed) {
        return new CaseBuilder("known-masked-row", "attention", seed)
                .random("Q", 1, 1, 1, 2, 4)
                .random("K", 1, 1, 1, 2, 4)
                .input("V", HostTensor.of(new float[] {7, Float.NaN}, 1, 1, 2, 1))
                .input("attn_mask", HostTensor.ofBooleans(new boolean[] {true, false, false, false}, 2, 2))
                .answer("Y", HostTensor.ofDoubles(new double[] {7, 0}, 1, 1, 2, 1))
                .build(ATOL, "by hand");
    }
}
