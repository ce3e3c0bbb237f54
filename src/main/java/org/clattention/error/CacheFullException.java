package org.clattention.error;

/** A cache has no room for the tokens of a call. Thrown before anything runs; the cache is as it was. */
public final class CacheFullException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** @param message which cache, how much room it has, and how much was needed */
    public CacheFullException(String message) {
        super(message);
    }
}
