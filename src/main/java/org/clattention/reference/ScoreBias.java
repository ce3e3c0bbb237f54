package org.clattention.reference;

import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is added to a score: the intersection of all masks as −∞, the additive mask and ALiBi. Query i stands
 * at position p = offset + i, key j at position j.
 */
final class ScoreBias {
    private final AttentionOptions options;
    private final int queries;
    private final int keys;
    private final int past;
    private final @Nullable HostTensor lengths;
    private final @Nullable RefTensor slopes;
    private final @Nullable ReferenceMask mask;

    ScoreBias(AttentionProblem problem, int keys) {
        RefTensor query = problem.query();
        HostTensor given = problem.mask();
        this.options = problem.options();
        this.queries = query.dim(2);
        this.keys = keys;
        this.past = keys - problem.key().dim(2);
        this.lengths = problem.lengths();
        this.slopes = problem.alibiSlopes();
        this.mask = given == null ? null : new ReferenceMask(given, query.dim(0), query.dim(1), queries, keys);
    }

    /** The bias of key j for query i in head h of batch entry b; −∞ if the query does not attend to the key. */
    double at(int b, int h, int i, int j) {
        long p = offset(b) + i;
        if (!inReach(p, j) || (lengths != null && j >= lengths.getLong(b))) {
            return Double.NEGATIVE_INFINITY;
        }
        double bias = mask == null ? 0 : mask.bias(b, h, i, j);
        if (slopes != null && bias != Double.NEGATIVE_INFINITY) {
            bias -= slopes.at(h) * Math.abs(p - j);
        }
        return bias;
    }

    private boolean inReach(long p, int j) {
        int left = options.leftWindow();
        int right = options.rightWindow();
        return (!options.causal() || j <= p) && (left == -1 || j >= p - left) && (right == -1 || j <= p + right);
    }

    private long offset(int b) {
        return switch (options.alignment()) {
            case TOP_LEFT -> past;
            case BOTTOM_RIGHT -> keys - queries;
            case LENGTHS -> {
                if (lengths == null) {
                    throw new IllegalStateException("an AttentionProblem with LENGTHS has lengths");
                }
                yield lengths.getLong(b) - queries;
            }
        };
    }
}
