package org.clattention.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.clattention.config.HostTensor;
import org.clattention.io.InvalidFileException;
import org.clattention.io.JsonReader;
import org.clattention.io.JsonWriter;
import org.clattention.io.SafetensorsFile;
import org.clattention.io.SafetensorsWriter;

/** Golden cases as safetensors files: metadata say what to compute, tensors {@code in.NAME} and {@code out.NAME}. */
public final class GoldenCaseFile {
    /** The value of the metadata key {@code format}. */
    public static final String FORMAT = "clattention-case/1";

    private static final String IN = "in.";
    private static final String OUT = "out.";
    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

    private GoldenCaseFile() {}

    /**
     * Reads a case. Inputs that the file gives by a seed are made here: the case always carries all its inputs, and its
     * attributes speak of the operation only.
     *
     * @throws InvalidFileException if the file is not a safetensors file or not a case; a missing name means the file's own
     */
    public static GoldenCase read(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        Map<String, String> metadata = tensors.metadata();
        String format = required(file, metadata, "format");
        if (!format.equals(FORMAT)) {
            throw new InvalidFileException(file, "format \"" + format + "\" is not \"" + FORMAT + "\"");
        }
        String op = required(file, metadata, "op");
        double rtol = tolerance(file, metadata, "rtol");
        double atol = tolerance(file, metadata, "atol");
        Map<String, Object> attributes = new LinkedHashMap<>(
                JsonReader.parseObject(file, "attributes", metadata.getOrDefault("attributes", "{}")));

        Map<String, HostTensor> inputs = new LinkedHashMap<>();
        Map<String, HostTensor> outputs = new LinkedHashMap<>();
        for (String name : tensors.names()) {
            requireCountable(file, name, tensors.tensor(name));
            if (name.startsWith(IN) && name.length() > IN.length()) {
                inputs.put(name.substring(IN.length()), tensors.tensor(name));
            } else if (name.startsWith(OUT) && name.length() > OUT.length()) {
                outputs.put(name.substring(OUT.length()), tensors.tensor(name));
            } else {
                throw new InvalidFileException(file, "tensor \"" + name + "\" is neither in.NAME nor out.NAME");
            }
        }
        if (outputs.isEmpty()) {
            throw new InvalidFileException(file, "has no tensor out.NAME: there is nothing to compare");
        }
        SeededInputs.resolve(file, op, attributes, inputs);
        String name = metadata.getOrDefault("name", "");
        return new GoldenCase(
                name.isEmpty() ? String.valueOf(file.getFileName()).replaceFirst("\\.safetensors$", "") : name,
                op,
                new Attributes(attributes),
                rtol,
                atol,
                metadata.getOrDefault("source", ""),
                Collections.unmodifiableMap(inputs),
                Collections.unmodifiableMap(outputs));
    }

    /**
     * Writes a case with all its tensors, replacing an older file when complete. Equal cases give equal bytes.
     *
     * @throws IOException if writing fails
     */
    public static void write(Path file, GoldenCase goldenCase) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("op", goldenCase.op());
        metadata.put("name", goldenCase.name());
        metadata.put(
                "attributes", JsonWriter.toJson(sorted(goldenCase.attributes().asMap())));
        metadata.put("rtol", Double.toString(goldenCase.rtol()));
        metadata.put("atol", Double.toString(goldenCase.atol()));
        metadata.put("source", goldenCase.source());
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        goldenCase.inputs().forEach((name, tensor) -> tensors.put(IN + name, tensor));
        goldenCase.outputs().forEach((name, tensor) -> tensors.put(OUT + name, tensor));
        SafetensorsWriter.write(file, metadata, tensors);
    }

    /**
     * Operations count in 32 bits. An empty tensor may still have dimensions beyond them, which would go on into shapes that
     * are not empty.
     */
    private static void requireCountable(Path file, String name, HostTensor tensor) {
        long product = 1;
        for (long dim : tensor.shape()) {
            product *= Math.max(dim, 1);
            if (product > Integer.MAX_VALUE) {
                throw new InvalidFileException(
                        file,
                        "tensor \"" + name + "\": " + tensor + " has dimensions whose product, zeros left out, is over "
                                + Integer.MAX_VALUE);
            }
        }
    }

    private static String required(Path file, Map<String, String> metadata, String key) {
        String value = metadata.getOrDefault(key, "");
        if (value.isEmpty()) {
            throw new InvalidFileException(file, "metadata: \"" + key + "\" is missing or empty");
        }
        return value;
    }

    private static double tolerance(Path file, Map<String, String> metadata, String key) {
        String text = required(file, metadata, key);
        // Double.parseDouble alone would take "NaN", "0x1p3", "1d" and spaces.
        double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new InvalidFileException(file, key + " \"" + text + "\" is not a finite number of 0 or more");
        }
        return value;
    }

    /** Attributes keep no order, and an order that changes from run to run would change the file. */
    private static Map<String, Object> sorted(Map<?, ?> map) {
        Map<String, Object> out = new TreeMap<>();
        map.forEach((key, value) -> out.put(String.valueOf(key), sortedValue(value)));
        return out;
    }

    private static Object sortedValue(Object value) {
        if (value instanceof Map<?, ?> map) {
            return sorted(map);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(GoldenCaseFile::sortedValue).toList();
        }
        return value;
    }
}
