package org.clattention.model;

/** A model gave logits that no next token can be chosen from: its weights or the device are damaged. */
public final class DamagedLogitsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DamagedLogitsException(int token, float logit) {
        super("the logit of token " + token + " is " + logit + ": the model's weights or the device are damaged");
    }
}
