package org.clattention.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.clattention.model.GenerationResult.Stop;
import org.jspecify.annotations.Nullable;

/** Generates text, for several sequences at once: the prompts first, then token by token. */
public final class Generator {
    private static final int[] NOTHING = {};

    private final ModelSession session;
    private final GenerationOptions options;
    private final TokenListener listener;
    private final List<List<Integer>> tokens = new ArrayList<>();
    private final @Nullable Stop[] stops;

    private Generator(ModelSession session, GenerationOptions options, TokenListener listener) {
        this.session = session;
        this.options = options;
        this.listener = listener;
        this.stops = new Stop[session.batch()];
        for (int b = 0; b < stops.length; b++) {
            tokens.add(new ArrayList<>());
        }
    }

    /**
     * Appends prompts to a session's sequences and goes on from there.
     *
     * @param prompts one for each sequence, of at least one token
     * @throws org.clattention.error.CacheFullException before anything runs, if a prompt does not fit into the session
     * @throws IllegalArgumentException before anything runs, if a prompt is empty or a token is not in the vocabulary
     */
    public static GenerationResult generate(
            ModelSession session, List<int[]> prompts, GenerationOptions options, TokenListener listener) {
        for (int b = 0; b < prompts.size(); b++) {
            if (prompts.get(b).length == 0) {
                throw new IllegalArgumentException("prompts: number " + b + " has no tokens");
            }
        }
        return new Generator(session, options, listener).run(prompts);
    }

    private GenerationResult run(List<int[]> prompts) {
        long start = System.nanoTime();
        List<Sampler> samplers = new ArrayList<>();
        for (int b = 0; b < stops.length; b++) {
            samplers.add(new Sampler(options.sampling(), b));
        }
        float[][] logits = session.append(prompts.toArray(int[][]::new));
        long first = 0;
        int steps = 0;
        while (true) {
            int[][] next = choose(logits, samplers);
            first = first == 0 ? System.nanoTime() : first;
            if (Arrays.stream(next).allMatch(chosen -> chosen.length == 0)) {
                break;
            }
            logits = session.append(next);
            steps++;
        }
        long end = System.nanoTime();
        return new GenerationResult(
                tokens.stream()
                        .map(list -> list.stream().mapToInt(i -> i).toArray())
                        .toList(),
                Arrays.stream(stops)
                        .map(stop -> stop == null ? Stop.CANCELLED : stop)
                        .toList(),
                prompts.stream().mapToInt(prompt -> prompt.length).sum(),
                1e-9 * (first - start),
                1e-9 * (end - first),
                steps);
    }

    /** The tokens to go on with; none for sequences that have ended. */
    private int[][] choose(float[][] logits, List<Sampler> samplers) {
        int[][] next = new int[stops.length][];
        Arrays.fill(next, NOTHING);
        for (int b = 0; b < next.length; b++) {
            if (stops[b] != null) {
                continue;
            }
            int token = samplers.get(b).next(logits[b]);
            if (options.stopTokens().contains(token)) {
                stops[b] = Stop.STOP_TOKEN;
                continue;
            }
            tokens.get(b).add(token);
            if (!listener.token(b, token)) {
                cancel();
                Arrays.fill(next, NOTHING);
                return next;
            }
            if (tokens.get(b).size() == options.maxNewTokens()) {
                stops[b] = Stop.LENGTH;
            } else if (session.length(b) == session.capacity()) {
                stops[b] = Stop.CONTEXT_FULL;
            } else {
                next[b] = new int[] {token};
            }
        }
        return next;
    }

    private void cancel() {
        for (int b = 0; b < stops.length; b++) {
            stops[b] = stops[b] == null ? Stop.CANCELLED : stops[b];
        }
    }
}
