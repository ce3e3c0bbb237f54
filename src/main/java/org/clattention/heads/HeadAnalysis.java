package org.clattention.heads;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Measures heads and names what they do.
 *
 * <p>A key is <em>visible</em> to a query of a layer if any head of the layer gives it weight: masked keys get none at all. The
 * entropy of a query is −Σ w·ln w over its keys, and its fraction that divided by ln(visible keys), where there are at least
 * two; both are averaged over the queries that see anything.
 *
 * <p>The patterns, with w the weights of query i, which stands at key p:
 *
 * <ul>
 *   <li>previous token: w[p−1]; first token: w[0]; current token: w[p]; each averaged over the queries from p = 2 on, where
 *       these are three different keys
 *   <li>same token: Σ w[j] over earlier j with the same token, averaged over the queries that have such a j
 *   <li>local: Σ w[j] over |p − j| ≤ {@value #NEAR}, averaged over the queries that see at least twice as many keys as lie there, so
 *       that looking everywhere alike comes to half at most
 *   <li>broad: the entropy's fraction
 *   <li>mixed: the largest of the first four, which was not enough
 * </ul>
 *
 * <p>The label is the largest of the first four that reaches {@value #MOST_OF_IT}, else local from {@value #NEARBY} on, else broad
 * from {@value #EVEN} on, else mixed. Where queries and keys are different sequences only broad, mixed and the first token are
 * measured.
 *
 * <p>Sources: heads that look at the previous token, the first one, or broadly by entropy: Clark et al. 2019, "What Does BERT Look
 * At?"; positional heads: Voita et al. 2019, "Analyzing Multi-Head Self-Attention"; the first token as a sink: Xiao et al. 2023,
 * "Efficient Streaming Language Models with Attention Sinks"; same-token heads, as "duplicate token heads": Wang et al. 2022,
 * "Interpretability in the Wild". Shares of weight as scores are those of TransformerLens's head detector; the thresholds are ours.
 */
public final class HeadAnalysis {
    /** How far away the neighbourhood reaches. */
    public static final int NEAR = 2;

    /** From which share on a single kind of key is what a head does. */
    public static final double MOST_OF_IT = 0.5;

    /** From which share on the neighbourhood is. */
    public static final double NEARBY = 0.8;

    /** From which fraction of the largest entropy on a head is broad. */
    public static final double EVEN = 0.9;

    private static final int FIRST_CLEAR_POSITION = 2;

    private static final List<HeadPattern> KINDS =
            List.of(HeadPattern.PREVIOUS, HeadPattern.FIRST, HeadPattern.SAME, HeadPattern.CURRENT);

    private HeadAnalysis() {}

    /** The measures of all heads, layer by layer. */
    public static List<HeadProfile> of(HeadWeights weights) {
        List<HeadProfile> profiles = new ArrayList<>();
        for (int layer = 0; layer < weights.layers().size(); layer++) {
            VisibleKeys visible = VisibleKeys.of(weights.layers().get(layer));
            for (int head = 0; head < weights.layers().get(layer).size(); head++) {
                profiles.add(profile(weights, visible, layer, head));
            }
        }
        return profiles;
    }

    private static HeadProfile profile(HeadWeights weights, VisibleKeys visible, int layer, int head) {
        HeadMatrix matrix = weights.head(layer, head);
        OptionalInt offset = weights.offset();
        Mean entropy = new Mean();
        Mean fraction = new Mean();
        EnumMap<HeadPattern, Mean> means = new EnumMap<>(HeadPattern.class);
        for (HeadPattern pattern : HeadPattern.values()) {
            means.put(pattern, new Mean());
        }
        for (int query = 0; query < matrix.queries(); query++) {
            int seen = visible.count(query);
            if (seen == 0) {
                continue;
            }
            entropy.add(matrix.entropy(query));
            if (seen > 1) {
                fraction.add(Math.min(1, matrix.entropy(query) / Math.log(seen)));
            }
            if (offset.isPresent()) {
                byPosition(weights, matrix, visible, query, offset.getAsInt() + query, means);
            } else {
                means.get(HeadPattern.FIRST).add(matrix.weight(query, 0));
            }
        }
        EnumMap<HeadPattern, Double> scores = new EnumMap<>(HeadPattern.class);
        means.forEach((pattern, mean) -> scores.put(pattern, mean.value()));
        scores.put(HeadPattern.BROAD, fraction.value());
        HeadPattern kind = largest(scores);
        scores.put(HeadPattern.MIXED, scores.get(kind));
        return new HeadProfile(layer, head, entropy.value(), fraction.value(), label(kind, scores), scores);
    }

    private static void byPosition(
            HeadWeights weights,
            HeadMatrix matrix,
            VisibleKeys visible,
            int query,
            int position,
            Map<HeadPattern, Mean> means) {
        if (position >= matrix.keys()) {
            return;
        }
        if (position >= FIRST_CLEAR_POSITION) {
            means.get(HeadPattern.PREVIOUS).add(matrix.weight(query, position - 1));
            means.get(HeadPattern.FIRST).add(matrix.weight(query, 0));
            means.get(HeadPattern.CURRENT).add(matrix.weight(query, position));
        }
        boolean occurred = false;
        double same = 0;
        for (int key = 0; key < position; key++) {
            if (weights.keys().get(key).equals(weights.keys().get(position))) {
                occurred = true;
                same += matrix.weight(query, key);
            }
        }
        if (occurred) {
            means.get(HeadPattern.SAME).add(same);
        }
        int from = Math.max(0, position - NEAR);
        int to = Math.min(matrix.keys() - 1, position + NEAR);
        if (visible.count(query) >= 2 * visible.count(query, from, to)) {
            double near = 0;
            for (int key = from; key <= to; key++) {
                near += matrix.weight(query, key);
            }
            means.get(HeadPattern.LOCAL).add(near);
        }
    }

    private static HeadPattern largest(Map<HeadPattern, Double> scores) {
        HeadPattern best = HeadPattern.FIRST;
        for (HeadPattern kind : KINDS) {
            // A comparison with NaN is false: what was not measured never wins, and never stays.
            if (!(scores.get(best) >= scores.get(kind)) && !scores.get(kind).isNaN()) {
                best = kind;
            }
        }
        return best;
    }

    private static HeadPattern label(HeadPattern kind, Map<HeadPattern, Double> scores) {
        if (scores.get(kind) >= MOST_OF_IT) {
            return kind;
        }
        if (scores.get(HeadPattern.LOCAL) >= NEARBY) {
            return HeadPattern.LOCAL;
        }
        return scores.get(HeadPattern.BROAD) >= EVEN ? HeadPattern.BROAD : HeadPattern.MIXED;
    }

    /** A mean that grows. */
    private static final class Mean {
        private double sum;
        private int count;

        void add(double value) {
            sum += value;
            count++;
        }

        /** NaN of nothing. Rounding may carry a share a little above 1. */
        double value() {
            return count == 0 ? Double.NaN : sum / count;
        }
    }
}
