package org.clattention.testing;

/** Puts values that are not finite into a case: where nobody may look, or where they must come through. */
final class Poison {
    private Poison() {}

    /** Garbage in keys, values and additive masks that no query attends to: it must not reach any result. */
    static void unattended(AttentionCase c, CaseRandom random) {
        // The additive mask first: what it masks is read off its values.
        boolean[] seen = new boolean[c.batch() * c.kvHeads() * c.keys()];
        boolean[] used =
                c.bias() == null ? new boolean[0] : new boolean[c.bias().values().length];
        int group = c.heads() / c.kvHeads();
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.heads(); h++) {
                for (int i = 0; i < c.queries(); i++) {
                    for (int j = 0; j < c.keys(); j++) {
                        seen[(b * c.kvHeads() + h / group) * c.keys() + j] |= c.attended(b, h, i, j);
                        if (c.bias() != null
                                && c.inReach(b, h, i, j)
                                && c.bias().index(b, h, i, j) >= 0) {
                            used[c.bias().index(b, h, i, j)] = true;
                        }
                    }
                }
            }
        }
        // Scores before masking show what lies in keys; there the garbage is left out.
        boolean keysToo = c.wanted() == null || c.wanted().code() == 2;
        for (int row = 0; row < seen.length; row++) {
            if (!seen[row]) {
                fill(c.value(), row * c.valueSize(), c.valueSize(), random);
                if (keysToo) {
                    fill(c.key(), row * c.headSize(), c.headSize(), random);
                }
            }
        }
        for (int n = 0; n < used.length; n++) {
            if (!used[n]) {
                fill(c.bias().values(), n, 1, random);
            }
        }
    }

    /** A NaN in one value or key; whoever attends to it must show it. */
    static void attended(AttentionCase c, CaseRandom random) {
        float[] target = random.chance(0.5) ? c.value() : c.key();
        target[random.upTo(target.length - 1)] = Float.NaN;
    }

    private static void fill(float[] values, int from, int count, CaseRandom random) {
        for (int i = from; i < from + count; i++) {
            values[i] = random.garbage();
        }
    }
}
