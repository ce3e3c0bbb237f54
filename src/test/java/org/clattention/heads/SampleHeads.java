package org.clattention.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Heads that do one thing each, as a small decoder's might: causal, over words of which some come twice. */
final class SampleHeads {
    /** A weight before its row is normalized. */
    interface Rule {
        /** How much the query looks at a key that is not after it. */
        double at(int query, int key);
    }

    static final List<String> WORDS =
            Arrays.asList("the·cat sat on the·mat and the·dog sat by the·cat </script><b>&amp; ↵".split(" "));

    private SampleHeads() {}

    /** A causal head. */
    static HeadMatrix head(int size, Rule rule) {
        float[] values = new float[size * size];
        for (int query = 0; query < size; query++) {
            double sum = 0;
            for (int key = 0; key <= query; key++) {
                sum += rule.at(query, key);
            }
            for (int key = 0; key <= query; key++) {
                values[query * size + key] = (float) (rule.at(query, key) / sum);
            }
        }
        return HeadMatrix.of(size, size, values);
    }

    /** One head for each pattern, in their order. */
    static List<HeadMatrix> patterns(List<String> tokens) {
        int n = tokens.size();
        double little = 0.2 / n;
        return List.of(
                head(n, (i, j) -> j == i - 1 ? 1 : little),
                head(n, (i, j) -> j == 0 ? 1 : little),
                head(n, (i, j) -> j < i && tokens.get(j).equals(tokens.get(i)) ? 1 : little),
                head(n, (i, j) -> j == i ? 1 : little),
                head(n, (i, j) -> i - j <= 2 ? 1 : little / 2),
                head(n, (i, j) -> 1 + 0.3 * Math.sin(3 * i + 5 * j)),
                head(n, (i, j) -> j == i || j == i / 2 || j == 0 ? 1 : little));
    }

    /** So many layers of the patterns, each layer's in another order. */
    static HeadWeights decoder(List<String> tokens, int layers) {
        List<HeadMatrix> heads = patterns(tokens);
        List<List<HeadMatrix>> all = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            int turn = layer;
            all.add(IntStream.range(0, heads.size())
                    .mapToObj(head -> heads.get((head + 3 * turn) % heads.size()))
                    .toList());
        }
        return new HeadWeights("A sample, <i>not a model</i>", tokens, tokens, OptionalInt.of(0), all);
    }
}
