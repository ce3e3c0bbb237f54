package org.clattention.model;

/** Hears of tokens as they are generated. */
@FunctionalInterface
public interface TokenListener {
    /** Hears nothing and lets everything go on. */
    TokenListener NONE = (sequence, token) -> true;

    /**
     * A token has been chosen.
     *
     * @return false to cancel: no sequence goes on
     */
    boolean token(int sequence, int token);
}
