package org.clattention.model.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.clattention.io.InvalidFileException;

/** What a {@code tokenizer.json} describes, by Hugging Face's own library. */
final class JsonTokenizer implements Tokenizer {
    private final TokenizerFile file;
    private final HuggingFaceTokenizer tokenizer;

    /** Calls share it; closing waits for them: what the library frees must not be in use. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private boolean closed;

    /**
     * @throws InvalidFileException if the library does not take the file
     * @throws TokenizerLibraryException if the library cannot be loaded
     */
    JsonTokenizer(TokenizerFile file) {
        this.file = file;
        requireNative();
        try {
            // Not by its path: the library reads what was checked, even if the file has changed.
            tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(file.utf8()), Map.of("truncation", "false", "padding", "false"));
        } catch (IOException | RuntimeException e) {
            throw new InvalidFileException(file.path(), "cannot be used as a tokenizer: " + firstLine(e), e);
        }
    }

    private static void requireNative() {
        // The library would otherwise ask the network for natives of other platforms.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
        try {
            LibUtils.checkStatus();
        } catch (EngineException | LinkageError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new TokenizerLibraryException(
                    "the native library of ai.djl.huggingface:tokenizers cannot be loaded: "
                            + root.getClass().getSimpleName() + ": " + firstLine(root) + cure(root),
                    e);
        }
    }

    private static String cure(Throwable root) {
        if (String.valueOf(root.getMessage()).contains("already loaded in another classloader")) {
            return "; a JVM loads it for one class loader only: put ai.djl.huggingface:tokenizers where all share it";
        }
        return root instanceof IllegalCallerException ? "; start the JVM with --enable-native-access=ALL-UNNAMED" : "";
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
            if (closed) {
                throw new IllegalStateException("the tokenizer of " + file.path() + " is closed");
            }
            return call.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public int[] encode(String text) {
        file.requireText(text);
        return used(() -> {
            try {
                return Arrays.stream(tokenizer.encode(text).getIds())
                        .mapToInt(Math::toIntExact)
                        .toArray();
            } catch (RuntimeException e) {
                throw new InvalidFileException(file.path(), "cannot encode this text: " + firstLine(e), e);
            }
        });
    }

    @Override
    public String decode(int... tokens) {
        return tokens.length == 0 ? "" : decode(true, tokens);
    }

    @Override
    public byte[] bytes(int token) {
        return decode(false, token).getBytes(StandardCharsets.UTF_8);
    }

    private String decode(boolean skipSpecial, int... tokens) {
        return used(() -> {
            try {
                return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), skipSpecial);
            } catch (RuntimeException e) {
                throw new InvalidFileException(file.path(), "cannot decode these tokens: " + firstLine(e), e);
            }
        });
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
