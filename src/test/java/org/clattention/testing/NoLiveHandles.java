package org.clattention.testing;

import org.clattention.internal.cl.LiveHandles;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Fails a test that leaves an OpenCL object open, naming where each was made. Later tests are not blamed for it. */
public final class NoLiveHandles implements BeforeEachCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(NoLiveHandles.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("before", LiveHandles.count());
        context.getStore(NAMESPACE).put("left", LiveHandles.leftToContexts());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        long before = context.getStore(NAMESPACE).getOrDefault("before", Long.class, 0L);
        check(before);
        long left = context.getStore(NAMESPACE).getOrDefault("left", Long.class, 0L);
        if (LiveHandles.leftToContexts() != left) {
            throw new AssertionError(
                    (LiveHandles.leftToContexts() - left) + " OpenCL objects were left to their contexts");
        }
    }

    /** Fails unless {@code expected} OpenCL objects are open. */
    public static void check(long expected) {
        long live = LiveHandles.count();
        if (live != expected) {
            AssertionError error = new AssertionError(live + " OpenCL objects are open, expected " + expected);
            LiveHandles.origins().forEach(error::addSuppressed);
            throw error;
        }
    }
}
