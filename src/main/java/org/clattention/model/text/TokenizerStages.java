package org.clattention.model.text;

import org.clattention.model.arch.ConfigJson;

/** What a tokenizer does to a text before its model and after it: normalizers, pre-tokenizers, decoders. */
final class TokenizerStages {
    /** A byte becomes a character of one or two bytes. */
    private static final double BYTE_LEVEL = 2;

    private static final int MOST_STRIPPED = 1_000;

    private TokenizerStages() {}

    /** Checks one normalizer; those of Unicode make no text longer a second time. */
    static void normalizer(ConfigJson part, TokenizerParts parts) {
        switch (part.text("type")) {
            case "NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents" -> {}
            case "BertNormalizer" -> TokenizerParts.flags(part, "clean_text", "handle_chinese_chars", "lowercase");
            case "Strip" -> TokenizerParts.flags(part, "strip_left", "strip_right");
            case "ByteLevel" -> parts.grow(part, "type", BYTE_LEVEL);
            case "Prepend" ->
                parts.grow(part, "prepend", 1.0 + TokenizerParts.utf8(TokenizerParts.shortText(part, "prepend", 0)));
            case "Replace" -> parts.replacement(part);
            case "Precompiled" -> {
                String problem = CharacterMap.problem(part.text("precompiled_charsmap"));
                if (!problem.isEmpty()) {
                    throw part.refused("precompiled_charsmap", problem);
                }
            }
            default ->
                throw TokenizerParts.unknown(
                        part,
                        "Sequence",
                        "NFC",
                        "NFD",
                        "NFKC",
                        "NFKD",
                        "Nmt",
                        "Lowercase",
                        "StripAccents",
                        "BertNormalizer",
                        "Strip",
                        "ByteLevel",
                        "Prepend",
                        "Replace",
                        "Precompiled");
        }
    }

    /** Checks one pre-tokenizer. */
    static void preTokenizer(ConfigJson part, TokenizerParts parts) {
        switch (part.text("type")) {
            case "BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts" -> {}
            case "ByteLevel" -> {
                TokenizerParts.flags(part, "add_prefix_space", "trim_offsets", "use_regex");
                parts.grow(part, "type", BYTE_LEVEL);
            }
            case "Digits" -> TokenizerParts.flags(part, "individual_digits");
            case "Punctuation" -> {
                if (part.has("behavior")) {
                    TokenizerParts.behavior(part);
                }
            }
            case "Split" -> parts.split(part);
            case "CharDelimiterSplit" -> TokenizerParts.character(part, "delimiter");
            case "Metaspace" -> parts.metaspace(part);
            case "FixedLength" -> part.size("length", 1);
            default ->
                throw TokenizerParts.unknown(
                        part,
                        "Sequence",
                        "BertPreTokenizer",
                        "Whitespace",
                        "WhitespaceSplit",
                        "UnicodeScripts",
                        "ByteLevel",
                        "Digits",
                        "Punctuation",
                        "Split",
                        "CharDelimiterSplit",
                        "Metaspace",
                        "FixedLength");
        }
    }

    /** Checks one decoder. */
    static void decoder(ConfigJson part, TokenizerParts parts) {
        switch (part.text("type")) {
            case "ByteFallback", "Fuse" -> {}
            case "ByteLevel" -> TokenizerParts.flags(part, "add_prefix_space", "trim_offsets", "use_regex");
            case "BPEDecoder" -> TokenizerParts.shortText(part, "suffix", 1);
            case "WordPiece" -> {
                TokenizerParts.shortText(part, "prefix", 0);
                TokenizerParts.flags(part, "cleanup");
            }
            case "Metaspace" -> parts.metaspace(part);
            case "CTC" -> {
                TokenizerParts.shortText(part, "pad_token", 1);
                TokenizerParts.shortText(part, "word_delimiter_token", 1);
                TokenizerParts.flags(part, "cleanup");
            }
            case "Replace" -> parts.replacement(part);
            case "Strip" -> strip(part);
            default ->
                throw TokenizerParts.unknown(
                        part,
                        "Sequence",
                        "ByteFallback",
                        "Fuse",
                        "ByteLevel",
                        "BPEDecoder",
                        "WordPiece",
                        "Metaspace",
                        "CTC",
                        "Replace",
                        "Strip");
        }
    }

    /** The library counts from the end of tokens that may be shorter. */
    private static void strip(ConfigJson part) {
        TokenizerParts.character(part, "content");
        if (part.count("start", 0) > MOST_STRIPPED) {
            throw part.refused("start", "must be at most " + MOST_STRIPPED);
        }
        if (part.count("stop", 0) > 0) {
            throw part.refused("stop", "is not supported: it must be 0");
        }
    }
}
