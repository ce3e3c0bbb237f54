package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.clattention.config.DeviceInfo;
import org.clattention.error.DeviceNotFoundException;
import org.clattention.testing.TinyDisk;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines without OpenCL, played by child processes: the engine in Java serves, and whoever insists on OpenCL is told. */
@Tag("small")
class NoOpenClTest {
    @TempDir
    private Path folder = Path.of("unset");

    @Test
    void aLoaderWithoutDrivers() throws Exception {
        String said = child(Map.of("OCL_ICD_VENDORS", folder.toString() + "/"));
        assertThat(said)
                .contains("devices [java]")
                .contains("auto: Java engine")
                .contains("opencl: device opencl: no usable OpenCL device; there is no OpenCL device");
    }

    @Test
    void aDriverThatIsNoLibrary() throws Exception {
        Path library = Files.writeString(folder.resolve("broken.so"), "not a library");
        Files.writeString(folder.resolve("broken.icd"), library.toString());
        String said = child(Map.of("OCL_ICD_VENDORS", folder.toString() + "/"));
        assertThat(said)
                .contains("devices [java]")
                .contains("auto: Java engine")
                .contains("no usable OpenCL device");
    }

    /** A damaged libOpenCL, found before the machine's own, is as good as none; and JOCL prints nothing about it. */
    @Test
    void noLoader() throws Exception {
        Files.writeString(folder.resolve("libOpenCL.so.1"), "not a library");
        Files.writeString(folder.resolve("libOpenCL.so"), "not a library");
        String said = child(Map.of("LD_LIBRARY_PATH", folder.toString()));
        assumeTrue(said.contains("devices [java]"), "this machine's loader cannot be hidden");
        assertThat(said)
                .contains("auto: Java engine")
                .contains("opencl: device opencl: the OpenCL loader (libOpenCL) does not load: ")
                .contains(folder + "/libOpenCL.so.1: ")
                .contains("apt install")
                .doesNotContain("Could not load");
    }

    /** JOCL and JNA bring native parts, which must lie somewhere to be loaded. */
    @Test
    void aTemporaryFolderThatIsClosedToPrograms() throws Exception {
        try (TinyDisk disk = TinyDisk.on(folder, 8192, "noexec")) {
            String said = child(Map.of("CLATTENTION_CACHE", ""), "-Djava.io.tmpdir=" + disk.folder());
            String reason = "the native libraries of JOCL and JNA cannot be unpacked: " + disk.folder()
                    + ": it is mounted noexec";
            assertThat(said)
                    .contains("auto: Java engine")
                    .contains("the Java engine stands in for OpenCL: " + reason)
                    .contains("opencl: device opencl: " + reason)
                    .contains("-Djava.io.tmpdir=FOLDER");
            assertThat(disk.folder()).isEmptyDirectory();
        }
    }

    @Test
    void anotherFolderServesWhereTheTemporaryOneDoesNot() throws Exception {
        Path closed = Files.createDirectory(folder.resolve("tmp"));
        Path cache = folder.resolve("cache");
        try (TinyDisk disk = TinyDisk.on(closed, 8192, "noexec")) {
            String said = child(Map.of("CLATTENTION_CACHE", cache.toString()), "-Djava.io.tmpdir=" + disk.folder());
            assertThat(said).contains("devices [").doesNotContain("cannot be unpacked");
            assertThat(cache).isEmptyDirectory();
        }
    }

    @Test
    void aJvmThatDeniesNativeCode() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "older JVMs do not deny");
        assertThat(child(Map.of(), "--illegal-native-access=deny"))
                .contains("auto: Java engine")
                .contains("opencl: device opencl: this JVM denies native code")
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    /** PoCL without a linker would end the process. */
    @Test
    void poclWithoutALinker() throws Exception {
        String said = child(Map.of("PATH", "/nonexistent", "RUSTICL_ENABLE", ""));
        assumeTrue(said.contains("PoCL"), "PoCL is not installed");
        assertThat(said)
                .contains("auto: Java engine")
                .contains("(unusable: PoCL needs the linker ld, which is in no folder of PATH");
    }

    /** The child has no Vector API; whoever sees no log sees the name. */
    @Test
    void theDeviceSaysThatTheVectorApiIsMissing() throws Exception {
        Map<String, String> none = Map.of("OCL_ICD_VENDORS", folder.toString() + "/");
        assertThat(child(none)).contains("auto: Java engine without the Vector API [");
        assertThat(child(none, "--add-modules", "jdk.incubator.vector")).contains("auto: Java engine [");
    }

    /** Runs {@link Main} in a process of its own. */
    private static String child(Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("OCL_ICD_VENDORS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    /** What the child does: lists the devices, opens engines and computes. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.out.println("devices "
                    + AttentionEngine.devices().stream()
                            .map(DeviceInfo::selector)
                            .toList());
            for (String selector : List.of("auto", "opencl")) {
                try (AttentionEngine engine = AttentionEngine.open(selector);
                        Tensor x = engine.tensor(new float[] {0, 0}, 2);
                        Tensor y = engine.softmax(x, 0)) {
                    System.out.println(selector + ": " + engine.device().name() + " " + Arrays.toString(y.toFloats()));
                } catch (DeviceNotFoundException e) {
                    System.out.println(selector + ": " + e.getMessage());
                }
            }
        }
    }
}
