package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.clattention.model.TokenizerFiles.with;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assumptions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.io.InvalidFileException;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused here would end the JVM or never end; what is taken is then used. */
@Timeout(60)
class TokenizerFileTest {
    private static final String X = "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"aa\"}";

    @TempDir
    private Path folder;

    private final ModelSpec spec =
            ModelFolder.open(Path.of("test-data", "models", "llama")).spec();

    private Tokenizer open(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        return Tokenizers.of(folder, spec);
    }

    static List<Arguments> bad() {
        return List.of(
                bad(
                        "unk_token",
                        "is not in the vocabulary",
                        "model",
                        TokenizerFiles.WORDS.replace("\"[UNK]\": 3", "\"c\": 3")),
                bad(
                        "unk_token",
                        "is not in the vocabulary",
                        "model",
                        TokenizerFiles.PIECES.replace("\"[UNK]\": 2", "\"c\": 2")),
                bad(
                        "unk_token",
                        "is not in the vocabulary",
                        "model",
                        TokenizerFiles.PAIRS.replace("\"unk_token\": null", "\"unk_token\": \"u\"")),
                bad("max_input", "at most 1000", "model", TokenizerFiles.PIECES.replace("100}", "1000000}")),
                bad(
                        "dropout",
                        "random",
                        "model",
                        TokenizerFiles.PAIRS.replace("\"dropout\": null", "\"dropout\": 0.5")),
                bad(
                        "merges",
                        "must begin with ##",
                        "model",
                        TokenizerFiles.PAIRS.replace("prefix\": null", "prefix\": \"##\"")),
                bad(
                        "merges",
                        "two tokens of the vocabulary",
                        "model",
                        TokenizerFiles.PAIRS.replace("[\"a\", \"b\"]", "[\"b\", \"a\"]")),
                bad(
                        "vocab",
                        "must be from 0 to",
                        "model",
                        TokenizerFiles.WORDS.replace("\"b\": 1", "\"b\": 3000000000")),
                bad(
                        "vocab",
                        "must be an object",
                        "model",
                        TokenizerFiles.WORDS.replace("\"vocab\": {", "\"vocab\": [], \"v\": {")),
                bad(
                        "unk_id",
                        "not in the vocabulary of 3",
                        "model",
                        TokenizerFiles.SCORES.replace("\"unk_id\": 0", "\"unk_id\": 3")),
                bad(
                        "vocab",
                        "a token and its score",
                        "model",
                        TokenizerFiles.SCORES.replace("[\"a\", -1.0]", "[\"a\"]")),
                bad("type", "is not known", "model", "{\"type\": \"Words\"}"),
                bad("model.type", "is missing", "model", "{}"),
                bad("Regex", "known to be fast", "pre_tokenizer", TokenizerFiles.split("^(([a-z])+.)+[A-Z]([a-z])+$")),
                bad(
                        "length",
                        "must be an integer from 1",
                        "pre_tokenizer",
                        "{\"type\": \"FixedLength\", \"length\": 0}"),
                bad("type", "is part 65", "pre_tokenizer", sequence("pretokenizers", "{\"type\": \"Whitespace\"}", 65)),
                bad(
                        "type",
                        "times as long",
                        "pre_tokenizer",
                        sequence("pretokenizers", "{\"type\": \"ByteLevel\"}", 20)),
                bad("content", "times as long", "normalizer", sequence("normalizers", X, 40)),
                bad("content", "times as long", "decoder", sequence("decoders", X, 40)),
                bad(
                        "prepend",
                        "times as long",
                        "normalizer",
                        "{\"type\": \"Prepend\", \"prepend\": \"" + "x".repeat(100) + "\"}"),
                bad(
                        "precompiled_charsmap",
                        "too short",
                        "normalizer",
                        "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"\"}"),
                bad("precompiled_charsmap", "leads out of it", "normalizer", charsmap(new int[] {1 << 10, 0}, "x\0")),
                bad("String", "must have 1 to", "normalizer", X.replace("\"String\": \"a\"", "\"String\": \"\"")),
                bad(
                        "stop",
                        "must be 0",
                        "decoder",
                        "{\"type\": \"Strip\", \"content\": \" \", \"start\": 0, \"stop\": 1}"),
                bad(
                        "[X]",
                        "special_tokens",
                        "post_processor",
                        template("{\"SpecialToken\": {\"id\": \"[X]\", \"type_id\": 0}}", "{}")),
                bad(
                        "id = B",
                        "must be one of [A]",
                        "post_processor",
                        template("{\"Sequence\": {\"id\": \"B\", \"type_id\": 0}}", "{}")),
                bad(
                        "special_tokens",
                        "as many ids",
                        "post_processor",
                        template(
                                "{\"SpecialToken\": {\"id\": \"[X]\", \"type_id\": 0}}",
                                "{\"[X]\": {\"id\": \"[X]\", \"ids\": [1], \"tokens\": []}}")),
                bad(
                        "sep",
                        "a token and its number",
                        "post_processor",
                        "{\"type\": \"BertProcessing\", \"sep\": [\"a\", -1], \"cls\": [\"a\", 0]}"),
                bad("added_tokens[0].id", "must be from 0", "added_tokens", "[{\"id\": -1, \"content\": \"x\"}]"),
                bad(
                        "stride",
                        "less than max_length",
                        "truncation",
                        "{\"max_length\": 4, \"strategy\": \"LongestFirst\", \"stride\": 4}"));
    }

