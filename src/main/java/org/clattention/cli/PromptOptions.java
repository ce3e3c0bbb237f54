package org.clattention.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.clattention.model.ModelSpec;
import org.clattention.model.text.TextStream;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a model should continue: texts, or tokens by number. */
final class PromptOptions {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "A text to continue; several form a batch.")
    private List<String> texts = List.of();

    @Option(
            names = "--tokens",
            paramLabel = "IDS",
            description = "The same as token numbers, such as 1,15043,3186; for models without a tokenizer.")
    private List<String> numbers = List.of();

    /**
     * The prompts.
     *
     * @throws BadInputException if there are none, both kinds, or a token that the model does not have
     */
    Prompts read(Path folder, ModelSpec spec) {
        if (texts.isEmpty() == numbers.isEmpty()) {
            throw new BadInputException("give --prompt or --tokens");
        }
        try {
            if (!texts.isEmpty()) {
                Tokenizer tokenizer = Tokenizers.of(folder, spec);
                return new Prompts(texts.stream().map(tokenizer::encode).toList(), tokenizer).checked(spec);
            }
            return new Prompts(numbers.stream().map(PromptOptions::tokens).toList(), null).checked(spec);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(e.getMessage(), e);
        }
    }

    private static int[] tokens(String list) {
        try {
            return Arrays.stream(list.split(",", -1))
                    .mapToInt(number -> Integer.parseInt(number.strip()))
                    .toArray();
        } catch (NumberFormatException e) {
            throw new BadInputException("--tokens " + list + ": must be whole numbers with commas between them", e);
        }
    }

    /** Prompts as tokens, and how tokens become text: as words or, without a tokenizer, as numbers. */
    static final class Prompts {
        private final List<int[]> tokens;
        private final @Nullable Tokenizer tokenizer;
        private @Nullable TextStream stream;

        Prompts(List<int[]> tokens, @Nullable Tokenizer tokenizer) {
            this.tokens = new ArrayList<>(tokens);
            this.tokenizer = tokenizer;
        }

        private Prompts checked(ModelSpec spec) {
            for (int[] prompt : tokens) {
                if (prompt.length == 0) {
                    throw new BadInputException("--prompt: must not be empty");
                }
                spec.requireTokens(prompt);
            }
            stream = tokenizer == null ? null : new TextStream(tokenizer, tokens.get(0));
            return this;
        }

        int size() {
            return tokens.size();
        }

        int longest() {
            return tokens.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
        }

        List<int[]> tokens() {
            return tokens;
        }

        /** The text of a prompt. */
        String text(int b) {
            return decode(tokens.get(b));
        }

        /** The text that these tokens add to a prompt; how a token is written may depend on earlier ones. */
        String continuation(int b, int... added) {
            int[] prompt = tokens.get(b);
            int[] whole = Arrays.copyOf(prompt, prompt.length + added.length);
            System.arraycopy(added, 0, whole, prompt.length, added.length);
            String text = decode(whole);
            String before = text(b);
            return text.startsWith(before) ? text.substring(before.length()) : decode(added);
        }

        private String decode(int... list) {
            return tokenizer != null
                    ? tokenizer.decode(list)
                    : Arrays.stream(list).mapToObj(Integer::toString).collect(Collectors.joining(",", "", ","));
        }

        /** The text that one more token completes. */
        String add(int token) {
            return stream == null ? token + "," : stream.add(token);
        }

        /** The text of trailing tokens that never became complete characters. */
        String rest() {
            return stream == null ? "" : stream.end();
        }
    }
}
