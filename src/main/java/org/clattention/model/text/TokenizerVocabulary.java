package org.clattention.model.text;

import java.util.List;
import java.util.Map;
import org.clattention.model.arch.ConfigJson;
import org.jspecify.annotations.Nullable;

/** A tokenizer's model: its vocabulary, and how words become tokens of it. */
final class TokenizerVocabulary {
    private static final int MOST_CHARACTERS = 4_096;
    private static final int MOST_WORD = 1_000;
    private static final int MOST_ADDED = 100_000;
    private static final int MOST_ADDED_BYTES = 4_000_000;

    private TokenizerVocabulary() {}

    /** Checks a model. */
    static void check(ConfigJson model) {
        switch (model.text("type")) {
            case "BPE" -> bytePairs(model);
            case "WordPiece" -> {
                Map<?, ?> vocabulary = vocabulary(model);
                requireToken(model, vocabulary, model.text("unk_token"));
                TokenizerParts.shortText(model, "continuing_subword_prefix", 0);
                if (model.size("max_input_chars_per_word", MOST_WORD) > MOST_WORD) {
                    throw model.refused("max_input_chars_per_word", "must be at most " + MOST_WORD);
                }
            }
            case "WordLevel" -> requireToken(model, vocabulary(model), model.text("unk_token"));
            case "Unigram" -> unigram(model);
            default -> throw TokenizerParts.unknown(model, "BPE", "WordPiece", "WordLevel", "Unigram");
        }
    }

    /** True for a token's number. */
    static boolean isId(@Nullable Object value) {
        return value instanceof Long id && id >= 0 && id <= Integer.MAX_VALUE;
    }

    private static Map<?, ?> vocabulary(ConfigJson model) {
        if (!(model.peek("vocab") instanceof Map<?, ?> vocabulary) || vocabulary.isEmpty()) {
            throw model.refused("vocab", "must be an object that gives tokens their numbers");
        }
        vocabulary.forEach((token, id) -> {
            if (!isId(id)) {
                throw model.problem(
                        "vocab: the number of token " + token + ", " + id + ", must be from 0 to " + Integer.MAX_VALUE);
            }
            requireShort(model, (String) token);
        });
        return vocabulary;
    }

    private static void requireShort(ConfigJson model, String token) {
        if (token.length() > MOST_CHARACTERS) {
            throw model.problem("vocab: a token has " + token.length() + " characters; at most " + MOST_CHARACTERS
                    + " are read: " + token);
        }
    }

    private static void requireToken(ConfigJson model, Map<?, ?> vocabulary, String token) {
        if (!vocabulary.containsKey(token)) {
            throw model.refused("unk_token", "is not in the vocabulary");
        }
    }

    private static void bytePairs(ConfigJson model) {
        Map<?, ?> vocabulary = vocabulary(model);
        if (model.has("unk_token")) {
            requireToken(model, vocabulary, model.text("unk_token"));
        }
        if (model.has("dropout") && model.number("dropout") != 0) {
            throw model.refused("dropout", "is not supported: tokens would be random");
        }
        TokenizerParts.flags(model, "byte_fallback", "ignore_merges", "fuse_unk");
        if (model.has("end_of_word_suffix")) {
            TokenizerParts.shortText(model, "end_of_word_suffix", 0);
        }
        String prefix = model.has("continuing_subword_prefix") ? model.text("continuing_subword_prefix") : "";
        if (!(model.peek("merges") instanceof List<?> merges)) {
            throw model.refused("merges", "must be a list");
        }
        for (Object merge : merges) {
            if (!isPair(vocabulary, merge, prefix)) {
                throw model.problem("merges: " + merge + " must be two tokens of the vocabulary whose union is one, too"
                        + (prefix.isEmpty() ? "" : "; the second must begin with " + prefix));
            }
        }
    }

    /** The library cuts the prefix off the second token without a look. */
    private static boolean isPair(Map<?, ?> vocabulary, Object merge, String prefix) {
        List<?> pair = merge instanceof String text
                ? List.of(text.split(" ", -1))
                : merge instanceof List<?> two ? two : List.of();
        if (pair.size() != 2 || !(pair.get(0) instanceof String first) || !(pair.get(1) instanceof String second)) {
            return merge instanceof String text && text.startsWith("#version");
        }
        return vocabulary.containsKey(first)
                && vocabulary.containsKey(second)
                && second.startsWith(prefix)
                && vocabulary.containsKey(first + second.substring(prefix.length()));
    }

    private static void unigram(ConfigJson model) {
        if (!(model.peek("vocab") instanceof List<?> vocabulary) || vocabulary.isEmpty()) {
            throw model.refused("vocab", "must be a list of tokens with their scores");
        }
        for (Object entry : vocabulary) {
            boolean right = entry instanceof List<?> pair
                    && pair.size() == 2
                    && pair.get(0) instanceof String token
                    && !token.isEmpty()
                    && pair.get(1) instanceof Number;
            if (!right) {
                throw model.problem("vocab: " + entry + " must be a token and its score");
            }
            requireShort(model, (String) ((List<?>) entry).get(0));
        }
        if (model.has("unk_id") && model.count("unk_id", 0) >= vocabulary.size()) {
            throw model.refused("unk_id", "is not in the vocabulary of " + vocabulary.size());
        }
        TokenizerParts.flags(model, "byte_fallback");
    }

    /** Checks the tokens that are found in a text before anything else. */
    static void checkAdded(ConfigJson json) {
        if (!json.has("added_tokens")) {
            return;
        }
        List<ConfigJson> added = json.objects("added_tokens");
        if (added.size() > MOST_ADDED) {
            throw json.problem("added_tokens: " + added.size() + " tokens; at most " + MOST_ADDED + " are read");
        }
        long bytes = 0;
        for (ConfigJson token : added) {
            if (!isId(token.peek("id"))) {
                throw token.refused("id", "must be from 0 to " + Integer.MAX_VALUE);
            }
            String content = token.text("content");
            requireShort(json, content);
            TokenizerParts.flags(token, "single_word", "lstrip", "rstrip", "normalized", "special");
            bytes += TokenizerParts.utf8(content);
        }
        if (bytes > MOST_ADDED_BYTES) {
            throw json.problem(
                    "added_tokens: " + bytes + " bytes of tokens; at most " + MOST_ADDED_BYTES + " are read");
        }
    }
}
