package org.clattention.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** Closes several things. */
final class ClosingContenders {
    private ClosingContenders() {}

    /** Closes and forgets all of them, the latest first. Holders of device memory close without checked exceptions. */
    static void all(Deque<? extends AutoCloseable> things) {
        List<AutoCloseable> latestLast = new ArrayList<>(things);
        Collections.reverse(latestLast);
        things.clear();
        org.clattention.internal.backend.Closing.all(latestLast);
    }
}
