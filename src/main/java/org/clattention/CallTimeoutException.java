package org.clattention;

import org.clattention.config.EngineOptions;
import org.clattention.error.DeviceException;

/** The engine in Java did not end a call within {@link EngineOptions#callLimit()}. The call has ended; the engine stays usable. */
public final class CallTimeoutException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** @param message which limit has passed */
    public CallTimeoutException(String message) {
        super(message);
    }
}
