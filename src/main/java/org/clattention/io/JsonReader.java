package org.clattention.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Strict JSON objects as plain Java values: {@code Map<String, Object>} and {@code List<Object>} (both unmodifiable, in
 * the order of the text), {@code Long}, {@code Double}, {@code String}, {@code Boolean}. A number without fraction and
 * exponent is a {@code Long}. A member that is {@code null} counts as absent.
 *
 * <p>Rejected: duplicate keys, integers beyond 64 bits, numbers beyond the range of a double, {@code null} in a list,
 * unpaired surrogates, anything after the object, nesting deeper than 64, more than 100 MB or the limit given, more than
 * {@value #MAX_VALUES} values: a few bytes of JSON can take a hundred of heap.
 */
public final class JsonReader {
    /** What stands for {@code null} in what {@link #readObjectWithNulls} gives. */
    public static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    /** The most values that a text may hold: those of the largest published tokenizers, twice. */
    public static final int MAX_VALUES = 4_000_000;

    private final Path file;
    private final String part;
    private final JsonParser parser;
    private final boolean nulls;
    private int values;

    private JsonReader(Path file, String part, JsonParser parser, boolean nulls) {
        this.file = file;
        this.part = part;
        this.parser = parser;
        this.nulls = nulls;
    }

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws InvalidFileException if it does not, or cannot be read
     */
    public static Map<String, Object> readObject(Path file) {
        return readObject(file, StrictJson.MAX_BYTES);
    }

    /** The same, of at most {@code maxBytes} bytes. */
    public static Map<String, Object> readObject(Path file, int maxBytes) {
        return parseObject(file, "JSON", readBytes(file, maxBytes), false);
    }

    /**
     * The same, but with {@link #NULL} where the text has {@code null}, in objects and lists: for files in which an absent
     * member and {@code null} differ.
     */
    public static Map<String, Object> readObjectWithNulls(Path file, int maxBytes) {
        return parseObjectWithNulls(file, readBytes(file, maxBytes));
    }

    /** The same of a file's bytes, for callers who have a use for both. */
    public static Map<String, Object> parseObjectWithNulls(Path file, byte[] utf8) {
        return parseObject(file, "JSON", utf8, true);
    }

    /**
     * The bytes of a file.
     *
     * @throws InvalidFileException if it is no regular file, cannot be read, or has more than {@code maxBytes} bytes
     */
    public static byte[] readBytes(Path file, int maxBytes) {
        RegularFile.require(file);
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            // Not more than that even if the file grows meanwhile.
            byte[] bytes = size > maxBytes ? new byte[0] : in.readNBytes(maxBytes + 1);
            if (size > maxBytes || bytes.length > maxBytes) {
                throw new InvalidFileException(
                        file, Math.max(size, bytes.length) + " bytes of JSON are over the limit of " + maxBytes);
            }
            return bytes;
        } catch (IOException e) {
            throw RegularFile.unreadable(file, e);
        }
    }

    /**
     * Parses a JSON object that was found inside a file.
     *
     * @param file where the text comes from, for messages
     * @param part what the text is within the file, for messages
     * @throws InvalidFileException if the text is anything else than one JSON object
     */
    public static Map<String, Object> parseObject(Path file, String part, String json) {
        StrictJson.wellFormed(file, part, json);
        return parseObject(file, part, json.getBytes(StandardCharsets.UTF_8), false);
    }

    private static Map<String, Object> parseObject(Path file, String part, byte[] utf8, boolean nulls) {
        return StrictJson.parse(file, part, utf8, parser -> new JsonReader(file, part, parser, nulls).root());
    }

    private Map<String, Object> root() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw invalid("not a JSON object");
        }
        Map<String, Object> object = object();
        if (parser.nextToken() != null) {
            throw invalid("text follows after the JSON object");
        }
        return object;
    }

    /** Recursion is bounded by the parser's own nesting limit. */
    private Map<String, Object> object() throws IOException {
        Map<String, Object> out = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = StrictJson.wellFormed(file, part, parser.currentName());
            if (parser.nextToken() != JsonToken.VALUE_NULL || nulls) {
                out.put(name, value());
            }
        }
        return Collections.unmodifiableMap(out);
    }

    private List<Object> list() throws IOException {
        List<Object> out = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            out.add(value());
        }
        return Collections.unmodifiableList(out);
    }

    private Object value() throws IOException {
        if (++values > MAX_VALUES) {
            throw invalid("more than " + MAX_VALUES + " values");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> list();
            case VALUE_STRING -> StrictJson.wellFormed(file, part, parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> number();
            case VALUE_NULL -> {
                if (!nulls) {
                    throw invalid("unexpected null");
                }
                yield NULL;
            }
            default -> throw invalid("unexpected " + parser.getText());
        };
    }

    private Long integer() throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw invalid("integer " + parser.getText() + " is beyond 64 bits");
        }
        return parser.getLongValue();
    }

    private Double number() throws IOException {
        double number = parser.getDoubleValue();
        if (!Double.isFinite(number)) {
            throw invalid("number " + parser.getText() + " is beyond the range of a double");
        }
        return number;
    }

    private InvalidFileException invalid(String problem) {
        return new InvalidFileException(file, part + ": " + problem);
    }
}
