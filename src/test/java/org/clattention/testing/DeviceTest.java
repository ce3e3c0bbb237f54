package org.clattention.testing;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A contract that every device must keep: all tests of a subclass run once on each {@link TestDevice}. */
@ParameterizedClass(name = "{0}")
@MethodSource("org.clattention.testing.TestDevice#ofContracts")
@ExtendWith(NoLiveHandles.class)
public abstract class DeviceTest {
    /** The device of this run. */
    @Parameter
    protected TestDevice device = TestDevice.POCL;

    @BeforeEach
    void skipWithoutDevice() {
        device.require();
    }
}
