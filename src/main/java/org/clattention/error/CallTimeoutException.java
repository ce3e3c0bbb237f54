package org.clattention.error;

import org.clattention.config.EngineOptions;

/** The engine in Java did not end a call within {@link EngineOptions#callLimit()}. The call has ended; the engine stays usable. */
public final class CallTimeoutException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** @param message which limit has passed */
    public CallTimeoutException(String message) {
        super(message);
    }
}
