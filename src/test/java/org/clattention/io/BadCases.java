package org.clattention.io;

import static org.clattention.io.BadFiles.add;
import static org.clattention.io.RawFile.IN_X;
import static org.clattention.io.RawFile.OUT_Y;
import static org.clattention.io.RawFile.header;
import static org.clattention.io.RawFile.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.clattention.io.BadFiles.BadFile;

/** Sound safetensors files that are no golden cases. */
final class BadCases {
    private BadCases() {}

    static List<BadFile> all() {
        List<BadFile> out = new ArrayList<>();
        addCaseMetadata(out);
        addCaseTensors(out);
        addSeeds(out);
        return out;
    }

    private static void addCaseMetadata(List<BadFile> out) {
        add(out, "no metadata", "\"format\" is missing", raw(header(IN_X, OUT_Y)));
        addMetadata(out, "no format", "\"format\" is missing", "format", null);
        addMetadata(out, "another format", "clattention-case/2", "format", "clattention-case/2");
        addMetadata(out, "no op", "\"op\" is missing", "op", null);
        addMetadata(out, "empty op", "\"op\" is missing", "op", "");
        addMetadata(out, "no rtol", "\"rtol\" is missing", "rtol", null);
        addMetadata(out, "no atol", "\"atol\" is missing", "atol", null);
        for (String bad : List.of("abc", "NaN", "-1e-3", "Infinity", "1e999", "0x1p-3", "1d", " 1", "1,5")) {
            addMetadata(out, "rtol " + bad, "rtol \"" + bad + "\"", "rtol", bad);
        }
        addMetadata(out, "atol nan", "atol \"nan\"", "atol", "nan");
        addMetadata(out, "attributes empty", "attributes: not a JSON object", "attributes", "");
        addMetadata(out, "attributes not JSON", "attributes: not valid JSON", "attributes", "num_heads=2");
        addMetadata(out, "attributes a list", "attributes: not a JSON object", "attributes", "[]");
        addMetadata(out, "attributes cut", "attributes: not valid JSON", "attributes", "{\"a\":");
        addMetadata(out, "attributes with duplicate keys", "Duplicate", "attributes", "{\"a\":1,\"a\":2}");
        addMetadata(out, "attributes with trailing text", "text follows", "attributes", "{} {}");
        addMetadata(out, "attributes with NaN", "not valid JSON", "attributes", "{\"scale\":NaN}");
        addMetadata(
                out, "attributes with a huge integer", "beyond 64 bits", "attributes", "{\"a\":9223372036854775808}");
        addMetadata(out, "attributes with a huge number", "beyond the range", "attributes", "{\"a\":1e400}");
        addMetadata(out, "attributes with null in a list", "unexpected null", "attributes", "{\"a\":[null]}");
        String deep = "{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}";
        addMetadata(out, "attributes nested deeply", "depth", "attributes", deep);
    }

    private static void addCaseTensors(List<BadFile> out) {
        String metadata = "\"__metadata__\":" + JsonWriter.toJson(BadFiles.goodMetadata());
        add(out, "unknown tensor prefix", "\"x\" is neither", raw(header(metadata, IN_X.replace("in.x", "x"), OUT_Y)));
        add(
                out,
                "input without a name",
                "\"in.\" is neither",
                raw(header(metadata, IN_X.replace("in.x", "in."), OUT_Y)));
        add(out, "output without a name", "neither", raw(header(metadata, IN_X, OUT_Y.replace("out.y", "out."))));
        String empty = "\"in.x\":{\"dtype\":\"F32\",\"shape\":[0,4294967296],\"data_offsets\":[0,0]}";
        String y = OUT_Y.replace("[16,24]", "[0,8]");
        add(
                out,
                "empty input of a huge dimension",
                "product, zeros left out",
                raw(header(metadata, empty, y), new byte[8]));
        add(out, "no outputs", "no tensor out.NAME", raw(header(metadata, IN_X), new byte[16]));
        add(out, "no tensors", "no tensor out.NAME", raw(header(metadata), new byte[0]));
    }

    private static void addSeeds(List<BadFile> out) {
        String x = "{\"num_heads\":2,\"random_x\":";
        addSeed(out, "seeded tensor also in the file", "both", x + "{\"seed\":1,\"std\":1,\"shape\":[1,2,2]}}");
        addSeed(out, "seeded shape too large", "268435456", x + "{\"seed\":1,\"std\":1,\"shape\":[536870912]}}");
        addSeed(
                out,
                "seeded shape overflows",
                "268435456",
                x + "{\"seed\":1,\"std\":1,\"shape\":[268435456,268435456,0]}}");
        addSeed(out, "seeded shape negative", "negative", x + "{\"seed\":1,\"std\":1,\"shape\":[-1]}}");
        addSeed(
                out,
                "seeded shape fractional",
                "not a list of integers",
                x + "{\"seed\":1,\"std\":1,\"shape\":[1.5]}}");
        addSeed(out, "seed negative", "seed -1", x + "{\"seed\":-1,\"std\":1,\"shape\":[1]}}");
        addSeed(out, "seed a string", "seed 1 ", x + "{\"seed\":\"1\",\"std\":1,\"shape\":[1]}}");
        addSeed(out, "std negative", "std: -1", x + "{\"seed\":1,\"std\":-1,\"shape\":[1]}}");
        addSeed(out, "std a string", "is not a number", x + "{\"seed\":1,\"std\":\"1\",\"shape\":[1]}}");
        addSeed(out, "random_x without a shape", "exactly the members", x + "{\"seed\":1,\"std\":1}}");
        addSeed(out, "random_x a number", "exactly the members", x + "1}");
        addSeed(
                out,
                "random_weights for a matrix x",
                "[batch, length, width]",
                "{\"num_heads\":2,\"random_weights\":{\"seed\":1,\"std\":1}}");
        addSeed(out, "biases without weights", "biases without", "{\"biases\":true}");
        addSeed(
                out,
                "biases a number",
                "not true or false",
                "{\"biases\":1,\"random_weights\":{\"seed\":1,\"std\":1}}");
        Map<String, String> metadata = BadFiles.goodMetadata();
        metadata.put("op", "attention");
        metadata.put("attributes", "{\"random_weights\":{\"seed\":1,\"std\":1}}");
        add(out, "random_weights for another op", "not attention", BadFiles.withMetadata(metadata));
    }

    private static void addMetadata(List<BadFile> out, String name, String expected, String key, String value) {
        Map<String, String> metadata = BadFiles.goodMetadata();
        metadata.remove(key);
        if (value != null) {
            metadata.put(key, value);
        }
        add(out, name, expected, BadFiles.withMetadata(metadata));
    }

    private static void addSeed(List<BadFile> out, String name, String expected, String attributes) {
        addMetadata(out, name, expected, "attributes", attributes);
    }
}
