package org.clattention.error;

/** The device cannot hold what was asked for. Thrown before any launch; nothing is lost. */
public final class DeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    private final long neededBytes;
    private final long availableBytes;

    /**
     * @param what the thing to be stored
     * @param neededBytes its size
     * @param availableBytes what the device has for it
     * @param limit which limit that is
     */
    public DeviceMemoryException(String what, long neededBytes, long availableBytes, String limit) {
        super(String.format(
                "%s needs %,d bytes, but the device has %,d (%s)", what, neededBytes, availableBytes, limit));
        this.neededBytes = neededBytes;
        this.availableBytes = availableBytes;
    }

    /** The size that was asked for, in bytes. */
    public long neededBytes() {
        return neededBytes;
    }

    /** The size that the device would have allowed, in bytes. */
    public long availableBytes() {
        return availableBytes;
    }
}
