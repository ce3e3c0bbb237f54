package org.clattention.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.clattention.config.DataType;
import org.jspecify.annotations.Nullable;

/** The parsed and checked JSON header of a safetensors file. Duplicate names are rejected by the JSON parser itself. */
final class SafetensorsHeader {
    /** More dimensions than any tensor has; a limit, so that a hostile header cannot make huge arrays. */
    static final int MAX_RANK = 32;

    private static final String METADATA = "__metadata__";

    private final Path file;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();

    private SafetensorsHeader(Path file) {
        this.file = file;
    }

    /**
     * Parses a header and checks that its tensors cover the data without overlap or hole.
     *
     * @param utf8 the header's bytes, padding included
     * @param dataBytes how many bytes follow the header
     */
    static SafetensorsHeader parse(Path file, byte[] utf8, long dataBytes) {
        SafetensorsHeader header = new SafetensorsHeader(file);
        header.checkEnds(utf8);
        StrictJson.parse(file, "header", utf8, parser -> {
            header.read(parser);
            return header;
        });
        header.checkCoverage(dataBytes);
        return header;
    }

    /** The metadata, in the file's order. */
    Map<String, String> metadata() {
        return metadata;
    }

    /** The tensors by name, in the file's order. */
    Map<String, TensorEntry> entries() {
        return entries;
    }

    /** The tensors in the order of their bytes. */
    List<TensorEntry> byPosition() {
        List<TensorEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.<TensorEntry>comparingLong(e -> e.begin).thenComparingLong(e -> e.end));
        return sorted;
    }

    private void checkEnds(byte[] utf8) {
        int last = utf8.length - 1;
        while (last >= 0 && utf8[last] == ' ') {
            last--;
        }
        if (last < 0 || utf8[0] != '{') {
            throw invalid("header does not begin with '{': not a safetensors file");
        }
        if (utf8[last] != '}') {
            throw invalid("header does not end with '}' and spaces");
        }
    }

    private void read(JsonParser parser) throws IOException {
        parser.nextToken();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = StrictJson.wellFormed(file, "tensor name", parser.currentName());
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("header: \"" + name + "\" is not an object");
            }
            if (name.equals(METADATA)) {
                readMetadata(parser);
            } else {
                entries.put(name, readTensor(parser, name));
            }
        }
        if (parser.nextToken() != null) {
            throw invalid("header: text follows after the JSON object");
        }
    }

    private void readMetadata(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = StrictJson.wellFormed(file, METADATA, parser.currentName());
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw invalid(METADATA + ": the value of \"" + key + "\" is not a string");
            }
            metadata.put(key, StrictJson.wellFormed(file, METADATA, parser.getText()));
        }
    }

    private TensorEntry readTensor(JsonParser parser, String name) throws IOException {
        DataType type = null;
        long[] shape = null;
        long[] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "dtype" -> type = readType(parser, name);
                case "shape" -> shape = readLongs(parser, name, "shape", MAX_RANK);
                case "data_offsets" -> offsets = readLongs(parser, name, "data_offsets", 2);
                default -> throw invalid("tensor " + name + ": unknown field \"" + field + "\"");
            }
        }
        require(type, name, "dtype");
        require(shape, name, "shape");
        require(offsets, name, "data_offsets");
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw invalid("tensor " + name + ": data_offsets " + Arrays.toString(offsets) + " are not [begin, end]");
        }
        long bytes = byteCount(name, type, shape);
        if (offsets[1] - offsets[0] != bytes) {
            throw invalid("tensor " + name + ": data_offsets " + Arrays.toString(offsets) + " hold "
                    + (offsets[1] - offsets[0]) + " bytes, but " + type + " " + Arrays.toString(shape) + " takes "
                    + bytes);
        }
        return new TensorEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private void require(@Nullable Object value, String name, String field) {
        if (value == null) {
            throw invalid("tensor " + name + ": " + field + " is missing");
        }
    }

    private DataType readType(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw invalid("tensor " + name + ": dtype is not a string");
        }
        String text = parser.getText();
        for (DataType type : DataType.plain()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw invalid("tensor " + name + ": dtype \"" + text + "\" is none of " + DataType.plain());
    }

    private long[] readLongs(JsonParser parser, String name, String field, int limit) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw invalid("tensor " + name + ": " + field + " is not a list");
        }
        long[] out = new long[limit];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
            if (!whole
                    || parser.getText().startsWith("-")
                    || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw invalid("tensor " + name + ": " + parser.getText() + " in " + field
                        + " is not an integer from 0 to 2^63 - 1");
            }
            if (count == limit) {
                throw invalid("tensor " + name + ": " + field + " has more than " + limit + " numbers");
            }
            out[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(out, count);
    }

    private long byteCount(String name, DataType type, long[] shape) {
        try {
            // Every prefix must fit, even if a zero follows: whoever multiplies the shape again must not overflow.
            long elements = 1;
            for (long dim : shape) {
                elements = Math.multiplyExact(elements, dim);
            }
            return Math.multiplyExact(elements, (long) type.bytes());
        } catch (ArithmeticException e) {
            throw new InvalidFileException(
                    file,
                    "tensor " + name + ": the size of " + type + " " + Arrays.toString(shape) + " overflows 64 bits",
                    e);
        }
    }

    private void checkCoverage(long dataBytes) {
        long covered = 0;
        for (TensorEntry e : byPosition()) {
            if (e.begin != covered) {
                String problem = e.begin < covered ? "overlaps another tensor" : "leaves a hole";
                throw invalid("tensor " + e.name + ": begins at byte " + e.begin + " where byte " + covered
                        + " comes next: " + problem);
            }
            if (e.end > dataBytes) {
                throw invalid("tensor " + e.name + ": ends at byte " + e.end + ", but only " + dataBytes
                        + " bytes of data follow the header: truncated file");
            }
            covered = e.end;
        }
        if (covered != dataBytes) {
            throw invalid((dataBytes - covered) + " bytes after the last tensor belong to none");
        }
    }

    private InvalidFileException invalid(String problem) {
        return new InvalidFileException(file, problem);
    }
}
