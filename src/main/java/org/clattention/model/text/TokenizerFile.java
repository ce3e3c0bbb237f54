package org.clattention.model.text;

import java.nio.file.Path;
import org.clattention.io.InvalidFileException;
import org.clattention.io.JsonReader;
import org.clattention.model.arch.ConfigJson;

/**
 * A {@code tokenizer.json}, checked before native code sees it: what that finds wrong at a bad moment ends the JVM, or never
 * ends. Taken are the parts that Hugging Face's library knows, within limits that published files are far from.
 *
 * <p>Limits: {@value #MAX_BYTES} bytes, {@value JsonReader#MAX_VALUES} values, 64 levels, 64 parts, texts that grow 64 times;
 * patterns as {@link SafePattern} has them.
 */
public final class TokenizerFile {
    /** Twice the largest published ones. */
    static final int MAX_BYTES = 64_000_000;

    /** Characters of a text that is not made longer. */
    static final int MOST_CHARACTERS = 1_000_000;

    private static final double FREE_GROWTH = 16;
    private static final int MOST_SPACES = 10_000;

    private final Path file;
    private final byte[] utf8;
    private final int mostCharacters;
    private final boolean quadratic;

    private TokenizerFile(Path file, byte[] utf8, TokenizerParts in) {
        this.file = file;
        this.utf8 = utf8;
        this.mostCharacters = (int) (MOST_CHARACTERS / Math.max(1, in.growth() / FREE_GROWTH));
        this.quadratic = in.isQuadratic();
    }

    /**
     * Reads and checks a file.
     *
     * @throws InvalidFileException if it is no regular file, too long, damaged, or has a part that is not known or not safe
     */
    public static TokenizerFile read(Path file) {
        byte[] utf8 = JsonReader.readBytes(file, MAX_BYTES);
        ConfigJson json = ConfigJson.parse(file, utf8);
        TokenizerParts in = new TokenizerParts();
        in.each(json, "normalizer", "normalizers", part -> TokenizerStages.normalizer(part, in));
        if (in.isQuadratic() && in.growth() > 1) {
            throw new InvalidFileException(file, "normalizer: is not among those that are known to be fast");
        }
        in.each(json, "pre_tokenizer", "pretokenizers", part -> TokenizerStages.preTokenizer(part, in));
        TokenizerParts out = new TokenizerParts();
        out.each(json, "decoder", "decoders", part -> TokenizerStages.decoder(part, out));
        new TokenizerParts().each(json, "post_processor", "processors", TokenizerTemplates::check);
        ConfigJson model = json.object("model");
        if (model == null) {
            throw new InvalidFileException(file, "model is missing");
        }
        TokenizerVocabulary.check(model);
        TokenizerVocabulary.checkAdded(json);
        checkTruncation(json);
        return new TokenizerFile(file, utf8, in);
    }

    /** Truncation is switched off later, but read first. */
    private static void checkTruncation(ConfigJson json) {
        ConfigJson truncation = json.object("truncation");
        if (truncation != null && truncation.count("stride", 0) >= truncation.size("max_length")) {
            throw truncation.refused("stride", "must be less than max_length");
        }
    }

    /** The file's path, as the caller named it. */
    public Path path() {
        return file;
    }

    /** The bytes that were checked. */
    public byte[] utf8() {
        return utf8.clone();
    }

    /**
     * Checks a text that is to become tokens.
     *
     * @throws IllegalArgumentException if it is too long for this tokenizer, or holds half of a surrogate pair
     */
    public void requireText(String text) {
        if (text.length() > mostCharacters) {
            throw new IllegalArgumentException("text: " + text.length() + " characters; this tokenizer takes at most "
                    + mostCharacters + " at once");
        }
        int spaces = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(
                        String.format("text: character %d, \\u%04x, is half of a surrogate pair", i, (int) c));
            }
            spaces = Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085' ? spaces + 1 : 0;
            if (quadratic && spaces > MOST_SPACES) {
                throw new IllegalArgumentException(
                        "text: more than " + MOST_SPACES + " spaces in a row; this tokenizer would take very long");
            }
        }
    }
}
