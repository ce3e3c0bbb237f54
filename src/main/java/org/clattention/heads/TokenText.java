package org.clattention.heads;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Tokens as people can see them: spaces, line breaks, control characters and stray bytes get a visible form. */
public final class TokenText {
    private TokenText() {}

    /**
     * A token's text: a space becomes ·, a line feed ↵, a tab ⇥, a carriage return ␍; other characters without a form of
     * their own (control, zero-width, direction marks, unpaired surrogates) their code as ‹U+200B›; no text ‹empty›.
     */
    public static String visible(String text) {
        if (text.isEmpty()) {
            return "‹empty›";
        }
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> append(out, c));
        return out.toString();
    }

    /** A token's bytes: text where they are UTF-8; else ASCII characters as they are and all other bytes as ‹0xE2›. */
    public static String visible(byte[] bytes) {
        try {
            return visible(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            StringBuilder out = new StringBuilder();
            for (byte b : bytes) {
                if (b >= 0) {
                    append(out, b);
                } else {
                    out.append(String.format(Locale.ROOT, "‹0x%02X›", b & 0xff));
                }
            }
            return out.toString();
        }
    }

    private static void append(StringBuilder out, int c) {
        switch (c) {
            case ' ' -> out.append('·');
            case '\n' -> out.append('↵');
            case '\t' -> out.append('⇥');
            case '\r' -> out.append('␍');
            default -> {
                if (isShown(c)) {
                    out.appendCodePoint(c);
                } else {
                    out.append(String.format(Locale.ROOT, "‹U+%04X›", c));
                }
            }
        }
    }

    private static boolean isShown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
