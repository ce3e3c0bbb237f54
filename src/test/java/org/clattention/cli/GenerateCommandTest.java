package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {
    private static final String MODEL = "test-data/kjv-tiny";

    @Test
    void textThenFigures() {
        Cli cli = Cli.run(
                "generate", "--device", "java", "--model", MODEL, "--prompt", "And God said, ", "--max-tokens", "40");
        assertThat(cli.code()).as("%s", cli).isEqualTo(ExitCode.PASSED);
        List<String> lines = cli.out().lines().toList();
        assertThat(lines.get(0)).startsWith("And God said, ");
        assertThat(lines.get(lines.size() - 1))
                .matches("\\[14 prompt tokens, first new token after \\d+ ms; 40 new tokens, [0-9.]+ tokens/s; .*");
    }

    @Test
    void theReferenceWritesTheSame() {
        String[] arguments = {"--model", MODEL, "--prompt", "The son of ", "--max-tokens", "24", "--json", "-"};
        assertThat(text("reference", arguments)).isEqualTo(text("java", arguments));
    }

    private static Object text(String device, String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "generate";
        all[1] = "--device";
        all[2] = device;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        Cli cli = Cli.run(all);
        assertThat(cli.code()).as("%s", cli).isEqualTo(ExitCode.PASSED);
        List<?> sequences = (List<?>) cli.json().get("sequences");
        return ((Map<?, ?>) sequences.get(0)).get("text");
    }

    @Test
    void severalPromptsAndRandomWeights() {
        Cli cli = Cli.run(
                "generate",
                "--device",
                "java",
                "--model",
                "test-data/models/llama",
                "--random-weights",
                "7",
                "--tokens",
                "1,2,3",
                "--tokens",
                "4",
                "--max-tokens",
                "5",
                "--temperature",
                "1.5",
                "--top-p",
                "0.9",
                "--top-k",
                "50",
                "--json",
                "-");
        assertThat(cli.code()).as("%s", cli).isEqualTo(ExitCode.PASSED);
        Map<String, Object> json = cli.json();
        assertThat((List<?>) json.get("sequences")).hasSize(2);
        assertThat(json.get("promptTokens")).hasToString("4");
        assertThat(json.get("newTokens")).hasToString("10");
    }

    @Test
    void aFullContextIsSaid() {
        String[] arguments = {
            "generate",
            "--device",
            "java",
            "--model",
            MODEL,
            "--prompt",
            "And ",
            "--prompt",
            "A",
            "--max-tokens",
            "9",
            "--context",
            "6"
        };
        Cli cli = Cli.run(arguments);
        assertThat(cli.code()).as("%s", cli).isEqualTo(ExitCode.PASSED);
        assertThat(cli.out())
                .contains("[cut: [0] after 3 of 9 new tokens the context of 6 tokens is full]")
                .contains("[cut: [1] after 6 of 9 new tokens the context of 6 tokens is full]");
        String[] json = Arrays.copyOf(arguments, arguments.length + 2);
        json[arguments.length] = "--json";
        json[arguments.length + 1] = "-";
        Map<String, Object> report = Cli.run(json).json();
        assertThat(report).containsEntry("maxTokens", 9L).containsEntry("context", 6L);
        assertThat((List<?>) report.get("sequences"))
                .allSatisfy(sequence -> assertThat((Map<?, ?>) sequence)
                        .hasFieldOrPropertyWithValue("cut", true)
                        .hasFieldOrPropertyWithValue("stop", "context_full"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generate | --model: missing",
                "generate --model /no/such/folder --prompt x | no such folder",
                "generate --model test-data --prompt x | config.json",
                "generate --model " + MODEL + " | give --prompt or --tokens",
                "generate --model " + MODEL + " --prompt x --tokens 1 | give --prompt or --tokens",
                "generate --model " + MODEL + " --tokens 1,x | --tokens 1,x: must be whole numbers",
                "generate --model " + MODEL + " --tokens 1,256 | tokens[1]: 256 must be from 0 to 255",
                "generate --model " + MODEL + " --prompt x --weights f8 | --weights f8: must be",
                "generate --model " + MODEL + " --prompt x --cache f8 | --cache f8: must be",
                "generate --model " + MODEL + " --prompt x --cache q8 --device java | head size",
                "generate --model " + MODEL + " --prompt x --temperature -1 | temperature: -1.0",
                "generate --model " + MODEL + " --prompt x --top-p 2 | topP: 2.0",
                "generate --model " + MODEL + " --prompt x --top-k -2 | topK: -2",
                "generate --model " + MODEL + " --prompt x --max-tokens 0 | maxNewTokens: 0",
                "generate --model " + MODEL + " --prompt x --context 100000 | --context 100000: the model has",
                "generate --model " + MODEL + " --prompt xyz --context 2 | the longest prompt has 3 tokens",
                "generate --model " + MODEL
                        + " --prompt x --device reference --peak | --device reference: takes neither",
                "generate --model test-data/models/bert --tokens 1 --device java | does not predict next tokens",
                "generate --model test-data/models/llama --prompt x | has no tokenizer.json",
            })
    void badInputIsOneLine(String command, String part) {
        Cli.run(command.strip().split(" ")).requireOneLine(ExitCode.BAD_INPUT, part.strip());
    }

    /** Damages a copy of a model. */
    private interface Damage {
        void to(Path folder) throws IOException;
    }

    @TempDir
    private Path copies;

    private void refused(String model, String part, Damage damage) throws IOException {
        Path folder = copy(model);
        damage.to(folder);
        Cli.run("generate", "--device", "java", "--model", folder.toString(), "--tokens", "1")
                .requireOneLine(ExitCode.BAD_INPUT, part);
    }

    private Path copy(String model) throws IOException {
        Path folder = Files.createTempDirectory(copies, model);
        try (Stream<Path> files = Files.list(Path.of("test-data", "models", model))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder;
    }

    private static Damage config(String from, String to) {
        return folder -> {
            Path config = folder.resolve("config.json");
            String text = Files.readString(config);
            assertThat(text).contains(from);
            Files.writeString(config, text.replace(from, to));
        };
    }

    @Test
    void damagedFoldersAreOneLine() throws IOException {
        refused(
                "llama_sharded",
                "model-00002-of-00002.safetensors",
                folder -> Files.delete(folder.resolve("model-00002-of-00002.safetensors")));
        refused("llama", "truncated", folder -> {
            Path file = folder.resolve("model.safetensors");
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, 100));
        });
        refused("llama", "over the limit of 4000000", folder -> {
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve("config.json").toFile(), "rw")) {
                file.setLength(99_000_000);
            }
        });
        refused("llama", "MixtralForCausalLM", config("LlamaForCausalLM", "MixtralForCausalLM"));
        refused("llama", "config.json", config("\"rms_norm_eps\": ", "\"rms_norm_eps\": NaN, \"x\": "));
        refused("llama", "must be [113, 32]", config("\"vocab_size\": 112", "\"vocab_size\": 113"));
    }

    @Test
    void tokenizersThatNativeCodeWouldDieOfAreOneLine() throws IOException {
        String file = "{\"version\": \"1.0\", \"model\": {\"type\": \"TYPE\", \"vocab\": {\"b\": 0},"
                + " \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\"}}";
        for (String type : List.of("WordLevel", "WordPiece")) {
            Path folder = copy("llama");
            Files.writeString(folder.resolve("tokenizer.json"), file.replace("TYPE", type));
            Cli.run("generate", "--device", "java", "--model", folder.toString(), "--prompt", "TEXT")
                    .requireOneLine(
                            ExitCode.BAD_INPUT, "tokenizer.json: model.unk_token = [UNK] is not in the vocabulary");
        }
    }

    @Test
    void anUnknownDeviceHasItsOwnCode() {
        Cli.run("generate", "--model", MODEL, "--prompt", "x", "--device", "nosuch")
                .requireOneLine(ExitCode.NO_DEVICE, "device nosuch");
    }
}
