package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts and names beyond ASCII, where the locale knows nothing of them. */
class ArgumentsTest {
    @TempDir
    private Path folder = Path.of("unset");

    @Test
    void theLastOnesAreTheProgramsOwn() {
        String[] lossy = {"--prompt", "caf??", ""};
        assertThat(decoded(lossy, "java", "-cp", "é", "Main", "--prompt", "café", ""))
                .containsExactly("--prompt", "café", "");
    }

    @Test
    void whatDoesNotFitIsLeftAlone() {
        String[] given = {"--prompt", "caf??"};
        assertThat(decoded(given, "java", "Main", "--text", "café")).isSameAs(given);
        assertThat(decoded(given, "café")).isSameAs(given);
        byte[] latin = "--prompt\0café\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Arguments.decoded(given, latin)).isSameAs(given);
    }

    /** The whole way, in a process of its own: the argument is read, and what it becomes is written. */
    @Test
    void underPosixATextIsWhatItIsUnderUtf8() throws Exception {
        assertThat(posix(ExitCode.BAD_INPUT, "smoke", "--only", "注意力 café")).contains("注意力 café");
    }

    @Test
    void underPosixANameThatCannotBeOpenedSaysSo() throws Exception {
        assertThat(posix(ExitCode.BAD_INPUT, "generate", "--model", "ünï", "--prompt", "And"))
                .contains("'ünï' cannot be opened in this locale, whose file names are US-ASCII; set LC_ALL=C.UTF-8");
    }

    private String posix(int code, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        // Under a shell: this JVM's own locale decides by which bytes it would hand such arguments on.
        StringBuilder line = new StringBuilder("export LC_ALL=POSIX; exec");
        command.addAll(List.of(arguments));
        command.forEach(word -> line.append(" '").append(word).append('\''));
        Path script = Files.writeString(folder.resolve("script"), line);
        File said = folder.resolve("said").toFile();
        Process process = new ProcessBuilder("sh", script.toString())
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(said.toPath());
        assertThat(process.exitValue()).as(text).isEqualTo(code);
        return text;
    }

    private static String[] decoded(String[] given, String... line) {
        return Arguments.decoded(given, (String.join("\0", line) + "\0").getBytes(StandardCharsets.UTF_8));
    }
}
