package org.clattention.io;

import static org.clattention.io.BadFiles.add;
import static org.clattention.io.RawFile.IN_X;
import static org.clattention.io.RawFile.OUT_Y;
import static org.clattention.io.RawFile.header;
import static org.clattention.io.RawFile.raw;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.clattention.io.BadFiles.BadFile;

/** Files that break the rules of safetensors. */
final class BadContainers {
    private BadContainers() {}

    static List<BadFile> all() {
        List<BadFile> out = new ArrayList<>();
        addPaths(out);
        addHeaderBytes(out);
        addHeaderStructure(out);
        addTensorFields(out);
        addLayout(out);
        return out;
    }

    private static void addPaths(List<BadFile> out) {
        out.add(new BadFile("missing file", "no such file", path -> {}));
        out.add(new BadFile("folder", "is a folder", Files::createDirectory));
        add(out, "empty file", "is empty", new byte[0]);
        add(out, "one byte", "too short", new byte[1]);
        add(out, "seven bytes", "too short", new byte[7]);
    }

    private static void addHeaderBytes(List<BadFile> out) {
        byte[] good = BadFiles.good();
        add(
                out,
                "header length only",
                "0 bytes follow",
                ByteBuffer.allocate(8).put(0, (byte) 100).array());
        add(out, "header length zero", "not a safetensors file", new byte[32]);
        add(out, "header length over the limit", "100000001 is over the limit", lengthPatched(good, 100_000_001));
        add(out, "header length beyond the file", "truncated", lengthPatched(good, 99_999_999));
        add(out, "header length with the sign bit", "9223372036854775808 is over", lengthPatched(good, Long.MIN_VALUE));
        add(out, "header length all ones", "18446744073709551615 is over", lengthPatched(good, -1));
        add(out, "header length big-endian", "over the limit", lengthPatched(good, Long.reverseBytes(300)));
        add(out, "truncated header", "truncated", Arrays.copyOf(good, 60));
        add(out, "header cut in its JSON", "does not end with '}'", raw("{\"in.x\":{\"dtype\"", new byte[0]));
        add(out, "header that ends inside", "not valid JSON", raw("{" + IN_X));
        add(out, "text file", "not a safetensors file", "A plain text file.\n".getBytes(StandardCharsets.UTF_8));
        add(out, "zip file", "over the limit", new byte[] {'P', 'K', 3, 4, 20, 0, 8, 8, 8, 0, 1, 2, 3, 4, 5, 6});
        add(out, "header is a list", "does not begin with '{'", raw("[]", new byte[0]));
        add(out, "header begins with a space", "does not begin with '{'", raw(" {" + OUT_Y + "}", new byte[24]));
        add(out, "header of spaces", "does not begin with '{'", raw("        ", new byte[0]));
        add(
                out,
                "text after the header's JSON",
                "does not end with '}'",
                raw(header(IN_X, OUT_Y) + " x", new byte[24]));
        add(out, "second object after the header", "text follows", raw(header(IN_X, OUT_Y) + "{}", new byte[24]));
        add(out, "newline after the header", "does not end with '}'", raw(header(IN_X, OUT_Y) + "\n", new byte[24]));
        add(out, "zero byte after the header", "does not end with '}'", raw(header(IN_X, OUT_Y) + "\0", new byte[24]));
        add(out, "header not UTF-8", "not valid UTF-8", notUtf8());
        add(out, "header in overlong UTF-8", "not valid UTF-8", overlongUtf8());
        add(out, "header in UTF-16", "not valid JSON", utf16());
        add(out, "comment in the header", "not valid JSON", raw("{/* */" + IN_X + "," + OUT_Y + "}", new byte[24]));
        add(out, "trailing comma", "not valid JSON", raw("{" + IN_X + "," + OUT_Y + ",}", new byte[24]));
        add(out, "single quotes", "not valid JSON", raw(header(IN_X, OUT_Y).replace('"', '\''), new byte[24]));
        add(out, "control character in a name", "not valid JSON", raw(header(IN_X.replace("in.x", "in.\n"), OUT_Y)));
        add(out, "unpaired surrogate in a name", "surrogate", raw(header(IN_X.replace("in.x", "in.\\ud800"), OUT_Y)));
    }