    private static Arguments bad(String first, String second, String key, String part) {
        return Arguments.of(first, second, with(key, part));
    }

    private static String sequence(String list, String part, int count) {
        return "{\"type\": \"Sequence\", \"" + list + "\": " + Collections.nCopies(count, part) + "}";
    }

    private static String template(String piece, String special) {
        return "{\"type\": \"TemplateProcessing\", \"single\": [" + piece
                + ", {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}], \"pair\": [], \"special_tokens\": " + special
                + "}";
    }

    private static String charsmap(int[] trie, String texts) {
        ByteBuffer out =
                ByteBuffer.allocate(4 + 4 * trie.length + texts.length()).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(4 * trie.length);
        Arrays.stream(trie).forEach(out::putInt);
        texts.chars().forEach(c -> out.put((byte) c));
        return "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \""
                + Base64.getEncoder().encodeToString(out.array()) + "\"}";
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesInOneLine(String first, String second, String json) {
        assertThatThrownBy(() -> open(json))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(folder.resolve("tokenizer.json") + ": ")
                .hasMessageContaining(first)
                .hasMessageContaining(second)
                .hasMessageNotContaining("\n");
    }

    static List<String> good() {
        return List.of(
                with(Map.of()),
                with("model", TokenizerFiles.PIECES),
                with("model", TokenizerFiles.PAIRS),
                with("model", TokenizerFiles.SCORES),
                with("model", TokenizerFiles.SCORES.replace("\"unk_id\": 0", "\"unk_id\": null")),
                with("model", TokenizerFiles.PAIRS.replace("[\"a\", \"b\"]", "\"a b\"")),
                with("normalizer", sequence("normalizers", X, 5)),
                with("normalizer", "{\"type\": \"Prepend\", \"prepend\": \"▁\"}"),
                with(
                        "normalizer",
                        "{\"type\": \"BertNormalizer\", \"clean_text\": true, \"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": true}"),
                with(
                        "pre_tokenizer",
                        "{\"type\": \"Metaspace\", \"replacement\": \"▁\", \"prepend_scheme\": \"always\", \"split\": true}"),
                with("pre_tokenizer", "{\"type\": \"FixedLength\", \"length\": 1}"),
                with("pre_tokenizer", "{\"type\": \"Punctuation\", \"behavior\": \"Isolated\"}"),
                with("pre_tokenizer", TokenizerFiles.split("\\s+$")),
                with("pre_tokenizer", TokenizerFiles.split("\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")),
                with("decoder", "{\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}"),
                with("decoder", "{\"type\": \"BPEDecoder\", \"suffix\": \"</w>\"}"),
                with("decoder", "{\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": true}"),
                with(
                        "decoder",
                        "{\"type\": \"CTC\", \"pad_token\": \"a\", \"word_delimiter_token\": \"b\", \"cleanup\": true}"),
                with(
                        "post_processor",
                        template(
                                "{\"SpecialToken\": {\"id\": \"[X]\", \"type_id\": 0}}",
                                "{\"[X]\": {\"id\": \"[X]\", \"ids\": [1], \"tokens\": [\"b\"]}}")),
                with(
                        "post_processor",
                        "{\"type\": \"RobertaProcessing\", \"sep\": [\"b\", 1], \"cls\": [\"a\", 0], \"trim_offsets\": true, \"add_prefix_space\": false}"),
                with(
                        "added_tokens",
                        "[{\"id\": 4, \"content\": \"<s>\", \"single_word\": false, \"lstrip\": true, \"rstrip\": true, \"normalized\": true, \"special\": true}]"),
                with(
                        "truncation",
                        "{\"direction\": \"Right\", \"max_length\": 2, \"strategy\": \"LongestFirst\", \"stride\": 0}"),
                with(
                        "padding",
                        "{\"strategy\": {\"Fixed\": 100000}, \"direction\": \"Right\", \"pad_to_multiple_of\": null, \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\": \"a\"}"));
    }

    /** Whatever the text: tokens, or an exception that names the file. */
    @ParameterizedTest
    @MethodSource("good")
    void whatIsTakenLivesThroughAnyText(String json) throws IOException {
        try (Tokenizer tokenizer = open(json)) {
            List<String> texts = List.of(
                    "",
                    "a",
                    "ab a",
                    "\0",
                    "a\0b",
                    "<s>",
                    " <s> <s>",
                    "\u0130\ufdfa\u1e9e",
                    "\ud83d\ude00",
                    "\uffff",
                    "e\u0301",
                    "a".repeat(100_000),
                    " ".repeat(9_000) + "x",
                    "\n".repeat(1000),
                    "\u2028\u0085 \u3000");
            for (String text : texts) {
                try {
                    int[] tokens = tokenizer.encode(text);
                    assertThat(tokenizer.decode(tokens)).isNotNull();
                } catch (InvalidFileException e) {
                    assertThat(e).hasMessageContaining("tokenizer.json: cannot encode this text");
                }
            }
            for (int token : new int[] {0, 1, 2, 3, 4, 100, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThat(tokenizer.decode(token)).isNotNull();
                assertThat(tokenizer.bytes(token)).isNotNull();
            }
            assertThat(tokenizer.decode()).isEmpty();
        }
    }

    @Test
    void textsThatCannotBeTokensAreArguments() throws IOException {
        try (Tokenizer tokenizer =
                open(with(Map.of("model", TokenizerFiles.WORDS, "pre_tokenizer", TokenizerFiles.split("\\s+$"))))) {
            assertThatThrownBy(() -> tokenizer.encode("a\ud800b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("half of a surrogate pair");
            assertThatThrownBy(() -> tokenizer.encode("\udc00"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("half of a surrogate pair");
            assertThatThrownBy(() -> tokenizer.encode("a".repeat(1_000_001)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1000001 characters");
            assertThatThrownBy(() -> tokenizer.encode(" ".repeat(10_001) + "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("spaces in a row");
        }
    }

    @Test
    void aMapOfCharactersIsFollowed() throws IOException {
        int[] trie = new int[512];
        trie[0] = 256 << 10;
        trie[256 ^ 'b'] = 'b' | 1 << 8 | 128 << 10;
        trie[256 ^ 'b' ^ 128] = 1 << 31; // the leaf: the text at 0
        try (Tokenizer tokenizer = open(with("normalizer", charsmap(trie, "a\0")))) {
            assertThat(tokenizer.encode("b")).containsExactly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "/dev/stdin", "/proc/self/mem"})
    void devicesAreNotRead(String device) throws IOException {
        Path real = Path.of(device);
        Assumptions.assumeThat(Files.exists(real)).isTrue();
        Files.createSymbolicLink(folder.resolve("tokenizer.json"), real);
        assertSoon(() -> Tokenizers.of(folder, spec));
    }

    @Test
    void pipesAndFoldersAreNotRead() throws Exception {
        Path pipe = folder.resolve("tokenizer.json");
        Assumptions.assumeThat(
                        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertSoon(() -> Tokenizers.of(folder, spec));
        Files.delete(pipe);
        Files.createDirectory(pipe);
        assertSoon(() -> Tokenizers.of(folder, spec));
    }

    @Test
    void longFilesAreRefusedBySize() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("tokenizer.json").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        assertSoon(() -> Tokenizers.of(folder, spec));
    }

    private static void assertSoon(ThrowingCallable call) {
        long start = System.nanoTime();
        assertThatThrownBy(call).isInstanceOf(InvalidFileException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void deepNestingIsRefused() {
        String json = with("normalizer", "[".repeat(100_000) + "]".repeat(100_000));
        assertThatThrownBy(() -> open(json))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("depth");
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void closingWaitsForCallsAndForbidsLaterOnes() throws Exception {
        for (int round = 0; round < 20; round++) {
            Tokenizer tokenizer = open(with("model", TokenizerFiles.PAIRS));
            Thread[] threads = new Thread[4];
            Throwable[] wrong = new Throwable[threads.length];
            for (int t = 0; t < threads.length; t++) {
                int number = t;
                threads[t] = new Thread(() -> {
                    try {
                        while (true) {
                            assertThat(tokenizer.encode("ab".repeat(50))).hasSize(50);
                            assertThat(tokenizer.decode(2, 0)).isNotEmpty();
                            assertThat(tokenizer.bytes(2)).isNotEmpty();
                        }
                    } catch (IllegalStateException e) {
                        wrong[number] = e.getMessage().contains("is closed") ? null : e;
                    } catch (RuntimeException | Error e) {
                        wrong[number] = e;
                    }
                });
                threads[t].start();
            }
            Thread.sleep(20);
            tokenizer.close();
            tokenizer.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).containsOnlyNulls();
        }
    }
}
