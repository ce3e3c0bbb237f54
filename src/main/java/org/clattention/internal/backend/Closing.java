package org.clattention.internal.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes several things: all of them, whatever fails on the way. */
public final class Closing {
    private Closing() {}

    /**
     * Closes all, the last first. The first failure is thrown when all have been closed, with the later ones suppressed.
     *
     * @param things what there is to close; null stands for nothing
     */
    public static void all(List<? extends @Nullable AutoCloseable> things) {
        Throwable failure = null;
        for (int i = things.size() - 1; i >= 0; i--) {
            failure = one(things.get(i), failure);
        }
        end(failure);
    }

    /**
     * Closes one of several things.
     *
     * @param thing null stands for nothing
     * @param before what closing the others threw; null for nothing
     * @return what has been thrown so far, for {@link #end}
     */
    public static @Nullable Throwable one(@Nullable AutoCloseable thing, @Nullable Throwable before) {
        try {
            if (thing != null) {
                thing.close();
            }
            return before;
        } catch (Exception | Error e) {
            if (before == null) {
                return e;
            }
            if (before != e) {
                before.addSuppressed(e);
            }
            return before;
        }
    }

    /** Throws what closing several things threw, if it threw anything. */
    public static void end(@Nullable Throwable failure) {
        if (failure != null) {
            throw unchecked(failure);
        }
    }

    /**
     * Closes a thing that is of no use any more because of a failure, and throws that; what closing throws is suppressed by it.
     *
     * @return never
     */
    public static RuntimeException after(Throwable failure, @Nullable AutoCloseable thing) {
        one(thing, failure);
        throw unchecked(failure);
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error e) {
            throw e;
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException("close failed", failure);
    }
}