    private static void addHeaderStructure(List<BadFile> out) {
        add(out, "duplicate tensor names", "Duplicate", raw(header(IN_X, OUT_Y, OUT_Y)));
        add(
                out,
                "duplicate names by escape",
                "Duplicate",
                raw(header(IN_X, IN_X.replace("in.x", "in.\\u0078"), OUT_Y)));
        add(out, "duplicate metadata", "Duplicate", raw("{\"__metadata__\":{},\"__metadata__\":{}}", new byte[0]));
        add(out, "duplicate metadata keys", "Duplicate", raw("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"));
        add(out, "tensor is a number", "is not an object", raw(header("\"in.x\":5", OUT_Y)));
        add(out, "tensor is null", "is not an object", raw(header("\"in.x\":null", OUT_Y)));
        add(out, "metadata is a string", "is not an object", raw(header("\"__metadata__\":\"a\"", IN_X, OUT_Y)));
        add(out, "metadata with a number", "not a string", raw(header("\"__metadata__\":{\"a\":1}", IN_X, OUT_Y)));
        add(out, "metadata with null", "not a string", raw(header("\"__metadata__\":{\"a\":null}", IN_X, OUT_Y)));
        add(out, "metadata nested", "not a string", raw(header("\"__metadata__\":{\"a\":{}}", IN_X, OUT_Y)));
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        add(out, "deep nesting in metadata", "not a string", raw(header("\"__metadata__\":{\"a\":" + deep + "}")));
        add(out, "deep nesting in a shape", "not an integer", raw(header(tensor("F32", deep, "[0,16]"), OUT_Y)));
        String rank = "[" + "1,".repeat(100_000) + "1]";
        add(out, "a hundred thousand dimensions", "more than 32", raw(header(tensor("F32", rank, "[0,16]"), OUT_Y)));
    }

    private static void addTensorFields(List<BadFile> out) {
        addTensor(out, "duplicate fields", "Duplicate", IN_X.replace("\"dtype\":", "\"dtype\":\"F32\",\"dtype\":"));
        addTensor(out, "unknown field", "unknown field \"x\"", IN_X.replace("}", ",\"x\":1}"));
        addTensor(out, "no dtype", "dtype is missing", IN_X.replace("\"dtype\":\"F32\",", ""));
        addTensor(out, "no shape", "shape is missing", IN_X.replace("\"shape\":[2,2],", ""));
        addTensor(out, "no offsets", "data_offsets is missing", IN_X.replace(",\"data_offsets\":[0,16]", ""));
        addTensor(out, "unknown dtype", "dtype \"F31\" is none of", tensor("F31", "[2,2]", "[0,16]"));
        addTensor(out, "dtype in lower case", "dtype \"f32\" is none of", tensor("f32", "[2,2]", "[0,16]"));
        addTensor(out, "dtype is a number", "dtype is not a string", IN_X.replace("\"F32\"", "32"));
        addTensor(out, "shape is a number", "shape is not a list", tensor("F32", "4", "[0,16]"));
        addTensor(out, "shape with NaN", "not valid JSON", tensor("F32", "[NaN,2]", "[0,16]"));
        addTensor(out, "shape with a fraction", "2.5 in shape", tensor("F32", "[2.5,2]", "[0,16]"));
        addTensor(out, "shape with a whole fraction", "2.0 in shape", tensor("F32", "[2.0,2]", "[0,16]"));
        addTensor(out, "shape with an exponent", "2e0 in shape", tensor("F32", "[2e0,2]", "[0,16]"));
        addTensor(out, "shape with a negative", "-2 in shape", tensor("F32", "[-2,-2]", "[0,16]"));
        addTensor(out, "shape with minus zero", "-0 in shape", tensor("F32", "[-0,2]", "[0,0]"));
        addTensor(out, "shape with a string", "2 in shape", tensor("F32", "[\"2\",2]", "[0,16]"));
        addTensor(out, "shape with null", "null in shape", tensor("F32", "[null,2]", "[0,16]"));
        addTensor(out, "shape beyond 64 bits", "9223372036854775808", tensor("F32", "[9223372036854775808]", "[0,16]"));
        String big = "[4294967296,4294967296,4294967296]";
        addTensor(out, "shape whose product overflows", "overflows", tensor("F32", big, "[0,16]"));
        addTensor(
                out,
                "shape that overflows before a zero",
                "overflows",
                tensor("F32", big.replace("]", ",0]"), "[0,0]"));
        addTensor(out, "bytes that overflow to 16", "overflows", tensor("F64", "[2305843009213693954]", "[0,16]"));
        addTensor(out, "one offset", "are not [begin, end]", tensor("F32", "[2,2]", "[16]"));
        addTensor(out, "three offsets", "more than 2", tensor("F32", "[2,2]", "[0,16,24]"));
        addTensor(out, "offsets in reverse", "are not [begin, end]", tensor("F32", "[2,2]", "[16,0]"));
        addTensor(out, "negative offset", "-16 in data_offsets", tensor("F32", "[2,2]", "[-16,0]"));
        addTensor(out, "fractional offset", "0.5 in data_offsets", tensor("F32", "[2,2]", "[0.5,16]"));
        addTensor(out, "bytes fewer than the shape", "takes 24", tensor("F32", "[2,3]", "[0,16]"));
        addTensor(out, "bytes more than the shape", "takes 12", tensor("F32", "[3]", "[0,16]"));
        addTensor(out, "size of another dtype", "takes 32", tensor("F64", "[2,2]", "[0,16]"));
    }

