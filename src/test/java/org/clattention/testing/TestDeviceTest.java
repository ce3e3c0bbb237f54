package org.clattention.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("small")
class TestDeviceTest {
    private static final String ALL = "pocl, rusticl,oclgrind";
    private static final String OCLGRIND = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";

    @Test
    void nothingIsRequiredUnlessNamed() {
        for (TestDevice device : TestDevice.values()) {
            assertThat(device.isRequired("", "")).isFalse();
            assertThat(device.isRequired("", OCLGRIND)).isFalse();
        }
        assertThat(TestDevice.RUSTICL.isRequired("pocl", "")).isFalse();
    }

    @Test
    void eachProcessAnswersForWhatItsLoaderShows() {
        assertThat(TestDevice.POCL.isRequired(ALL, "")).isTrue();
        assertThat(TestDevice.RUSTICL.isRequired(ALL, "")).isTrue();
        assertThat(TestDevice.OCLGRIND.isRequired(ALL, "")).isFalse();
        assertThat(TestDevice.POCL.isRequired(ALL, OCLGRIND)).isFalse();
        assertThat(TestDevice.RUSTICL.isRequired(ALL, OCLGRIND)).isFalse();
        assertThat(TestDevice.OCLGRIND.isRequired(ALL, OCLGRIND)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(TestDevice.class)
    void requiredDevicesAreThere(TestDevice device) {
        assertThat(device.require().usable()).isTrue();
    }
}
