package org.clattention.model.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Text that comes token by token: gives what has become certain. A character may lie in several tokens, and a word's first
 * token may be written otherwise when it stands alone, so that text is always decoded together with the tokens before it.
 */
public final class TextStream {
    private static final char REPLACEMENT = '\ufffd';

    private final Tokenizer tokenizer;
    private final List<Integer> tokens = new ArrayList<>();

    /** Tokens from here on are decoded; those before {@code shown} only as context. */
    private int context;

    private int shown;

    /**
     * A stream that begins after a prompt.
     *
     * @param prompt tokens before the first, which are context alone; may be empty
     */
    public TextStream(Tokenizer tokenizer, int... prompt) {
        this.tokenizer = tokenizer;
        for (int token : prompt) {
            tokens.add(token);
        }
        this.shown = prompt.length;
    }

    /** Adds a token and returns the text that it completes; empty if it completes none. */
    public String add(int token) {
        tokens.add(token);
        String before = text(shown);
        String now = text(tokens.size());
        if (now.length() <= before.length() || now.charAt(now.length() - 1) == REPLACEMENT) {
            return "";
        }
        context = shown;
        shown = tokens.size();
        return now.substring(before.length());
    }

    /** What is left at the end: the text of tokens that never became whole. */
    public String end() {
        String rest = text(tokens.size()).substring(text(shown).length());
        shown = tokens.size();
        context = shown;
        return rest;
    }

    private String text(int end) {
        return tokenizer.decode(
                tokens.subList(context, end).stream().mapToInt(i -> i).toArray());
    }
}
