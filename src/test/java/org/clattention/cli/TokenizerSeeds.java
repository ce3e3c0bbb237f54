package org.clattention.cli;

import java.util.List;

/** Good files that bad ones are made from, and texts for both. */
final class TokenizerSeeds {
    static final List<String> TEXTS = List.of(
            "a",
            "ab ab",
            "TEXT",
            "\u0130 \ud83d\ude00\ufdfa",
            " ".repeat(3000),
            "abc".repeat(2000),
            "aB1'll\r\n\r\n  x");

    private static final String HEAD =
            "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\":"
                    + " [{\"id\": 5, \"content\": \"<s>\", \"single_word\": false, \"lstrip\": false, \"rstrip\": true,"
                    + " \"normalized\": false, \"special\": true}], ";

    static final List<String> ALL = List.of(
            HEAD
                    + "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Prepend\", \"prepend\": \"_\"},"
                    + " {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"_\"}]}, \"pre_tokenizer\":"
                    + " null, \"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\":"
                    + " \"<s>\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}], \"pair\": [{\"Sequence\":"
                    + " {\"id\": \"A\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}],"
                    + " \"special_tokens\": {\"<s>\": {\"id\": \"<s>\", \"ids\": [5], \"tokens\": [\"<s>\"]}}}, \"decoder\":"
                    + " {\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Replace\", \"pattern\": {\"String\": \"_\"},"
                    + " \"content\": \" \"}, {\"type\": \"ByteFallback\"}, {\"type\": \"Fuse\"}, {\"type\": \"Strip\","
                    + " \"content\": \" \", \"start\": 1, \"stop\": 0}]}, \"model\": {\"type\": \"BPE\", \"dropout\": null,"
                    + " \"unk_token\": \"<unk>\", \"continuing_subword_prefix\": \"\", \"end_of_word_suffix\": \"\","
                    + " \"fuse_unk\": true, \"byte_fallback\": true, \"ignore_merges\": false, \"vocab\": {\"<unk>\": 0,"
                    + " \"_\": 1, \"a\": 2, \"b\": 3, \"ab\": 4, \"<s>\": 5, \"_ab\": 6}, \"merges\": [\"a b\", [\"_\","
                    + " \"ab\"]]}}",
            HEAD
                    + "\"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true, \"handle_chinese_chars\": true,"
                    + " \"strip_accents\": null, \"lowercase\": true}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},"
                    + " \"post_processor\": {\"type\": \"BertProcessing\", \"sep\": [\"b\", 1], \"cls\": [\"a\", 0]},"
                    + " \"decoder\": {\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": true}, \"model\": {\"type\":"
                    + " \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
                    + " \"max_input_chars_per_word\": 100, \"vocab\": {\"a\": 0, \"##b\": 1, \"[UNK]\": 2}}}",
            HEAD
                    + "\"normalizer\": {\"type\": \"NFKC\"}, \"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\":"
                    + " [{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(?i:'s|'t|'ll)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|"
                    + "\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},"
                    + " \"behavior\": \"Isolated\", \"invert\": false}, {\"type\": \"Digits\", \"individual_digits\": true},"
                    + " {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\":"
                    + " false}]}, \"post_processor\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\":"
                    + " false, \"use_regex\": true}, \"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true,"
                    + " \"trim_offsets\": true, \"use_regex\": true}, \"model\": {\"type\": \"BPE\", \"dropout\": null,"
                    + " \"unk_token\": null, \"continuing_subword_prefix\": null, \"end_of_word_suffix\": null, \"fuse_unk\":"
                    + " false, \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}, \"merges\": [\"a b\"]}}",
            HEAD
                    + "\"normalizer\": {\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}, \"pre_tokenizer\":"
                    + " {\"type\": \"Metaspace\", \"replacement\": \"_\", \"prepend_scheme\": \"always\", \"split\": true},"
                    + " \"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"b\", 1], \"cls\": [\"a\", 0],"
                    + " \"trim_offsets\": true, \"add_prefix_space\": false}, \"decoder\": {\"type\": \"Metaspace\","
                    + " \"replacement\": \"_\", \"prepend_scheme\": \"always\", \"split\": true}, \"model\": {\"type\":"
                    + " \"Unigram\", \"unk_id\": 0, \"byte_fallback\": false, \"vocab\": [[\"<unk>\", 0.0], [\"a\", -1.0],"
                    + " [\"ab\", -1.5], [\"_\", -2]]}}",
            HEAD
                    + "\"normalizer\": null, \"pre_tokenizer\": {\"type\": \"CharDelimiterSplit\", \"delimiter\": \"b\"},"
                    + " \"post_processor\": null, \"decoder\": {\"type\": \"BPEDecoder\", \"suffix\": \"</w>\"}, \"model\":"
                    + " {\"type\": \"WordLevel\", \"unk_token\": \"[UNK]\", \"vocab\": {\"a\": 0, \"[UNK]\": 1}}}");

    private TokenizerSeeds() {}
}
