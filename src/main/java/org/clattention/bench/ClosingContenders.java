package org.clattention.bench;

import java.util.Deque;

/** Closes several things. */
final class ClosingContenders {
    private ClosingContenders() {}

    /** Closes and forgets all, the latest first. What holds device memory closes without checked exceptions. */
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
