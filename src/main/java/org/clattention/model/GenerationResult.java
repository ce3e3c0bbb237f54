package org.clattention.model;

import java.util.List;

/**
 * What was generated.
 *
 * @param tokens the new tokens of each sequence
 * @param stops why each sequence ended
 * @param promptTokens tokens of all prompts together
 * @param firstTokenSeconds from the call to the first new token
 * @param decodeSeconds from the first new tokens to the last
 * @param decodeSteps calls of the model after the prompts
 */
@SuppressWarnings("ArrayRecordComponent") // a result bundle, compared never
public record GenerationResult(
        List<int[]> tokens,
        List<Stop> stops,
        int promptTokens,
        double firstTokenSeconds,
        double decodeSeconds,
        int decodeSteps) {
    /** Why a sequence ended. */
    public enum Stop {
        /** It chose one of the stop tokens. */
        STOP_TOKEN,
        /** It has as many new tokens as were asked for. */
        LENGTH,
        /** Its session has no room for more. */
        CONTEXT_FULL,
        /** The listener cancelled. */
        CANCELLED
    }

    /** New tokens of all sequences together. */
    public int newTokens() {
        return tokens.stream().mapToInt(t -> t.length).sum();
    }

    /** New tokens a second after the prompts, over all sequences; 0 if there were none. */
    public double tokensPerSecond() {
        // The first token of each sequence comes from its prompt.
        int decoded = tokens.stream().mapToInt(t -> Math.max(0, t.length - 1)).sum();
        return decoded == 0 || decodeSeconds <= 0 ? 0 : decoded / decodeSeconds;
    }
}
