package org.clattention.bench;

import java.util.Deque;

/** Closes several things. */
final class Closing {
    private Closing() {}

    /** Closes and forgets all of them, the latest first. Holders of device memory close without checked exceptions. */
    static void all(Deque<? extends AutoCloseable> things) {
        while (!things.isEmpty()) {
            try {
                things.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
