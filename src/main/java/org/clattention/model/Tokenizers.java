package org.clattention.model;

import java.nio.file.Files;
import java.nio.file.Path;
import org.clattention.io.InvalidFileException;

/** Finds a model's tokenizer. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * The tokenizer of a model's folder: bytes for a vocabulary of 256 without a {@code tokenizer.json}.
     *
     * @throws InvalidFileException if the folder needs a tokenizer that is not supported
     */
    public static Tokenizer of(Path folder, ModelSpec spec) {
        boolean described = Files.exists(folder.resolve("tokenizer.json"));
        if (!described && spec.embedding().vocabularySize() == ByteTokenizer.VOCABULARY) {
            return new ByteTokenizer();
        }
        throw new InvalidFileException(
                folder,
                described
                        ? "tokenizer.json: only models of bytes have a tokenizer here; give the prompt as tokens"
                        : "no tokenizer for a vocabulary of " + spec.embedding().vocabularySize()
                                + "; give the prompt as tokens");
    }
}
