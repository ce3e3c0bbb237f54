package org.clattention.model.text;

import java.util.List;
import java.util.Map;
import org.clattention.model.arch.ConfigJson;

/** What a tokenizer puts around the tokens of a text: its post-processors. */
final class TokenizerTemplates {
    private static final int MOST_PIECES = 100;
    private static final int MOST_TYPE = 1_000;

    private TokenizerTemplates() {}

    /** Checks one post-processor. */
    static void check(ConfigJson part) {
        switch (part.text("type")) {
            case "ByteLevel" -> TokenizerParts.flags(part, "add_prefix_space", "trim_offsets", "use_regex");
            case "BertProcessing" -> {
                tokenAndId(part, "sep");
                tokenAndId(part, "cls");
            }
            case "RobertaProcessing" -> {
                tokenAndId(part, "sep");
                tokenAndId(part, "cls");
                TokenizerParts.flags(part, "trim_offsets", "add_prefix_space");
            }
            case "TemplateProcessing" -> template(part);
            default ->
                throw TokenizerParts.unknown(
                        part, "Sequence", "ByteLevel", "BertProcessing", "RobertaProcessing", "TemplateProcessing");
        }
    }

    private static void tokenAndId(ConfigJson part, String key) {
        boolean right = part.peek(key) instanceof List<?> pair
                && pair.size() == 2
                && pair.get(0) instanceof String
                && TokenizerVocabulary.isId(pair.get(1));
        if (!right) {
            throw part.refused(key, "must be a token and its number");
        }
    }

    private static void template(ConfigJson part) {
        Map<String, Object> special = part.members("special_tokens");
        special.forEach((name, value) -> {
            boolean right = value instanceof Map<?, ?> token
                    && name.equals(token.get("id"))
                    && token.get("ids") instanceof List<?> ids
                    && token.get("tokens") instanceof List<?> tokens
                    && ids.size() == tokens.size()
                    && ids.size() <= MOST_PIECES
                    && ids.stream().allMatch(TokenizerVocabulary::isId)
                    && tokens.stream().allMatch(String.class::isInstance);
            if (!right) {
                throw part.refused(
                        "special_tokens",
                        "must give id, ids and tokens of " + name + ", as many ids as tokens, at most " + MOST_PIECES);
            }
        });
        pieces(part, "single", special, List.of("A"));
        pieces(part, "pair", special, List.of("A", "B"));
    }

    private static void pieces(ConfigJson part, String key, Map<String, Object> special, List<String> sequences) {
        List<ConfigJson> pieces = part.objects(key);
        if (pieces.size() > MOST_PIECES) {
            throw part.refused(key, "has " + pieces.size() + " pieces; at most " + MOST_PIECES + " are read");
        }
        for (ConfigJson piece : pieces) {
            ConfigJson token = piece.object("SpecialToken");
            ConfigJson sequence = piece.object("Sequence");
            if ((token == null) == (sequence == null)) {
                throw part.refused(key, "must hold pieces that are a SpecialToken or a Sequence");
            }
            ConfigJson one = token == null ? sequence : token;
            if (one.count("type_id", 0) > MOST_TYPE) {
                throw one.refused("type_id", "must be at most " + MOST_TYPE);
            }
            if (token != null && !special.containsKey(token.text("id"))) {
                throw token.refused("id", "is not among the special_tokens of the template: " + special.keySet());
            }
            if (sequence != null && !sequences.contains(sequence.text("id"))) {
                throw sequence.refused("id", "must be one of " + sequences);
            }
        }
    }
}
