package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A case without a past may ask for the keys and values after the call: they are those that it gave. */
class PresentWithoutPastTest extends DeviceTest {
    private static final int SIZE = 3;

    @Test
    @Tag("small")
    void headsApart() {
        check(Map.of(), new long[] {2, 2, 5, SIZE});
    }

    @Test
    void headsMerged() {
        check(Map.of("q_num_heads", 2L, "kv_num_heads", 2L), new long[] {2, 5, 2 * SIZE});
    }

    private void check(Map<String, Object> attributes, long[] shape) {
        double[] key = new double[2 * 2 * 5 * SIZE];
        double[] value = new double[key.length];
        for (int n = 0; n < key.length; n++) {
            key[n] = n / 64.0;
            value[n] = -n;
        }
        Map<String, HostTensor> inputs = Map.of(
                "Q", HostTensor.ofDoubles(key, shape),
                "K", HostTensor.ofDoubles(key, shape),
                "V", HostTensor.ofDoubles(value, shape));
        HostTensor none = HostTensor.ofDoubles(new double[0], 0);
        Map<String, HostTensor> wanted = Map.of("present_key", none, "present_value", none);
        GoldenCase golden =
                new GoldenCase("test", "attention", new Attributes(attributes), 0, 0, "by hand", inputs, wanted);
        Map<String, HostTensor> want = new ReferenceRunner().run(golden);
        try (AttentionEngine engine = device.open()) {
            Map<String, HostTensor> got = new EngineRunner(engine).run(golden);
            for (String name : wanted.keySet()) {
                assertThat(got.get(name).shape()).as(name).containsExactly(2, 2, 5, SIZE);
                assertThat(got.get(name).toDoubles())
                        .as(name)
                        .containsExactly(want.get(name).toDoubles());
            }
        }
    }
}