    private static void addLayout(List<BadFile> out) {
        String shifted = OUT_Y.replace("[16,24]", "[15,23]");
        add(out, "overlapping tensors", "overlaps", raw(header(IN_X, shifted), new byte[23]));
        add(out, "tensors on the same bytes", "overlaps", raw(header(IN_X, IN_X.replace("in.", "out.")), new byte[16]));
        String empty = "\"in.e\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}";
        add(out, "empty tensor inside another", "overlaps", raw(header(IN_X, OUT_Y, empty)));
        add(
                out,
                "hole between tensors",
                "leaves a hole",
                raw(header(IN_X, OUT_Y.replace("[16,24]", "[20,28]")), new byte[28]));
        add(out, "hole at the start", "leaves a hole", raw(header(OUT_Y.replace("[16,24]", "[8,16]")), new byte[16]));
        add(out, "bytes after the last tensor", "1 bytes after the last", raw(header(IN_X, OUT_Y), new byte[25]));
        add(out, "truncated data", "truncated", raw(header(IN_X, OUT_Y), new byte[23]));
        add(out, "no data at all", "truncated", raw(header(IN_X, OUT_Y), new byte[0]));
        String far =
                "\"out.y\":{\"dtype\":\"U8\",\"shape\":[4611686018427387904],\"data_offsets\":[16,4611686018427387920]}";
        add(out, "tensor far beyond the end", "truncated", raw(header(IN_X, far)));
    }

    private static void addTensor(List<BadFile> out, String name, String expected, String tensor) {
        add(out, name, expected, raw(header(tensor, OUT_Y)));
    }

    /** The good input under another type, shape or place; {@code shape} and {@code offsets} are JSON. */
    private static String tensor(String dtype, String shape, String offsets) {
        return "\"in.x\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    private static byte[] lengthPatched(byte[] file, long length) {
        byte[] out = file.clone();
        ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        return out;
    }

    private static byte[] notUtf8() {
        byte[] out = raw(header(IN_X.replace("in.x", "in.#"), OUT_Y));
        out[8 + header(IN_X).indexOf("in.x") + 3] = (byte) 0xff;
        return out;
    }

    /** The two bytes C1 81 spell 'A' in a way that UTF-8 forbids. */
    private static byte[] overlongUtf8() {
        byte[] out = raw(header(IN_X.replace("in.x", "in.##"), OUT_Y));
        int at = 8 + header(IN_X).indexOf("in.x") + 3;
        out[at] = (byte) 0xc1;
        out[at + 1] = (byte) 0x81;
        return out;
    }

    /** Little-endian UTF-16 begins with '{' too; its last byte is made a '}' so that only the zeros are wrong. */
    private static byte[] utf16() {
        byte[] header = (header(IN_X, OUT_Y) + "}").getBytes(StandardCharsets.UTF_16LE);
        return raw(Arrays.copyOf(header, header.length - 1), new byte[24]);
    }
}
