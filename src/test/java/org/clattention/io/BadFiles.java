package org.clattention.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files that must be refused as golden cases, each with what the message must say. They are made from one small file
 * that is good, by changing one thing.
 */
public final class BadFiles {
    /** Puts a bad file, or whatever stands in its place, at a path that does not exist yet. */
    public interface Setup {
        void at(Path path) throws IOException;
    }

    /**
     * One bad file.
     *
     * @param name what is bad about it
     * @param expected a part of the message that it must give
     * @param setup makes it
     */
    public record BadFile(String name, String expected, Setup setup) {
        /** Makes the file in {@code folder} and returns its path; for a missing file there is nothing to make. */
        public Path create(Path folder) throws IOException {
            Path path = folder.resolve(name.replaceAll("[^A-Za-z0-9]+", "-") + ".safetensors");
            setup.at(path);
            return path;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private BadFiles() {}

    /** Every kind of bad file: those of the container first, then those that are bad as golden cases only. */
    public static List<BadFile> all() {
        List<BadFile> out = new ArrayList<>(containers());
        out.addAll(BadCases.all());
        return out;
    }

    /** Files that already break the rules of safetensors. */
    public static List<BadFile> containers() {
        return BadContainers.all();
    }

    /** The good file's bytes; everything in {@link #all} differs from it in one thing. */
    public static byte[] good() {
        return withMetadata(goodMetadata());
    }

    static void add(List<BadFile> out, String name, String expected, byte[] bytes) {
        out.add(new BadFile(name, expected, path -> Files.write(path, bytes)));
    }

    /** The good file's metadata, to be changed. */
    static Map<String, String> goodMetadata() {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("format", "clattention-case/1");
        out.put("op", "multi_head_attention");
        out.put("name", "good");
        out.put("attributes", "{\"num_heads\":2}");
        out.put("rtol", "1e-3");
        out.put("atol", "0");
        out.put("source", "by hand");
        return out;
    }

    /** The good file with other metadata. */
    static byte[] withMetadata(Map<String, String> metadata) {
        return RawFile.raw(
                RawFile.header("\"__metadata__\":" + JsonWriter.toJson(metadata), RawFile.IN_X, RawFile.OUT_Y));
    }
}
