package org.clattention.verify;

import java.util.Locale;
import org.clattention.HostTensor;

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
