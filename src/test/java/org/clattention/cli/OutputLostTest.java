package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.clattention.testing.TinyDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full disk behind standard output or a file: whoever reads the exit code must not think that the results are there. */
class OutputLostTest {
    private static final File FULL = new File("/dev/full");

    @TempDir
    private Path folder = Path.of("unset");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices",
                "devices --json -",
                "doctor",
                "doctor --json -",
                "smoke --device java --only softmax",
                "smoke --device java --only softmax --json -",
                "verify --device reference CASE",
                "verify --device java --json - CASE",
                "heads --device java test-data/attention_alibi.safetensors",
                "generate --device java --model test-data/kjv-tiny --prompt And --max-tokens 2",
                "generate --device java --model test-data/kjv-tiny --prompt And --max-tokens 2 --json -",
                "bench --device java --shapes prefill --seconds 0.01",
                "--help",
                "--version",
                "smoke --help",
            })
    void aFullDiskBehindStandardOutputIsOneLineAndNoPass(String command) throws IOException {
        assumeTrue(FULL.exists(), "there is no /dev/full here");
        String file = Cases.right(folder, "right").toString();
        StringWriter err = new StringWriter();
        int code;
        try (OutputStream full = new FileOutputStream(FULL)) {
            code = Main.run(
                    StandardOutput.on(full, StandardCharsets.UTF_8),
                    new PrintWriter(err),
                    command.replace("CASE", file).split(" "));
        }
        assertThat(err.toString().lines().toList())
                .singleElement()
                .asString()
                .startsWith("clattention: standard output cannot be written: ");
        assertThat(code).isEqualTo(ExitCode.BUG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices --json FULL",
                "verify --device java --json FULL CASE",
                "heads --device java --json FULL test-data/attention_alibi.safetensors",
                "heads --device java --html FULL test-data/attention_alibi.safetensors",
                "heads --device java --png FULL test-data/attention_alibi.safetensors",
            })
    void aFullDiskBehindAFileIsOneLineAndNoPass(String command) throws IOException {
        String file = Cases.right(folder, "right").toString();
        Path mount = Files.createDirectory(folder.resolve("disk"));
        try (TinyDisk disk = TinyDisk.on(mount, 8)) {
            String full = disk.folder().resolve("result").toString();
            Files.createFile(Path.of(full));
            disk.fill();
            Cli cli =
                    Cli.run(command.replace("CASE", file).replace("FULL", full).split(" "));
            cli.requireOneLine(ExitCode.BUG, full + ": ");
        }
    }

    /** In processes of their own: what counts is the file descriptor. */
    @Test
    void theProcessSaysSoToo() throws Exception {
        assumeTrue(FULL.exists(), "there is no /dev/full here");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(java("devices"))
                .redirectOutput(FULL)
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(err)).contains("clattention: standard output cannot be written: ");
        assertThat(process.exitValue()).isEqualTo(ExitCode.BUG);
    }

    @Test
    void aClosedPipeEndsQuietlyAndAtOnce() throws Exception {
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(java("smoke", "--device", "java", "--only", "softmax"))
                .redirectError(err.toFile())
                .start();
        process.getInputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(err)).doesNotContain("clattention:", "Exception");
        assertThat(process.exitValue()).isEqualTo(ExitCode.CLOSED_PIPE);
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
