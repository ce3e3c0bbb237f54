package org.clattention.heads;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.clattention.config.HostTensor;

/**
 * The attention weights of all heads over one sequence.
 *
 * @param title what this is, in a line
 * @param queries [S] the tokens that look, as shown; see {@link TokenText}
 * @param keys [T] the tokens that are looked at
 * @param offset at which key query 0 stands: query i is key offset + i; P with a past of P tokens. Empty if queries and keys
 *     are different sequences
 * @param layers the heads of each layer; layers may have different numbers of heads
 */
public record HeadWeights(
        String title, List<String> queries, List<String> keys, OptionalInt offset, List<List<HeadMatrix>> layers) {
    /** Checks that everything fits together. */
    public HeadWeights {
        queries = List.copyOf(queries);
        keys = List.copyOf(keys);
        layers = layers.stream().map(List::copyOf).toList();
        if (offset.isPresent() && offset.getAsInt() < 0) {
            throw new IllegalArgumentException("offset: " + offset.getAsInt() + " must not be negative");
        }
        if (layers.isEmpty() || layers.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("layers: there must be a layer, and a head in every layer");
        }
        for (List<HeadMatrix> heads : layers) {
            for (HeadMatrix head : heads) {
                if (head.queries() != queries.size() || head.keys() != keys.size()) {
                    throw new IllegalArgumentException("layers: a head is [" + head.queries() + ", " + head.keys()
                            + "], but there are " + queries.size() + " query and " + keys.size() + " key tokens");
                }
            }
        }
    }

    /**
     * The weights of one sequence as attention layers return them.
     *
     * @param layers for each layer [B, H, S, T]
     * @param sequence which of the B
     * @throws IllegalArgumentException if there is no such sequence, a shape does not fit the tokens, or a weight is not a
     *     number between 0 and 1
     */
    public static HeadWeights of(
            String title,
            List<String> queries,
            List<String> keys,
            OptionalInt offset,
            List<HostTensor> layers,
            int sequence) {
        List<List<HeadMatrix>> all = new ArrayList<>();
        for (HostTensor layer : layers) {
            if (layer.rank() != 4 || layer.dim(2) != queries.size() || layer.dim(3) != keys.size()) {
                throw new IllegalArgumentException("layers: shape " + Arrays.toString(layer.shape())
                        + " must be [B, H, S, T] = [B, H, " + queries.size() + ", " + keys.size() + "]");
            }
            if (sequence < 0 || sequence >= layer.dim(0)) {
                throw new IllegalArgumentException(
                        "sequence: " + sequence + " must be between 0 and " + (layer.dim(0) - 1));
            }
            float[] values = layer.rows(sequence, sequence + 1L).toFloats();
            List<HeadMatrix> heads = new ArrayList<>();
            for (int head = 0; head < layer.dim(1); head++) {
                heads.add(HeadMatrix.copyOf(queries.size(), keys.size(), values, head * queries.size() * keys.size()));
            }
            all.add(heads);
        }
        return new HeadWeights(title, queries, keys, offset, all);
    }

    /** One head. */
    public HeadMatrix head(int layer, int head) {
        return layers.get(layer).get(head);
    }

    /** How many heads all layers have together. */
    public int headCount() {
        return layers.stream().mapToInt(List::size).sum();
    }
}
