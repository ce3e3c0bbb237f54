package org.clattention.model;

import java.util.Map;

/** Small {@code tokenizer.json} texts, put together from parts. */
final class TokenizerFiles {
    static final String WORDS = "{\"type\": \"WordLevel\", \"vocab\": {\"a\": 0, \"b\": 1, \" \": 2, \"[UNK]\": 3},"
            + " \"unk_token\": \"[UNK]\"}";
    static final String PIECES =
            "{\"type\": \"WordPiece\", \"vocab\": {\"a\": 0, \"##b\": 1, \"[UNK]\": 2}, \"unk_token\":"
                    + " \"[UNK]\", \"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100}";
    static final String PAIRS =
            "{\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\":"
                    + " null, \"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false, \"vocab\": {\"a\": 0,"
                    + " \"b\": 1, \"ab\": 2}, \"merges\": [[\"a\", \"b\"]]}";
    static final String SCORES =
            "{\"type\": \"Unigram\", \"unk_id\": 0, \"byte_fallback\": false, \"vocab\": [[\"<unk>\","
                    + " 0.0], [\"a\", -1.0], [\"ab\", -1.5]]}";

    private TokenizerFiles() {}

    /** A file with these parts; others are null or, for the model, words. */
    static String with(Map<String, String> parts) {
        StringBuilder out = new StringBuilder("{\"version\": \"1.0\"");
        for (String key : new String[] {
            "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"
        }) {
            String absent = key.equals("model") ? WORDS : key.equals("added_tokens") ? "[]" : "null";
            out.append(", \"").append(key).append("\": ").append(parts.getOrDefault(key, absent));
        }
        return out.append('}').toString();
    }

    static String with(String key, String part) {
        return with(Map.of(key, part));
    }

    /** A pre-tokenizer that cuts where a regular expression matches. */
    static String split(String regex) {
        return "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"" + escaped(regex)
                + "\"}, \"behavior\": \"Isolated\", \"invert\": false}";
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
