package org.clattention.model.text;

import java.nio.file.Files;
import java.nio.file.Path;
import org.clattention.io.InvalidFileException;
import org.clattention.model.ModelSpec;

/** Finds a model's tokenizer. */
public final class Tokenizers {
    private static final String LIBRARY = "ai.djl.huggingface.tokenizers.HuggingFaceTokenizer";

    private Tokenizers() {}

    /**
     * The tokenizer of a model's folder: what its {@code tokenizer.json} describes or, without one and with a vocabulary of 256,
     * bytes. To be closed by the caller.
     *
     * <p>A {@code tokenizer.json} needs the library {@code ai.djl.huggingface:tokenizers} on the class path, an optional
     * dependency.
     *
     * <p>The file is checked before the library sees it: its kind, its size (64 MB), its parts, its regular expressions. Texts
     * may have a million characters at once, fewer if the tokenizer makes them more than 16 times as long; longer ones, and
     * those with half of a surrogate pair, are an {@link IllegalArgumentException}.
     *
     * @throws InvalidFileException if there is no tokenizer, it is damaged or not safe, or the library is missing
     * @throws TokenizerLibraryException if the library is there, but its native part cannot be loaded
     */
    public static Tokenizer of(Path folder, ModelSpec spec) {
        Path file = folder.resolve("tokenizer.json");
        if (Files.exists(file)) {
            requireLibrary(file);
            return new JsonTokenizer(TokenizerFile.read(file));
        }
        if (spec.embedding().vocabularySize() == ByteTokenizer.VOCABULARY) {
            return new ByteTokenizer();
        }
        throw new InvalidFileException(
                folder,
                "has no tokenizer.json, and no tokenizer for a vocabulary of "
                        + spec.embedding().vocabularySize() + " is built in; tokens can be given by their numbers");
    }

    private static void requireLibrary(Path file) {
        try {
            Class.forName(LIBRARY, false, Tokenizers.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new InvalidFileException(
                    file, "needs the library ai.djl.huggingface:tokenizers on the class path", e);
        }
    }
}
