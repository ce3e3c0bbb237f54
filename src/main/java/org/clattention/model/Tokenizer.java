package org.clattention.model;

/** Text to tokens and back. Thread-safe. */
public interface Tokenizer {
    /** The tokens of a text, with those that the model expects in front. */
    int[] encode(String text);

    /** The text of tokens; bytes that are no text become U+FFFD. Special tokens are left out. */
    String decode(int... tokens);

    /** One token as it is shown to people: never empty, with control characters made visible. */
    String show(int token);
}
