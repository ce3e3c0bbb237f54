package org.clattention.model.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.clattention.io.InvalidFileException;

/** What a {@code tokenizer.json} describes, by Hugging Face's own library. */
final class JsonTokenizer implements Tokenizer {
    private final HuggingFaceTokenizer tokenizer;

    /** Calls share it; closing waits for them: what the library frees must not be in use. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

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

    private <T> T used(Supplier<T> call) {
        lock.readLock().lock();
        try {
            return call.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public int[] encode(String text) {
        return Arrays.stream(tokenizer.encode(text).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public String decode(int... tokens) {
        return used(() -> tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true));
    }

    @Override
    public byte[] bytes(int token) {
        return used(() -> tokenizer.decode(new long[] {token}, false)).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
