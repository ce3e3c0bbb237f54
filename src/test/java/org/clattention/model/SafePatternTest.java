package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.model.text.SafePattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafePatternTest {
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
    private static final String REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** GPT-2, Llama 3, Qwen 2, GPT-4o, Mistral's tekken, DeepSeek-V2 and V3, CLIP, T5, MPT. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                BEFORE + UPPER + "*" + LOWER + "+" + ENDINGS + "|" + BEFORE + UPPER + "+" + LOWER + "*" + ENDINGS
                        + "|\\p{N}{1,3}|" + REST,
                BEFORE + UPPER + "*" + LOWER + "+|" + BEFORE + UPPER + "+" + LOWER + "*|\\p{N}|" + REST,
                "[\\r\\n]",
                "\\s?\\p{L}+",
                "\\s?[A-Za-zµÀ-ÖØ-öø-ƺ]+",
                "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
                "\\s+$",
                "[一-龥ࠀ-一가-퟿]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                        + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
                " {2,}",
                "[0-9][0-9][0-9]",
                "\\s+",
            })
    void takesPublishedPatterns(String pattern) {
        assertThat(SafePattern.problem(pattern)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^(([a-z])+.)+[A-Z]([a-z])+$",
                "(a+)+$",
                "(a|aa)+$",
                "(?:a*)*b",
                "a*b",
                "a+b",
                "\\w+\\d",
                "a*",
                "a?",
                "\\s*[\\r\\n]+",
                "\\s*[\\r\\n]+|x",
                "\\s+$|x",
                "(?=a)",
                "(a)\\1",
                "a**",
                "a+?b",
                "(?:ab){2,}",
                "[[a-z]&&[aeiou]]",
                "[a-z&&[aeiou]]",
                "a{3,1}",
                "a?a?a?a",
                "[",
                "(",
                "a|",
                "",
                ".*",
            })
    void refusesAllThatMayBacktrack(String pattern) {
        assertThat(SafePattern.problem(pattern)).isNotEmpty();
    }
}
