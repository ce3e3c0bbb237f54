package org.clattention.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a command's results go: text to standard output; JSON to a file, or to standard output instead of the text. */
final class Output {
    private static final JsonFactory JSON = new JsonFactory();

    private final PrintWriter out;
    private final boolean text;
    private final @Nullable Path jsonFile;

    /**
     * @param text whether to write text; if not, JSON goes to {@code out} instead
     * @param jsonFile the file for JSON besides the text; null for none
     */
    Output(PrintWriter out, boolean text, @Nullable Path jsonFile) {
        this.out = out;
        this.text = text;
        this.jsonFile = jsonFile;
    }

    /** Writes JSON through a generator. */
    interface JsonBody {
        /** Writes one complete value. */
        void write(JsonGenerator json) throws IOException;
    }

    /** Whether text is written at all. */
    boolean isText() {
        return text;
    }

    /** A line of text. */
    void line(String line) {
        if (text) {
            out.println(line);
            requireWritten(out);
        }
    }

    /** A line of text from a format. */
    void format(String format, Object... arguments) {
        line(String.format(Locale.ROOT, format, arguments));
    }

    /** Writes the result as JSON, if requested. */
    void json(JsonBody body) {
        if (text && jsonFile == null) {
            return;
        }
        StringWriter buffer = new StringWriter();
        try {
            try (JsonGenerator json = JSON.createGenerator(buffer)) {
                body.write(json);
            }
            if (jsonFile == null) {
                out.println(buffer);
                requireWritten(out);
            } else {
                Files.writeString(jsonFile, buffer + "\n");
            }
        } catch (IOException e) {
            if (jsonFile == null) {
                throw new UncheckedIOException(e);
            }
            throw new OutputLostException("--json " + jsonFile + ": " + OneLine.reason(e), e);
        }
    }

    /**
     * Flushes results.
     *
     * @throws OutputLostException if any of them could not be written
     */
    static void requireWritten(PrintWriter out) {
        if (!out.checkError()) {
            return;
        }
        StandardOutput standard = out instanceof StandardOutput s ? s : null;
        IOException failure = standard == null ? null : standard.failure();
        String reason = failure == null ? "" : ": " + OneLine.reason(failure);
        throw new OutputLostException(
                standard != null && standard.isClosedPipe(), "standard output cannot be written" + reason);
    }

    /** A number; JSON has no infinities and no NaN, so these become null. */
    static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
        }
    }
}
