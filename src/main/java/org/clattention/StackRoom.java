package org.clattention;

/**
 * Asks for room on the thread's stack before a call holds anything: so a stack that is too small shows here, where its
 * overflow harms nothing, and not while locks are taken or memory changes hands.
 */
final class StackRoom {
    /** Frames of some 200 bytes and more: about what a call needs down to the driver. */
    private static final int FRAMES = 200;

    private StackRoom() {}

    /** Throws {@link StackOverflowError} if there is too little. */
    static void require() {
        if (descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) <= 0) {
            throw new IllegalStateException("a sum of positive numbers is not positive");
        }
    }

    /** Keeps its numbers in its frame while the next is below. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (frames == 0) {
            return a;
        }
        return descend(frames - 1, b, c, d, e, f, g, h, a) + (a | b) + (c | d) + (e | f) + (g | h);
    }
}
