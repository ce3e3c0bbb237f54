package org.clattention.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.clattention.io.JsonReader;
import org.junit.jupiter.api.Test;

/** The third program of the README runs, and prints what PyTorch gives. */
class GenerationExampleTest {
    private static final Path MODEL = Path.of("test-data", "kjv-tiny");

    @Test
    void printsTheKnownText() {
        var greedy = JsonReader.readObject(MODEL.resolve("greedy.json"));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            GenerationExample.write(MODEL, String.valueOf(greedy.get("prompt")));
        } finally {
            System.setOut(before);
        }
        // Logs of the tests go to standard output, too, but not between the tokens of a text.
        String text = String.valueOf(greedy.get("continuation")).substring(0, 100);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains(text);
    }

    @Test
    void standsInTheReadme() throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/clattention/examples/GenerationExample.java"));
        String begin = "// README: begin\n";
        String body = source.substring(source.indexOf(begin) + begin.length(), source.indexOf("    // README: end"))
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(Path.of("README.md"))).contains(body);
    }
}
