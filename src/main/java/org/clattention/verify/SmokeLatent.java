package org.clattention.verify;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.LatentConfig.Form;

/** Checks of latent attention in each form, in one call and through caches. */
final class SmokeLatent {
    static final String LATENT = "latent_attention";
    static final String HEAD_PRODUCTS = "head_products";

    private SmokeLatent() {}

    /**
     * Sizes, named as in {@code LatentConfig}.
     *
     * @param width D
     * @param heads H
     * @param nope dn
     * @param rope dr
     * @param value dv
     * @param latent r
     * @param query rq; 0 for none
     */
    record Shape(int batch, int length, int width, int heads, int nope, int rope, int value, int latent, int query) {
        /** The absorbed form sums over the latents what the plain one sums over a head. */
        long reduction() {
            return Math.max(Math.max(width, length), Math.max(latent * 4, heads * value));
        }

        @Override
        public String toString() {
            return "b" + batch + "-s" + length + "-w" + width + "-h" + heads + "-d" + nope + "." + rope + "." + value
                    + "-r" + latent + "." + query;
        }
    }

    /** Every form on every shape, with and without a cache. */
    static void layers(List<SmokeCase> out, List<Shape> shapes, long seed) {
        for (Shape shape : shapes) {
            for (Form form : Form.values()) {
                add(out, LATENT, "one-call", shape, CallPlan.ONE_CALL.withForm(form), seed);
                if (shape.length() < 4) {
                    continue;
                }
                int[] steps = {shape.length() - 2, 1, 1};
                SmokeCaches.kinds(shape.batch(), shape.length()).forEach((kind, cache) -> {
                    add(out, LATENT, kind, shape, CallPlan.cached(cache, steps).withForm(form), seed);
                });
                CacheOptions half =
                        CacheOptions.contiguous(shape.batch(), shape.length()).withType(DataType.F16);
                add(out, LATENT, "f16", shape, CallPlan.cached(half, steps).withForm(form), seed);
            }
        }
    }

    /** The same with weights of each type that needs no more than rows of whole blocks. */
    static void types(List<SmokeCase> out, long seed) {
        Shape shape = new Shape(2, 11, 32, 4, 32, 4, 32, 64, 0);
        for (DataType type : new DataType[] {DataType.F16, DataType.BF16, DataType.Q8_0, DataType.Q4_0}) {
            for (Form form : Form.values()) {
                CallPlan plan =
                        CallPlan.cached(CacheOptions.contiguous(2, 11), 9, 1, 1).withForm(form);
                String name = name(LATENT, lower(type) + "-weights", shape, plan);
                out.add(SmokeCase.of(
                        name,
                        LATENT,
                        shape.reduction(),
                        plan,
                        () -> make(name, shape, seed)
                                .rounded(type, "w_q", "w_kv_a", "w_kv_b", "w_o")
                                .build()));
            }
        }
    }

    /** The products with a matrix per head: the absorbed form of a single token, which attends to nothing but itself. */
    static void headProducts(List<SmokeCase> out, int[] rows, int[] sizes, long seed) {
        for (int row : rows) {
            for (int size : sizes) {
                Shape shape = new Shape(row, 1, 12, 3, size + 1, 2, size, 2 * size + 1, 0);
                add(out, HEAD_PRODUCTS, "absorbed", shape, CallPlan.ONE_CALL.withForm(Form.ABSORBED), seed);
            }
            // Several keys, so that the queries' products count, too.
            Shape shape = new Shape(1, row + 1, 12, 3, 9, 4, 7, 33, 0);
            add(out, HEAD_PRODUCTS, "absorbed", shape, CallPlan.ONE_CALL.withForm(Form.ABSORBED), seed);
        }
    }

    static void add(List<SmokeCase> out, String part, String kind, Shape s, CallPlan plan, long seed) {
        String name = name(part, kind, s, plan);
        out.add(SmokeCase.of(
                name, part, s.reduction(), plan, () -> make(name, s, seed).build()));
    }

    private static String name(String part, String kind, Shape s, CallPlan plan) {
        return part + "-" + lower(plan.form()) + "-" + kind + "-" + s;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static CaseBuilder make(String name, Shape s, long seed) {
        CaseBuilder to = new CaseBuilder(name, "latent_attention", seed)
                .attribute("num_heads", (long) s.heads())
                .attribute("qk_nope_head_dim", (long) s.nope())
                .attribute("qk_rope_head_dim", (long) s.rope())
                .attribute("v_head_dim", (long) s.value())
                .attribute("kv_lora_rank", (long) s.latent())
                .attribute("causal", true)
                .random("x", 1, s.batch(), s.length(), s.width());
        LayerVariant.rotary(to, "interleaved", 1e4, s.rope(), Map.of("type", "none"));
        long queryWidth = (long) s.heads() * (s.nope() + s.rope());
        if (s.query() > 0) {
            to.attribute("q_lora_rank", (long) s.query())
                    .random("w_q_a", 1 / Math.sqrt(s.width()), s.query(), s.width())
                    .nearOne("q_a_norm", s.query())
                    .random("w_q_b", 1 / Math.sqrt(s.query()), queryWidth, s.query());
        } else {
            to.random("w_q", 1 / Math.sqrt(s.width()), queryWidth, s.width());
        }
        long expanded = (long) s.heads() * (s.nope() + s.value());
        return to.random("w_kv_a", 1 / Math.sqrt(s.width()), s.latent() + s.rope(), s.width())
                .nearOne("kv_a_norm", s.latent())
                .random("w_kv_b", 1 / Math.sqrt(s.latent()), expanded, s.latent())
                .random("w_o", 1 / Math.sqrt(s.heads() * s.value()), s.width(), (long) s.heads() * s.value())
                .wants("y");
    }
}
