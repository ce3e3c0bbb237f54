package org.clattention.error;

import org.jspecify.annotations.Nullable;

/**
 * The device does not work for its engine any more: it has gone, has failed for good, or did not end a call in time. The
 * engine is closed with that, every later call on it throws this exception, too, and the process goes on: open a new engine.
 *
 * <p>What a device that hangs still works on cannot be taken back from it: its memory stays taken until the process ends.
 */
public final class DeviceLostException extends DeviceException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what happened, possibly over several lines
     * @param cause the failure that showed it; null if there is none
     */
    public DeviceLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
