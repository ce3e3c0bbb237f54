package org.clattention.testing;

import java.util.Arrays;
import java.util.Objects;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.config.RotaryConfig;

/** What latent attention has to give: its plain form, step by step, by the reference and in plain f32. */
public final class LatentExpectation {
    private final LatentCase c;
    private final double[] want;
    private final double[] plain;
    private final double floor;

    private LatentExpectation(LatentCase c) {
        this.c = c;
        LatentConfig config = c.config();
        AttentionCase attention = attention(Steps.WIDE, c);
        this.want = output(Steps.WIDE, c, Steps.WIDE.attend(attention).output());
        PlainAttention f32 = PlainAttention.of(attention(Steps.PLAIN, c));
        this.plain = output(Steps.PLAIN, c, f32.answers().output());
        // The absorbed form sums in another order, over r + dr components instead of dn + dr.
        double length = Math.sqrt(config.modelWidth() + config.queryLatentSize())
                + Math.sqrt(config.cachedSize() + config.nopeHeadSize());
        double eps = 2 * Math.ulp(1f) * length;
        double weight = eps * (1 + f32.scoreMagnitude()) + Math.ulp(1f) * Math.sqrt(attention.keys());
        double contexts = 2 * Math.sqrt(config.numHeads() * config.valueHeadSize());
        double step = c.stored() == DataType.F32 ? 0 : 2 * StorageTypes.roundoff(c.stored());
        double term = config.scale() * f32.scoreMagnitude() / Math.sqrt(config.cachedSize());
        this.floor = (weight + eps) * f32.valueMagnitude() * contexts
                + step * (1 + term) * f32.valueMagnitude() * 3
                + Agreement.rounding(c.x().type(), want);
    }

    /** Solves the case. */
    public static LatentExpectation of(LatentCase c) {
        return new LatentExpectation(c);
    }

    /** Compares the last {@code rows} rows of every sequence; empty if all agrees. */
    public String checkLast(int rows, double[] got) {
        double lost = 0;
        for (int i = 0; i < want.length; i++) {
            lost = Math.max(lost, 2 * Math.abs(plain[i] - want[i]));
        }
        double allowed = floor + (c.stored() == DataType.F32 ? lost : Math.min(lost, floor));
        int width = c.config().modelWidth();
        int length = (int) c.x().dim(1);
        double[] tail = new double[got.length];
        for (int b = 0; b < c.x().dim(0); b++) {
            System.arraycopy(want, (b * length + length - rows) * width, tail, b * rows * width, rows * width);
        }
        String problem = Agreement.compare("output", got, tail, tail, allowed);
        return problem.isEmpty()
                ? ""
                : problem + " (B=" + c.x().dim(0) + " S=" + length + " " + c.config() + " " + c.stored() + ")";
    }

    private static AttentionCase attention(Steps steps, LatentCase c) {
        LatentConfig config = c.config();
        LatentWeights w = c.weights();
        int batch = (int) c.x().dim(0);
        int length = (int) c.x().dim(1);
        int heads = config.numHeads();
        int dn = config.nopeHeadSize();
        int dr = config.ropeHeadSize();
        int r = config.latentSize();
        double[] x = c.x().toDoubles();
        double[] down = x;
        HostTensor queryUp = w.query();
        if (w.queryDown() != null && w.queryNorm() != null) {
            down = steps.rmsNorm(steps.linear(x, w.queryDown(), null), w.queryNorm(), config.normEpsilon());
            queryUp = w.queryUp();
        }
        double[] q = LayerMaths.split(steps.linear(down, Objects.requireNonNull(queryUp), null), batch, heads, length);
        double[] turnedQueries = rotate(steps, config, part(q, dn + dr, dn, dn + dr), batch, heads, length);
        double[] compressed = steps.linear(x, w.latentDown(), null);
        double[] latent = steps.rmsNorm(part(compressed, r + dr, 0, r), w.latentNorm(), config.normEpsilon());
        double[] shared = rotate(steps, config, part(compressed, r + dr, r, r + dr), batch, 1, length);
        latent = stored(latent, c.stored());
        shared = stored(shared, c.stored());
        double[] expanded = LayerMaths.split(steps.linear(latent, w.latentUp(), null), batch, heads, length);
        int dv = config.valueHeadSize();
        double[] keys = join(part(expanded, dn + dv, 0, dn), dn, repeat(shared, batch, heads, length * dr), dr);
        return new AttentionCase(
                c.name(),
                batch,
                heads,
                heads,
                length,
                length,
                0,
                dn + dr,
                dv,
                false,
                config.options(),
                Steps.floats(join(part(q, dn + dr, 0, dn), dn, turnedQueries, dr)),
                Steps.floats(keys),
                Steps.floats(part(expanded, dn + dv, dn, dn + dv)),
                null,
                null,
                c.lengths().length == 0 ? null : c.lengths(),
                null,
                null,
                StorageTypes.FLOATS,
                -1,
                false,
                null,
                false);
    }

    private static double[] output(Steps steps, LatentCase c, double[] context) {
        int batch = (int) c.x().dim(0);
        double[] merged = LayerMaths.merge(context, batch, c.config().numHeads(), (int) c.x().dim(1));
        return steps.linear(merged, c.weights().output(), null);
    }

    private static double[] rotate(Steps steps, LatentConfig config, double[] x, int batch, int heads, int length) {
        RotaryConfig rotary = config.rotary();
        int[] positions = new int[batch * length];
        Arrays.setAll(positions, i -> i % length);
        return rotary == null ? x : steps.rotate(x, batch, heads, length, positions, rotary);
    }

    private static double[] stored(double[] values, DataType type) {
        if (type == DataType.F32) {
            return values;
        }
        float[] rounded = StorageTypes.round(Steps.floats(values), type);
        double[] out = new double[rounded.length];
        Arrays.setAll(out, i -> rounded[i]);
        return out;
    }

    /** Components {@code from} to {@code to} of rows of {@code width}. */
    private static double[] part(double[] x, int width, int from, int to) {
        int rows = x.length / width;
        double[] out = new double[rows * (to - from)];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(x, row * width + from, out, row * (to - from), to - from);
        }
        return out;
    }

    private static double[] join(double[] a, int aWidth, double[] b, int bWidth) {
        int rows = a.length / aWidth;
        double[] out = new double[a.length + b.length];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(a, row * aWidth, out, row * (aWidth + bWidth), aWidth);
            System.arraycopy(b, row * bWidth, out, row * (aWidth + bWidth) + aWidth, bWidth);
        }
        return out;
    }

    /** [batch, run] to [batch, heads, run]. */
    private static double[] repeat(double[] x, int batch, int heads, int run) {
        double[] out = new double[batch * heads * run];
        for (int n = 0; n < batch * heads; n++) {
            System.arraycopy(x, n / heads * run, out, n * run, run);
        }
        return out;
    }
}
