package org.clattention.testing;

import java.util.Arrays;
import org.clattention.AttentionEngine;
import org.clattention.Operators;
import org.clattention.Tensor;
import org.clattention.config.Activation;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceActivations;
import org.clattention.reference.ReferenceNorms;
import org.clattention.reference.ReferenceRotary;
import org.jspecify.annotations.Nullable;

/** Generated calls of single operators, held against the float64 reference. */
public final class OperatorCase {
    private static final float[] EXTREMES = {
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0f, -0f, 1e-30f, -1e-30f, 80f, -80f, 3e4f, -3e4f
    };

    private final String name;
    private final CaseRandom random;
    private final AttentionEngine engine;

    private OperatorCase(AttentionEngine engine, String name) {
        this.engine = engine;
        this.name = name;
        this.random = LayerCases.random(name);
    }

    /** Runs the case of this name; says what disagrees, nothing if nothing does. */
    public static String check(AttentionEngine engine, String name) {
        OperatorCase made = new OperatorCase(engine, name);
        String problem = switch (made.random.upTo(2)) {
            case 0 -> made.norm();
            case 1 -> made.activation();
            default -> made.rotation();
        };
        return problem.isEmpty() ? "" : "-Dclattention.case=" + made.name + problem;
    }

    private long[] shape(int rank) {
        long[] shape = new long[rank];
        Arrays.setAll(shape, i -> random.oneOf(1, 2, 3, 5, 17, 33));
        return shape;
    }

    private String norm() {
        long[] shape = shape(1 + random.upTo(3));
        int axis = random.upTo(shape.length - 1);
        long[] inner = Arrays.copyOfRange(shape, axis, shape.length);
        HostTensor x =
                LayerCases.tensor(random, random.chance(0.2) ? 1e4 : 3, shape).to(StorageTypes.any(random));
        HostTensor weight = LayerCases.tensor(random, 2, inner);
        HostTensor bias = random.chance(0.5) ? LayerCases.tensor(random, 1, inner) : null;
        double epsilon = random.chance(0.5) ? 1e-5 : 1e-2;
        boolean rms = random.chance(0.5);
        int given = random.chance(0.5) ? axis : axis - shape.length;
        int columns = AttentionCases.count(inner);
        String about = " (" + x + " axis " + given + (rms ? " rms" : " layer") + ")";
        try (Tensor in = engine.tensor(x);
                Tensor w = engine.tensor(weight);
                Tensor b = bias == null ? null : engine.tensor(bias)) {
            if (rms) {
                double[] plain = Steps.PLAIN.rmsNorm(x.toDoubles(), weight, epsilon);
                double[] want = ReferenceNorms.rmsNorm(RefTensor.of(x), RefTensor.of(weight), axis, epsilon)
                        .values();
                try (Tensor y = engine.operators().rmsNorm(in, w, given, epsilon)) {
                    return compare("rmsNorm", y, want, plain, columns, about);
                }
            }
            double[] plain = Steps.PLAIN.layerNorm(x.toDoubles(), weight, bias, epsilon);
            ReferenceNorms.LayerNormResult want = ReferenceNorms.layerNorm(
                    RefTensor.of(x), RefTensor.of(weight), bias == null ? null : RefTensor.of(bias), axis, epsilon);
            try (Operators.NormResult got = engine.operators().layerNormWithStatistics(in, w, b, given, epsilon)) {
                return compare("layerNorm", got.y(), want.y().values(), plain, columns, about)
                        + statistics("mean", got.mean(), want.mean().values(), columns, about)
                        + statistics(
                                "deviation",
                                got.inverseDeviation(),
                                want.inverseStandardDeviation().values(),
                                columns,
                                about);
            }
        }
    }

    private static String statistics(String what, @Nullable Tensor got, double[] want, int columns, String about) {
        return got == null ? "; no " + what : compare(what, got, want, want, columns, about);
    }

