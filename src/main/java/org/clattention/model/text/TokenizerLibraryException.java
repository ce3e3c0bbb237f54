package org.clattention.model.text;

/**
 * The native library behind {@code tokenizer.json} cannot be used in this JVM: it does not load. The message is one line with
 * the cause, and with a cure where one is known.
 */
public final class TokenizerLibraryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TokenizerLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
