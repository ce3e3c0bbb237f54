package org.clattention.verify;

import org.clattention.HostTensor;

/** Puts what is no number into keys and values: where nobody may see it, no result may show it; where somebody may, it must. */
final class Poison {
    private Poison() {}

    /** Into the keys that a mask [B, 1, 1, T] leaves to no query. */
    static void masked(CaseBuilder to, AttentionShape shape) {
        HostTensor mask = to.input("attn_mask");
        put(to, shape, (b, j) -> mask.getDouble(b * shape.keys() + j) == 0);
    }

    /** Into the keys beyond the end of each sequence. */
    static void beyondLengths(CaseBuilder to, AttentionShape shape) {
        HostTensor lengths = to.input("nonpad_kv_seqlen");
        put(to, shape, (b, j) -> j >= lengths.getLong(b));
    }

    /** Into a key that the last of all queries alone sees under a causal mask, and all after it. */
    static void late(CaseBuilder to, AttentionShape shape) {
        put(to, shape, (b, j) -> j >= Math.max(1, shape.queries() - 1));
    }

    private interface Places {
        boolean poisoned(int b, int j);
    }

    /** NaN and infinities by turns, in keys and in values. */
    private static void put(CaseBuilder to, AttentionShape shape, Places places) {
        for (String name : new String[] {"K", "V"}) {
            HostTensor tensor = to.input(name);
            float[] values = tensor.toFloats();
            int run = Math.toIntExact(tensor.dim(-1));
            int keysAt = tensor.rank() == 4 ? shape.keys() : 1;
            for (int row = 0; row < values.length / run; row++) {
                // Rows of [B, Hkv, T, d], or of [B, T, Hkv * d].
                int j = row % shape.keys();
                int b = row / shape.keys() / (keysAt == 1 ? 1 : shape.kvHeads());
                if (places.poisoned(b, j)) {
                    for (int c = j % 3; c < run; c += 3) {
                        values[row * run + c] = j % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
                    }
                }
            }
            to.input(name, HostTensor.of(values, tensor.shape()));
        }
    }
}
