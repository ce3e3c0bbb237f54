package org.clattention.internal.backend.opencl;

import java.util.Locale;
import org.clattention.config.DeviceInfo;
import org.clattention.error.DeviceException;
import org.clattention.internal.backend.AttentionOp;

/**
 * What Mesa's llvmpipe can compute. It ends the loops of a kernel, without a word, once a work-item has gone round
 * {@value #ROUNDS} times in all its loops together: rounds of inner loops count, and so does each loop's last test. Every group
 * begins anew. Results of longer loops would be wrong, and differ from run to run, so they are refused.
 */
final class LoopLimit {
    /** Rounds after which loops end. */
    static final int ROUNDS = 65535;

    /** The most keys of a call, or inputs of a product: their loops take about 11 rounds for each; 16 leave some room. */
    static final int MOST = 4096;

    private final String device;
    private final boolean limited;

    LoopLimit(DeviceInfo info) {
        this.device = info.name();
        this.limited = device.toLowerCase(Locale.ROOT).contains("llvmpipe");
    }

    /** Refuses attention whose loops are too long. */
    void attention(AttentionOp step) {
        AttentionOp.Wanted wanted = step.wanted();
        require("attention to so many keys", step.shape().keyLength(), MOST);
        // One item looks through a row once for each key and once for the entropy, or goes down a column.
        require(
                "so many largest weights of rows of so many keys",
                (wanted.topCount() + 2L) * step.shape().keys(),
                wanted.topKeys() == null ? Long.MAX_VALUE : ROUNDS - 1);
        require(
                "column sums over so many queries",
                step.shape().queryLength(),
                wanted.columnSums() == null ? Long.MAX_VALUE : ROUNDS - 1);
    }

    /** Refuses products whose loops are too long. */
    void product(int inputs) {
        require("a product over so many inputs", inputs, MOST);
    }

    private void require(String what, long count, long most) {
        if (limited && count > most) {
            throw new DeviceException(what + " (" + count + ") would be wrong on " + device + ": this driver ends a"
                    + " kernel's loops after " + ROUNDS + " rounds, which is safe up to " + most
                    + "\n  fix: use another device: PoCL (apt install pocl-opencl-icd) or --device java");
        }
    }
}
