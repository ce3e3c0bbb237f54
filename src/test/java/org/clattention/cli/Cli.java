package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.clattention.io.JsonReader;

/**
 * A command line that was run in this JVM.
 *
 * @param code the exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Cli(int code, String out, String err) {
    /** Runs a command. */
    static Cli run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Cli(code, out.toString(), err.toString());
    }

    /** Collects the text that a command would print, and its JSON as the last line. */
    static Output output(StringWriter out, boolean text) {
        return new Output(new PrintWriter(out), text, null);
    }

    /** Requires this code, nothing but one line on standard error, and in it this text. */
    void requireOneLine(int wantedCode, String part) {
        assertThat(code).as("exit code; %s", this).isEqualTo(wantedCode);
        assertThat(err.lines().toList()).hasSize(1);
        assertThat(err).startsWith("clattention: ").contains(part).doesNotContain("Exception");
    }

    /** Standard output as one JSON object and nothing else. */
    Map<String, Object> json() {
        return parse(out);
    }

    static Map<String, Object> parse(String text) {
        assertThat(text.lines().toList()).hasSize(1);
        try (var parser = new JsonFactory().createParser(text)) {
            while (parser.nextToken() != null) {
                // null is fine in our JSON, but JsonReader is for case files and refuses it
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return JsonReader.parseObject(Path.of("output"), "json", text.replaceAll(":null", ":\"null\""));
    }
}
