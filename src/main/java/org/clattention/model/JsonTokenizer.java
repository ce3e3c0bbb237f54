package org.clattention.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.clattention.io.InvalidFileException;

/** What a {@code tokenizer.json} describes, by Hugging Face's own library. */
final class JsonTokenizer implements Tokenizer {
    private final HuggingFaceTokenizer tokenizer;

    /** @throws InvalidFileException if the file is damaged or the library cannot be loaded */
    JsonTokenizer(Path file) {
        // The library would otherwise ask the network for natives of other platforms.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
        try {
            tokenizer = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new InvalidFileException(file, "cannot be used as a tokenizer: " + firstLine(e), e);
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
    }

    @Override
    public int[] encode(String text) {
        return Arrays.stream(tokenizer.encode(text).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public String decode(int... tokens) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true);
    }

    @Override
    public byte[] bytes(int token) {
        return tokenizer.decode(new long[] {token}, false).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
