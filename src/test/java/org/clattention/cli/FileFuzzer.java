package org.clattention.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes files that are almost right: a good one with a few changes, the same for the same seed. */
final class FileFuzzer {
    /** What is damaged. */
    enum Kind {
        CASE,
        WEIGHTS,
        CONFIG,
        INDEX,
        TOKENIZER
    }

    private static final Path DATA = Path.of("test-data");
    private static final Path MODELS = DATA.resolve("models");
    private static final List<String> CASES = List.of(
            "hand_worked_example.safetensors",
            "attention_lengths.safetensors",
            "block_llama_qk_norm.safetensors",
            "mha_rope_yarn_parameters.safetensors",
            "mla_step.safetensors",
            "mha_seeded_length_one.safetensors",
            "softmax_axis_0.safetensors");
    private static final List<String> FAMILIES =
            List.of("llama", "gpt2", "gemma2", "qwen3", "mistral", "deepseek_v2").stream()
                    .filter(name -> Files.isDirectory(MODELS.resolve(name)))
                    .toList();

    /** A whole value of JSON without others in it, or an empty list or object, or a sign. */
    private static final Pattern VALUE = Pattern.compile(
            "\"(?:[^\"\\\\]++|\\\\.)*+\"|-?\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?|true|false|null|\\[\\s*]|\\{\\s*}|[\\[\\]{},:]");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "1",
            "-1",
            "2",
            "3",
            "0.5",
            "1e-46",
            "1e308",
            "1e999",
            "-0.0",
            "65",
            "100000",
            "2147483647",
            "2147483648",
            "4294967296",
            "9223372036854775807",
            "18446744073709551616",
            "\"\"",
            "\"a\"",
            "\"[UNK]\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"" + "x".repeat(5000) + "\"",
            "[]",
            "{}",
            "[[]]",
            "[1, 2]",
            "{\"type\": \"Sequence\"}",
            "[".repeat(100),
            "\"(a+)+$\"",
            "\"BPE\"",
            "\"Unigram\"",
            "\"WordPiece\"",
            "\"F64\"",
            "\"I64\"",
            "\"BF16\"");

    private final Random random;

    FileFuzzer(long seed) {
        this.random = new Random(seed);
    }

    /** Puts the file into a folder, with what it needs beside it, and returns the command that reads it. */
    String[] create(Kind kind, Path folder) throws IOException {
        if (kind == Kind.CASE) {
            Path file = folder.resolve("case.safetensors");
            Files.write(file, safetensors(Files.readAllBytes(DATA.resolve(any(CASES)))));
            return new String[] {"verify", "--device", random.nextInt(4) == 0 ? "reference" : "java", file.toString()};
        }
        Path model = MODELS.resolve(kind == Kind.INDEX ? "llama_sharded" : any(FAMILIES));
        try (var files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                String name = file.getFileName().toString();
                boolean damaged = switch (kind) {
                    case WEIGHTS -> name.equals("model.safetensors");
                    case CONFIG -> name.equals("config.json");
                    case INDEX -> name.endsWith("index.json");
                    default -> false;
                };
                byte[] changed = !damaged ? bytes : kind == Kind.WEIGHTS ? safetensors(bytes) : json(bytes);
                Files.write(folder.resolve(name), changed);
            }
        }
        List<String> command = new ArrayList<>(
                List.of("generate", "--device", "java", "--model", folder.toString(), "--max-tokens", "2"));
        if (kind == Kind.TOKENIZER) {
            String tokenizer = any(TokenizerSeeds.ALL);
            Files.write(folder.resolve("tokenizer.json"), json(tokenizer.getBytes(StandardCharsets.UTF_8)));
            command.addAll(List.of("--prompt", any(TokenizerSeeds.TEXTS)));
        } else {
            command.addAll(List.of("--tokens", "1,2,3"));
        }
        return command.toArray(String[]::new);
    }

    private byte[] safetensors(byte[] file) {
        if (random.nextInt(4) == 0) {
            return bytes(file);
        }
        int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        byte[] header = json(Arrays.copyOfRange(file, 8, 8 + length));
        ByteBuffer out = ByteBuffer.allocate(8 + header.length + file.length - 8 - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header).put(file, 8 + length, file.length - 8 - length);
        return out.array();
    }

    /** Other bits, another length, or a number where the length of the header stands. */
    private byte[] bytes(byte[] given) {
        byte[] out = given.clone();
        switch (random.nextInt(4)) {
            case 0 -> out = Arrays.copyOf(out, random.nextInt(2 * out.length + 1));
            case 1 -> {
                if (out.length >= 8) {
                    ByteBuffer.wrap(out)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(0, random.nextLong() >> random.nextInt(64));
                }
            }
            default -> {
                for (int i = random.nextInt(8); i >= 0 && out.length > 0; i--) {
                    int at = random.nextInt(random.nextBoolean() ? Math.min(out.length, 400) : out.length);
                    out[at] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return out;
    }

    private byte[] json(byte[] given) {
        if (random.nextInt(10) == 0) {
            return bytes(given);
        }
        String text = new String(given, StandardCharsets.UTF_8);
        for (int i = random.nextInt(3); i >= 0; i--) {
            text = oneChange(text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String oneChange(String text) {
        List<int[]> values = new ArrayList<>();
        Matcher matcher = VALUE.matcher(text);
        while (matcher.find()) {
            values.add(new int[] {matcher.start(), matcher.end()});
        }
        if (values.isEmpty()) {
            return text;
        }
        int[] at = any(values);
        int[] other = any(values);
        String replacement = switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> text.substring(other[0], other[1]);
            case 2 -> text.substring(Math.min(at[0], other[0]), Math.min(Math.max(at[1], other[1]), at[0] + 2000));
            default -> any(VALUES);
        };
        return text.substring(0, at[0]) + replacement + text.substring(at[1]);
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
