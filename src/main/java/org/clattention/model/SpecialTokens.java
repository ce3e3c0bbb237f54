package org.clattention.model;

import java.util.List;
import java.util.OptionalInt;
import org.clattention.model.arch.ConfigJson;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that begin and end a text.
 *
 * @param begin {@code bos_token_id}
 * @param end {@code eos_token_id}: a number or a list
 */
public record SpecialTokens(OptionalInt begin, List<Integer> end) {
    public static final SpecialTokens NONE = new SpecialTokens(OptionalInt.empty(), List.of());

    /** One of each. */
    public static SpecialTokens of(int begin, int end) {
        return new SpecialTokens(OptionalInt.of(begin), List.of(end));
    }

    /**
     * These tokens, unless a file says otherwise. Tokens beyond the vocabulary are left out: configurations of shrunken
     * models often keep the numbers of their class.
     */
    public SpecialTokens unless(ConfigJson config, int vocabularySize) {
        List<Integer> first = given(config, "bos_token_id", begin.isPresent() ? List.of(begin.getAsInt()) : List.of());
        List<Integer> last = given(config, "eos_token_id", end);
        return new SpecialTokens(
                first.stream().filter(t -> t < vocabularySize).mapToInt(t -> t).findFirst(),
                last.stream().filter(t -> t < vocabularySize).toList());
    }

    private static List<Integer> given(ConfigJson config, String key, List<Integer> absent) {
        if (!config.mentions(key)) {
            return absent;
        }
        @Nullable List<Integer> tokens = config.tokens(key);
        return tokens == null ? List.of() : tokens;
    }
}
