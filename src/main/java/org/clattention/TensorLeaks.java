package org.clattention;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the tensors of an engine that nobody closed: those that became unreachable, whose memory is freed then, and too many open
 * at a time. Warns once. Thread-safe.
 */
final class TensorLeaks {
    /** Far more than calls under way need, with their inputs and results. */
    static final int MANY = 10_000;

    private static final String TRACKING = "clattention.trackAllocations";
    private static final Logger log = LoggerFactory.getLogger(TensorLeaks.class);

    private final boolean tracking;
    private final ReferenceQueue<Tensor> unreachable = new ReferenceQueue<>();
    /** References are enqueued only while somebody holds them; those of closed tensors go when the tensor is unreachable. */
    private final Set<Claim> claims = ConcurrentHashMap.newKeySet();

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean warned = new AtomicBoolean();

    TensorLeaks() {
        this(Boolean.getBoolean(TRACKING));
    }

    /**
     * Begins.
     *
     * @param tracking whether to remember where each tensor was made
     */
    TensorLeaks(boolean tracking) {
        this.tracking = tracking;
    }

    /** What an engine keeps of a tensor: all but the tensor itself. */
    private static final class Claim extends PhantomReference<Tensor> {
        final Lifetime lifetime;
        final @Nullable Throwable origin;

        Claim(Tensor tensor, ReferenceQueue<Tensor> queue, Lifetime lifetime, @Nullable Throwable origin) {
            super(tensor, queue);
            this.lifetime = lifetime;
            this.origin = origin;
        }
    }

    /**
     * Watches a tensor, and frees those that have become unreachable since.
     *
     * @param lifetime the tensor's, which must not hold it
     */
    void watch(Tensor tensor, Lifetime lifetime) {
        Throwable origin = tracking ? new Throwable("the tensor was made here") : null;
        Claim claim = new Claim(tensor, unreachable, lifetime, origin);
        freeUnreachable();
        claims.add(claim);
        int count = open.incrementAndGet();
        if (count > MANY) {
            warn(
                    count + " tensors of this engine are open. Close results when they are read. The last one is "
                            + lifetime,
                    origin);
        }
    }

    /** Says that a watched tensor has been closed. */
    void closed() {
        open.decrementAndGet();
    }

    private void freeUnreachable() {
        for (Object each = unreachable.poll(); each != null; each = unreachable.poll()) {
            Claim claim = (Claim) each;
            claims.remove(claim);
            if (!claim.lifetime.isClosed()) {
                warn(
                        claim.lifetime
                                + " was not closed and cannot be reached any more. Its memory is freed only now; close"
                                + " results when they are read",
                        claim.origin);
                claim.lifetime.close();
            }
        }
    }

    private void warn(String what, @Nullable Throwable origin) {
        if (!warned.compareAndSet(false, true)) {
            return;
        }
        if (origin == null) {
            log.warn("{}. To see where it was made, start the JVM with -D{}=true. This is said once", what, TRACKING);
        } else {
            log.warn("{}. This is said once", what, origin);
        }
    }
}
