package org.clattention.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InvalidFileExceptionTest {
    @Test
    void keepsToOneLineWhateverTheFileSays() {
        InvalidFileException e = new InvalidFileException(
                Path.of("a\nb.safetensors"), "x\r\n\u2028\u0085\u001b[31m\u202e\ud800 ä \ud83d\ude00");

        assertThat(e)
                .hasMessage("a\\u000ab.safetensors: "
                        + "x\\u000d\\u000a\\u2028\\u0085\\u001b[31m\\u202e\\ud800 ä \ud83d\ude00");
    }

    @Test
    void cutsVeryLongText() {
        assertThat(new InvalidFileException(Path.of("a"), "x".repeat(10_000)).getMessage())
                .hasSize(506)
                .endsWith("x...");
    }
}
