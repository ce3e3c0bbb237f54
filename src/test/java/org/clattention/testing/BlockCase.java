package org.clattention.testing;

import java.util.Arrays;
import java.util.Objects;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.Tensor;
import org.clattention.TransformerBlock;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.CausalAlignment;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** A generated transformer block and one call of it. */
public final class BlockCase {
    private final String name;
    private final BlockConfig config;
    private final BlockWeights weights;
    private final LayerCase attention;

    private BlockCase(String name) {
        this.name = name;
        CaseRandom random = LayerCases.random(name);
        CaseSize size = LayerCases.size(name);
        int most = size == CaseSize.TINY ? 8 : 48;
        int kvHeads = random.oneOf(1, 2);
        int d = 1 + random.upTo(most / 2);
        boolean blocks = name.startsWith("quantized");
        int width = blocks ? random.oneOf(32, 96) : 2 + random.upTo(most);
        AttentionConfig layer = new AttentionConfig(
                        width,
                        width,
                        width,
                        kvHeads * random.oneOf(1, 2),
                        kvHeads,
                        d,
                        blocks ? random.oneOf(32, 64) : random.chance(0.7) ? d : 1 + random.upTo(most / 2),
                        AttentionCases.options(random, 40, false).withAlignment(CausalAlignment.TOP_LEFT))
                .withRotary(LayerCases.rotary(random, d));
        boolean rms = random.chance(0.5);
        this.config = new BlockConfig(
                layer,
                rms ? BlockConfig.Norm.RMS : BlockConfig.Norm.LAYER,
                random.oneOf(BlockConfig.NormPosition.class),
                random.chance(0.5) ? 1e-5 : 1e-2,
                random.oneOf(Activation.class),
                blocks ? random.oneOf(32, 64, 160) : 1 + random.upTo(2 * most));
        int hidden = config.hiddenWidth();
        DataType type = StorageTypes.any(random);
        boolean gated = random.chance(0.5);
        BlockWeights made = new BlockWeights(
                LayerCases.weights(random, layer),
                near1(random, width),
                rms || random.chance(0.3) ? null : vector(random, width),
                near1(random, width),
                rms || random.chance(0.3) ? null : vector(random, width),
                gated ? matrix(random, type, hidden, width) : null,
                gated && random.chance(0.5) ? vector(random, hidden) : null,
                matrix(random, type, hidden, width),
                random.chance(0.5) ? vector(random, hidden) : null,
                matrix(random, type, width, hidden),
                random.chance(0.5) ? vector(random, width) : null);
        if (config.position() == BlockConfig.NormPosition.SANDWICH) {
            made = made.withBranchNorms(near1(random, width), near1(random, width));
        }
        this.weights = blocks ? made.to(QuantizedCases.type(random)) : made;
        int batch = random.oneOf(1, 2);
        int length = Math.min(65, size.length(random));
        StorageTypes types =
                blocks ? StorageTypes.FLOATS : new StorageTypes(StorageTypes.any(random), DataType.F32, DataType.F32);
        HostTensor x = LayerCases.tensor(random, 1.7, batch, length, width).to(types.query());
        int[] lengths = random.chance(0.3) ? AttentionCases.lengths(random, batch, length) : null;
        this.attention = new LayerCase(
                name,
                layer,
                (AttentionWeights) weights.attention(),
                x,
                null,
                null,
                null,
                lengths,
                null,
                types,
                -1,
                false,
                null,
                false);
    }

    /** Runs the case of this name; says what disagrees, nothing if nothing does. */
    public static String check(AttentionEngine engine, String name) {
        return new BlockCase(name).check(engine);
    }

    private String check(AttentionEngine engine) {
        double[] got;
        try (TransformerBlock block = engine.transformerBlock(config, weights);
                Tensor x = engine.tensor(attention.x());
                AttentionResult result = block.forward(AttentionInputs.of(x).withLengths(attention.lengths()))) {
            got = EngineAnswers.doubles(result.output());
        }
        double[] want = forward(Steps.WIDE);
        double[] plain = forward(Steps.PLAIN);
        double largest = Arrays.stream(want).map(Math::abs).max().orElse(0);
        double floor = 32 * Math.ulp(1f) * (1 + largest) * Math.sqrt(config.hiddenWidth() + 1.0)
                + Agreement.rounding(attention.types().query(), want);
        String problem = Agreement.compare("output", got, want, plain, floor);
        return problem.isEmpty() ? "" : "-Dclattention.case=" + name + problem + " (" + attention + config + ")";
    }

    private double[] forward(Steps steps) {
        double[] x = attention.x().toDoubles();
        if (config.position() == BlockConfig.NormPosition.POST) {
            double[] a = norm(steps, steps.add(x, attend(steps, x)), weights.norm1Weight(), weights.norm1Bias());
            return norm(steps, steps.add(a, feed(steps, a)), weights.norm2Weight(), weights.norm2Bias());
        }
        double[] attended = attend(steps, norm(steps, x, weights.norm1Weight(), weights.norm1Bias()));
        double[] a = steps.add(x, branch(steps, attended, weights.attentionNorm()));
        double[] fed = feed(steps, norm(steps, a, weights.norm2Weight(), weights.norm2Bias()));
        return steps.add(a, branch(steps, fed, weights.feedForwardNorm()));
    }

    private double[] branch(Steps steps, double[] x, @Nullable HostTensor weight) {
        return weight == null ? x : norm(steps, x, weight, null);
    }

    private double[] attend(Steps steps, double[] x) {
        return LayerMaths.output(
                steps,
                attention,
                steps.attend(LayerMaths.attention(steps, attention, x)).output());
    }

    private double[] norm(Steps steps, double[] x, HostTensor weight, @Nullable HostTensor bias) {
        return config.norm() == BlockConfig.Norm.RMS
                ? steps.rmsNorm(x, weight, config.normEpsilon())
                : steps.layerNorm(x, weight, bias, config.normEpsilon());
    }

    private double[] feed(Steps steps, double[] x) {
        double[] up = steps.linear(x, weights.up(), weights.upBias());
        HostTensor gate = weights.gate();
        double[] hidden = gate == null
                ? steps.activate(up, config.activation())
                : steps.multiply(
                        steps.activate(
                                steps.linear(x, Objects.requireNonNull(gate), weights.gateBias()), config.activation()),
                        up);
        return steps.linear(hidden, weights.down(), weights.downBias());
    }

    private static HostTensor matrix(CaseRandom random, DataType type, int rows, int columns) {
        return LayerCases.tensor(random, 1.7 / Math.sqrt(columns), rows, columns)
                .to(type);
    }

    private static HostTensor vector(CaseRandom random, int size) {
        return LayerCases.tensor(random, 0.5, size);
    }

    private static HostTensor near1(CaseRandom random, int size) {
        float[] values = random.floats(size, 0.5);
        for (int i = 0; i < size; i++) {
            values[i] += 1;
        }
        return HostTensor.of(values, size);
    }
}