    private String activation() {
        long[] shape = shape(1 + random.upTo(2));
        float[] values = random.floats(AttentionCases.count(shape), random.chance(0.3) ? 30 : 4);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.chance(0.2) ? EXTREMES[random.upTo(EXTREMES.length - 1)] : values[i];
        }
        HostTensor x = HostTensor.of(values, shape).to(random.chance(0.6) ? DataType.F32 : StorageTypes.any(random));
        Activation activation = random.oneOf(Activation.class);
        double alpha = random.between(-2, 3);
        boolean swish = activation == Activation.SILU && random.chance(0.5);
        RefTensor in = RefTensor.of(x);
        double[] want = swish
                ? ReferenceActivations.swish(in, alpha).values()
                : ReferenceActivations.valueOf(activation.name()).apply(in).values();
        try (Tensor tensor = engine.tensor(x);
                Tensor y = swish
                        ? engine.operators().swish(tensor, alpha)
                        : engine.operators().activate(tensor, activation)) {
            float[] got = y.toFloats();
            for (int i = 0; i < got.length; i++) {
                double slack =
                        4e-6 * (1 + Math.abs(want[i])) + 1.01 * StorageTypes.roundoff(x.type()) * Math.abs(want[i]);
                boolean fits = Double.isFinite(want[i])
                        ? Math.abs(got[i] - want[i]) <= slack
                        : Double.compare(got[i], want[i]) == 0;
                if (!fits) {
                    return "; " + activation + (swish ? " alpha " + alpha : "") + " of " + x.getDouble(i) + " is "
                            + got[i] + ", want " + want[i] + " (" + x + ")";
                }
            }
            return "";
        }
    }

    private String rotation() {
        int batch = random.oneOf(1, 2);
        int heads = random.oneOf(1, 2, 3);
        int length = random.oneOf(1, 2, 5, 17);
        int size = random.oneOf(2, 5, 8, 33);
        int dim = size % 2 != 0 || random.chance(0.5) ? 2 * (1 + random.upTo(size / 2 - 1)) : 0;
        int pairs = (dim == 0 ? size : dim) / 2;
        boolean merged = random.chance(0.5);
        boolean given = random.chance(0.5);
        boolean interleaved = random.chance(0.5);
        int rows = 1 + random.upTo(30);
        int[] positions = new int[batch * length];
        Arrays.setAll(positions, i -> random.upTo(rows - 1));
        HostTensor x = LayerCases.tensor(random, 3, batch, heads, length, size).to(StorageTypes.any(random));
        long[] table = given ? new long[] {rows, pairs} : new long[] {batch, length, pairs};
        HostTensor cosines = LayerCases.tensor(random, 1, table);
        HostTensor sines = LayerCases.tensor(random, 1, table);
        double[] want = ReferenceRotary.rotate(
                        RefTensor.of(x),
                        RefTensor.of(cosines),
                        RefTensor.of(sines),
                        given ? HostTensor.ofInts(positions, batch, length) : null,
                        interleaved,
                        dim)
                .values();
        HostTensor laid = merged
                ? HostTensor.of(
                                EngineAnswers.merged(x.toFloats(), batch, heads, length, size),
                                batch,
                                length,
                                (long) heads * size)
                        .to(x.type())
                : x;
        RotaryConfig.Style style = interleaved ? RotaryConfig.Style.INTERLEAVED : RotaryConfig.Style.HALF;
        try (Tensor in = engine.tensor(laid);
                Tensor cos = engine.tensor(cosines);
                Tensor sin = engine.tensor(sines);
                Tensor y = engine.operators()
                        .rotate(in, cos, sin, given ? positions : null, style, merged ? heads : 0, dim)) {
            double[] got = EngineAnswers.doubles(y);
            double[] heady = merged ? EngineAnswers.headMajor(got, batch, heads, length, size) : got;
            double floor = 2e-6 + Agreement.rounding(x.type(), want);
            String problem = Agreement.compare("rotate", heady, want, want, floor);
            return problem.isEmpty() ? "" : problem + " (" + laid + " dim " + dim + " " + style + ")";
        }
    }

    private static String compare(String what, Tensor got, double[] want, double[] plain, int columns, String about) {
        double largest = Arrays.stream(want).map(Math::abs).max().orElse(0);
        double floor = 4 * Math.ulp(1f) * Math.sqrt(columns) * (1 + largest) + Agreement.rounding(got.type(), want);
        String problem = Agreement.compare(what, EngineAnswers.doubles(got), want, plain, floor);
        return problem.isEmpty() ? "" : problem + about;
    }
}
