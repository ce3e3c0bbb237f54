package org.clattention.error;

/** The device or its driver failed, or could not do what was asked; the message says what, where and how to mend it. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what failed, possibly over several lines */
    public DeviceException(String message) {
        super(message);
    }

    /**
     * @param message what failed, possibly over several lines
     * @param cause what led to it
     */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
