package org.clattention.heads;

import java.util.List;

/** Which keys each query of a layer may attend to, as its weights show: masked keys have weight 0 in every head. */
final class VisibleKeys {
    /** [S][T + 1]: how many of the first n keys a query sees. */
    private final int[][] counts;

    private VisibleKeys(int[][] counts) {
        this.counts = counts;
    }

    static VisibleKeys of(List<HeadMatrix> heads) {
        int queries = heads.get(0).queries();
        int keys = heads.get(0).keys();
        int[][] counts = new int[queries][keys + 1];
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key < keys; key++) {
                boolean seen = false;
                for (HeadMatrix head : heads) {
                    seen |= head.weight(query, key) > 0;
                }
                counts[query][key + 1] = counts[query][key] + (seen ? 1 : 0);
            }
        }
        return new VisibleKeys(counts);
    }

    /** How many keys a query sees. */
    int count(int query) {
        return counts[query][counts[query].length - 1];
    }

    /** How many of the keys {@code from} to {@code to}, both included. */
    int count(int query, int from, int to) {
        return counts[query][to + 1] - counts[query][from];
    }
}
