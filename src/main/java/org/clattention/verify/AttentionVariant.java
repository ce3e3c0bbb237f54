package org.clattention.verify;

import java.util.Arrays;
import java.util.Locale;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;

/** Variants of scaled dot-product attention; each adds itself to a case. */
enum AttentionVariant {
    PLAIN {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {}
    },
    SCALE {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.attribute("scale", 0.3);
        }
    },
    CAUSAL {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.attribute("is_causal", 1L);
        }
    },
    WINDOW {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.attribute("left_window_size", 5L).attribute("right_window_size", 2L);
        }
    },
    /** A window of 0 on both sides is not one without bounds: each query sees its own position alone. */
    ZERO_WINDOW {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.attribute("left_window_size", 0L).attribute("right_window_size", 0L);
        }
    },
    SOFTCAP {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.attribute("softcap", 1.5);
        }
    },
    SINKS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.random("sinks", 2, shape.heads());
        }
    },
    ALIBI {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.random("alibi_slopes", 0.1, shape.heads());
        }
    },
    LENGTHS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.lengths("nonpad_kv_seqlen", shape.batch(), shape.keys());
        }
    },
    BOOLEAN_MASK {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.booleans("attn_mask", 0.7, shape.batch(), 1, shape.queries(), shape.keys());
        }
    },
    ADDITIVE_MASK {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.bias("attn_mask", 0.25, shape.heads(), shape.queries(), shape.keys());
        }
    },
    /** A mask that is narrower than the keys: those beyond are masked. */
    NARROW_MASK {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.booleans("attn_mask", 0.9, shape.queries(), Math.max(1, shape.keys() / 2));
        }
    },
    /** Every second query attends to nothing. */
    MASKED_ROWS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            boolean[] mask = new boolean[shape.queries()];
            for (int i = 0; i < mask.length; i += 2) {
                mask[i] = true;
            }
            boolean[] rows = new boolean[mask.length * shape.keys()];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = mask[i / shape.keys()];
            }
            to.input("attn_mask", HostTensor.ofBooleans(rows, shape.queries(), shape.keys()));
        }
    },
    /** A mask of its own for each head of each sequence. */
    FULL_MASK {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.booleans("attn_mask", 0.6, shape.batch(), shape.heads(), shape.queries(), shape.keys());
        }
    },
    FULL_BIAS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.bias("attn_mask", 0.3, shape.batch(), shape.heads(), shape.queries(), shape.keys());
        }
    },
    /** An additive mask that is narrower than the keys, one for each sequence and all its heads. */
    NARROW_BIAS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.bias("attn_mask", 0.1, shape.batch(), 1, shape.queries(), Math.max(1, shape.keys() * 2 / 3));
        }
    },
    /** Keys that no query may see, in each sequence others, which hold what is no number. */
    POISONED_PADDING {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.booleans("attn_mask", 0.8, shape.batch(), 1, 1, shape.keys());
            SINKS.add(to, shape);
            Poison.masked(to, shape);
        }
    },
    /** The same beyond the end of each sequence. */
    POISONED_ENDS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            LENGTHS.add(to, shape);
            Poison.beyondLengths(to, shape);
        }
    },
    /** A key that is NaN and a value that is infinite, which only late queries may see. */
    POISONED_KEYS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            CAUSAL.add(to, shape);
            Poison.late(to, shape);
        }
    },
    /** Scores that rise from key to key, so that each block of keys raises the largest so far. */
    RISING {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.slope("Q", "K", shape.size(), 0.02);
        }
    },
    /** Scores that fall from key to key. */
    FALLING {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.slope("Q", "K", shape.size(), -0.02);
        }
    },
    /** Scores whose exponentials overflow unless the largest is taken off first. */
    LARGE_SCORES {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            float[] shift = new float[shape.keys()];
            Arrays.fill(shift, 128);
            to.input("attn_mask", HostTensor.of(shift, 1, shape.keys()));
        }
    },
    /** One score, the last, far above all others: the largest must be looked for among all keys. */
    LONE_SCORE {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            float[] shift = new float[shape.keys()];
            shift[shift.length - 1] = 128;
            to.input("attn_mask", HostTensor.of(shift, 1, shape.keys()));
        }
    },
    /** A window in the middle of many keys: whole blocks on both sides lie outside. */
    FAR_WINDOW {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            LENGTHS.add(to, shape);
            SINKS.add(to, shape);
            to.attribute("left_window_size", 70L).attribute("right_window_size", 3L);
        }
    },
    F16 {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            to.rounded(DataType.F16, "Q", "K", "V");
        }
    },
    BF16 {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            FULL_BIAS.add(to, shape);
            to.rounded(DataType.BF16, "Q", "K", "V", "attn_mask");
        }
    },
    /** Queries without keys have no log-sum-exp, whatever their sink. */
    MASKED_ROWS_WITH_SINKS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            MASKED_ROWS.add(to, shape);
            SINKS.add(to, shape);
        }
    },
    /** Sinks whose exponentials overflow unless they count among the scores when the largest is taken off. */
    LARGE_SINKS {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            float[] sinks = new float[shape.heads()];
            Arrays.fill(sinks, 128);
            to.input("sinks", HostTensor.of(sinks, sinks.length));
        }
    },
    /** A query that is NaN in one head: its whole row is, and no other. */
    POISONED_QUERY {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            float[] queries = to.input("Q").toFloats();
            Arrays.fill(queries, 0, shape.size(), Float.NaN);
            to.input("Q", HostTensor.of(queries, to.input("Q").shape()));
        }
    },
    EVERYTHING {
        @Override
        void add(CaseBuilder to, AttentionShape shape) {
            SCALE.add(to, shape);
            CAUSAL.add(to, shape);
            to.attribute("left_window_size", 40L);
            SOFTCAP.add(to, shape);
            SINKS.add(to, shape);
            ALIBI.add(to, shape);
            LENGTHS.add(to, shape);
            ADDITIVE_MASK.add(to, shape);
        }
    };

    abstract void add(CaseBuilder to, AttentionShape shape);

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
