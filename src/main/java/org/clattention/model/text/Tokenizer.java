package org.clattention.model.text;

/** Text to tokens and back. Thread-safe. */
public interface Tokenizer extends AutoCloseable {
    /** The tokens of a text, with those that the model expects around it. */
    int[] encode(String text);

    /** The text of tokens; bytes that are no text become U+FFFD. Special tokens are left out. */
    String decode(int... tokens);

    /** The bytes, in UTF-8, of one token alone; U+FFFD for a part of a character, unless tokens are bytes. */
    byte[] bytes(int token);

    @Override
    default void close() {
        // Most hold nothing.
    }
}
