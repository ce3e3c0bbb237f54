package org.clattention.model;

import java.util.stream.IntStream;

/** Indices of weights from the heaviest on, of equal ones the lowest first; a heap, since few of very many are asked for. */
final class HeaviestFirst {
    private final double[] weights;
    private final int[] heap;
    private int size;

    HeaviestFirst(double[] weights) {
        this.weights = weights;
        this.heap = IntStream.range(0, weights.length).toArray();
        this.size = heap.length;
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    /** The next index; there must be one. */
    int next() {
        int top = heap[0];
        size--;
        heap[0] = heap[size];
        sink(0);
        return top;
    }

    private void sink(int from) {
        int i = from;
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], heap[i])) {
                return;
            }
            int swap = heap[i];
            heap[i] = heap[child];
            heap[child] = swap;
            i = child;
        }
    }

    private boolean before(int a, int b) {
        return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
    }
}
