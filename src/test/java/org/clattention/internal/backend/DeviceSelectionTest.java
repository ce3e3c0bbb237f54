package org.clattention.internal.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.clattention.config.DeviceInfo;
import org.clattention.config.DeviceInfo.Kind;
import org.clattention.error.DeviceNotFoundException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which device a selector means: no device needed to tell. */
@Tag("small")
class DeviceSelectionTest {
    private static final DeviceInfo CPU = device(0, Kind.CPU, "Some Processor", "Portable", 8, true, "");
    private static final DeviceInfo SOFTWARE = device(1, Kind.CPU, "llvmpipe (LLVM)", "rusticl", 64, true, "");
    private static final DeviceInfo SMALL = device(2, Kind.GPU, "Small GPU", "Vendor", 4, true, "");
    private static final DeviceInfo LARGE = device(3, Kind.GPU, "Large GPU", "Vendor", 80, false, "");
    private static final DeviceInfo BROKEN =
            device(4, Kind.GPU, "Broken GPU", "Vendor", 99, false, "it has no compiler");
    private static final DeviceInfo SIMULATOR = device(5, Kind.SIMULATOR, "Simulator", "Oclgrind", 1, true, "");
    private static final DeviceInfo JAVA = java();
    private static final List<DeviceInfo> ALL = List.of(CPU, SOFTWARE, SMALL, LARGE, BROKEN, SIMULATOR);

    @Test
    void theBestIsChosenWithAReason() {
        for (String selector : List.of("auto", "opencl", "", " AUTO ")) {
            DeviceSelection selection = DeviceSelection.select(selector, ALL, "");
            assertThat(selection.device()).isEqualTo(LARGE);
            assertThat(selection.reason()).contains("best of 5 usable devices");
        }
        assertThat(DeviceSelection.select("auto", List.of(CPU), "").reason())
                .isEqualTo("the only usable OpenCL device");
    }

    @Test
    void theOrderOfPreference() {
        assertThat(ALL.stream().filter(DeviceInfo::usable).sorted(DeviceSelection.preference()))
                .containsExactly(LARGE, SMALL, CPU, SOFTWARE, SIMULATOR);
    }

    @Test
    void numbersAndNames() {
        assertThat(DeviceSelection.select("opencl:2", ALL, "").device()).isEqualTo(SMALL);
        assertThat(DeviceSelection.select("OpenCL:0", ALL, "").device()).isEqualTo(CPU);
        assertThat(DeviceSelection.select("LLVMpipe", ALL, "").device()).isEqualTo(SOFTWARE);
        assertThat(DeviceSelection.select("portable", ALL, "").device()).isEqualTo(CPU);
        assertThat(DeviceSelection.select("gpu", ALL, "").device()).isEqualTo(LARGE);
        assertThat(DeviceSelection.select("opencl:1", ALL, "").reason()).isEqualTo("selected by number");
        assertThat(DeviceSelection.select("rusticl", ALL, "").reason()).contains("\"rusticl\"");
    }

    @Test
    void whatIsNotThereIsListed() {
        refuses("opencl:9", ALL, "", "device opencl:9: not there", "opencl:0 Some Processor", "opencl:5 Simulator");
        refuses("radeon", ALL, "", "device radeon: no device or platform", "opencl:4 Broken GPU (unusable: it has no");
        refuses("auto", List.of(), "", "no usable OpenCL device", "there is no OpenCL device", "apt install");
        refuses("auto", List.of(BROKEN), "", "no usable OpenCL device", "it has no compiler");
    }

    @Test
    void unusableDevicesSayWhy() {
        refuses("opencl:4", ALL, "", "device opencl:4 (Broken GPU): it has no compiler");
        refuses("broken", ALL, "", "it has no compiler");
    }

    @Test
    void withoutALoaderItsProblemIsTold() {
        refuses("auto", List.of(), "no OpenCL loader was found", "device auto: no OpenCL loader was found");
        refuses("opencl:0", List.of(), "no OpenCL loader was found", "no OpenCL loader was found");
    }

    @Test
    void theJavaEngineServesWhereOpenClIsMissingOrSlow() {
        assertThat(auto("no OpenCL loader was found", JAVA))
                .isEqualTo(new DeviceSelection(JAVA, "no OpenCL loader was found"));
        assertThat(auto("", JAVA).reason()).contains("no usable OpenCL device");
        assertThat(auto("", BROKEN, JAVA).reason()).contains("it has no compiler");
        DeviceSelection notSlow = auto("", SOFTWARE, SIMULATOR, JAVA);
        assertThat(notSlow.device()).isEqualTo(JAVA);
        assertThat(notSlow.reason()).contains("faster than the OpenCL devices", "llvmpipe");
        assertThat(auto("", CPU, SOFTWARE, JAVA).device()).isEqualTo(CPU);
        assertThat(auto("", SMALL, JAVA).device()).isEqualTo(SMALL);
    }

    @Test
    void theJavaEngineIsChosenByItsWordAndNotByOpenCl() {
        assertThat(DeviceSelection.select("java", List.of(LARGE, JAVA), "").device())
                .isEqualTo(JAVA);
        assertThat(DeviceSelection.select("Java", List.of(JAVA), "no loader").device())
                .isEqualTo(JAVA);
        refuses("opencl", List.of(JAVA), "", "no usable OpenCL device");
        refuses("opencl", List.of(JAVA), "no loader", "no loader");
        refuses("opencl:0", List.of(JAVA), "", "not there");
    }

    private static DeviceSelection auto(String problem, DeviceInfo... devices) {
        return DeviceSelection.select("auto", List.of(devices), problem);
    }

    private static void refuses(String selector, List<DeviceInfo> devices, String problem, String... parts) {
        assertThatThrownBy(() -> DeviceSelection.select(selector, devices, problem))
                .isInstanceOf(DeviceNotFoundException.class)
                .hasMessageContainingAll(parts);
    }

    private static DeviceInfo java() {
        return device("java", Kind.CPU, "Java engine", "JVM", 8, true, "");
    }

    private static DeviceInfo device(
            int number, Kind kind, String name, String platform, int units, boolean unified, String unusable) {
        return device("opencl:" + number, kind, name, platform, units, unified, unusable);
    }

    private static DeviceInfo device(
            String selector, Kind kind, String name, String platform, int units, boolean unified, String unusable) {
        return new DeviceInfo(
                selector,
                kind,
                name,
                platform,
                "vendor",
                "1.0",
                "OpenCL 1.2",
                units,
                1000,
                1L << 32,
                1L << 30,
                1 << 15,
                256,
                unified,
                false,
                false,
                unusable);
    }
}
