package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.clattention.io.InvalidFileException;
import org.clattention.model.text.ByteTokenizer;
import org.clattention.model.text.TextStream;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTokenizerTest {
    /** Byte-level byte pairs in the form of GPT-2: Ġ stands for a space. */
    private static final String BYTE_PAIRS = """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             "post_processor": null,
             "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
              "end_of_word_suffix": null, "fuse_unk": false,
              "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "abc": 5, "Ġa": 6, "Ã": 7, "¼": 8},
              "merges": ["a b", "ab c", "Ġ a"]}}
            """;

    @TempDir
    private Path folder;

    private final ModelSpec spec =
            ModelFolder.open(Path.of("test-data", "models", "llama")).spec();

    @Test
    void encodesAndDecodes() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), BYTE_PAIRS);
        try (Tokenizer tokenizer = Tokenizers.of(folder, spec)) {
            assertThat(tokenizer.encode("abcab a")).containsExactly(5, 4, 6);
            assertThat(tokenizer.decode(5, 4, 6)).isEqualTo("abcab a");
            assertThat(new String(tokenizer.bytes(6), StandardCharsets.UTF_8)).isEqualTo(" a");
        }
    }

    @Test
    void aCharacterOfTwoTokensAppearsWhenItIsWhole() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), BYTE_PAIRS);
        try (Tokenizer tokenizer = Tokenizers.of(folder, spec)) {
            assertThat(tokenizer.encode("ü")).containsExactly(7, 8);
            TextStream stream = new TextStream(tokenizer);
            assertThat(stream.add(0)).isEqualTo("a");
            assertThat(stream.add(7)).isEmpty();
            assertThat(stream.add(8)).isEqualTo("ü");
            assertThat(stream.add(7)).isEmpty();
            assertThat(stream.end()).isEqualTo("\ufffd");
        }
    }

    @Test
    void bytesStreamLikewise() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        TextStream stream = new TextStream(tokenizer);
        StringBuilder text = new StringBuilder();
        for (int token : tokenizer.encode("naïve €5 🙂.")) {
            text.append(stream.add(token));
        }
        assertThat(text.append(stream.end())).hasToString("naïve €5 🙂.");
    }

    @Test
    void damagedFilesAreOneLine() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": 1}");
        assertThatThrownBy(() -> Tokenizers.of(folder, spec))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("model = 1 must be an object")
                .hasMessageNotContaining("\n");
    }

    @Test
    void withoutATokenizerTheMessageSaysWhatElseToDo() {
        assertThatThrownBy(() -> Tokenizers.of(folder, spec))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("tokens can be given by their numbers");
    }
}
