package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.clattention.error.DeviceLostException;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.OpenClException;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that goes away: the engine is closed, says so and why, and gives everything back. */
class DeviceLossTest extends DeviceTest {
    private static final int NOT_AVAILABLE = -2;
    private static final int OUT_OF_RESOURCES = -5;
    private static final int INVALID_COMMAND_QUEUE = -36;

    @BeforeEach
    void skipWhatAddsNothing() {
        assumeTrue(device == TestDevice.POCL || device == TestDevice.RUSTICL, "about calls of OpenCL");
    }

    @Test
    void aDeviceThatIsNotThereAnyMore() {
        for (String call : List.of("clEnqueueNDRangeKernel", "clEnqueueWriteBuffer", "clCreateBuffer", "clFinish")) {
            losesAt(call, NOT_AVAILABLE);
        }
        losesAt("clFinish", INVALID_COMMAND_QUEUE);
    }

    /** Out of resources at the end of a call is what a reset looks like; only if the device stays silent is it lost. */
    @Test
    void aDeviceThatDoesNotComeBack() {
        losesAt("clFinish", OUT_OF_RESOURCES);
        losesAt("clEnqueueReadBuffer", OUT_OF_RESOURCES);
    }

    @Test
    void aDeviceThatComesBackIsNotLost() {
        try (AttentionEngine engine = device.open()) {
            float[] want = SmallLayer.run(engine);
            int position = position(engine, "clFinish");
            try (Faults faults = Faults.at(position, OUT_OF_RESOURCES)) {
                assertThatThrownBy(() -> SmallLayer.run(engine)).isInstanceOf(OpenClException.class);
                assertThat(faults.calls()).hasSizeGreaterThan(position);
            }
            assertThat(engine.loss()).isEmpty();
            assertThat(SmallLayer.run(engine)).isEqualTo(want);
        }
    }

    private void losesAt(String call, int status) {
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape())) {
            SmallLayer.forward(layer, x);
            SmallLayer.run(engine);
            Throwable thrown;
            try (Faults faults = Faults.from(position(engine, call), status)) {
                thrown = catchThrowable(() -> SmallLayer.run(engine));
                assertThat(faults.calls()).contains(call);
            }
            assertThat(thrown)
                    .as(call)
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("is lost")
                    .hasMessageContaining(call + ": ")
                    .hasMessageContaining("open a new engine")
                    .hasCauseInstanceOf(OpenClException.class);
            assertThat(engine.loss()).isPresent();
            // The driver would answer again, but nobody asks it.
            closed(() -> SmallLayer.forward(layer, x));
            closed(() -> engine.tensor(SmallLayer.input(), SmallLayer.shape()).close());
            closed(x::toFloats);
            closed(() -> SmallLayer.open(engine).close());
            closed(() -> engine.softmax(x, 0).close());
            NoLiveHandles.check(0);
            assertThat(engine.memoryInUse()).isZero();
        }
        try (AttentionEngine next = device.open()) {
            SmallLayer.run(next);
            assertThat(next.loss()).isEmpty();
        }
    }

    private static void closed(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(DeviceLostException.class)
                .hasMessageStartingWith("engine on ")
                .hasMessageContaining(" is closed: ")
                .hasMessageContaining("is lost");
    }

    private static int position(AttentionEngine engine, String call) {
        try (Faults faults = Faults.none()) {
            SmallLayer.run(engine);
            int position = faults.calls().indexOf(call);
            assertThat(position).as(call).isNotNegative();
            return position;
        }
    }
}
