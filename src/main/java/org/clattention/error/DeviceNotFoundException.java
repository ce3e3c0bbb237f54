package org.clattention.error;

/** No usable device fits the request; the message says what was looked for, what is there, and what to install. */
public final class DeviceNotFoundException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** @param message what was looked for and what to do */
    public DeviceNotFoundException(String message) {
        super(message);
    }
}
