package org.clattention.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The source of a program: several files, joined. Each keeps its own name and line numbers in build logs. (An include
 * path could not look into a jar.)
 *
 * @param name a name for messages
 * @param text the joined source
 */
public record ProgramSource(String name, String text) {

    /**
     * Joins class-path resources.
     *
     * @param name a name for messages
     * @param folder the folder on the class path, for example {@code /kernels-cl}
     * @param files the files in it, in order
     */
    public static ProgramSource ofResources(String name, String folder, List<String> files) {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            text.append("#line 1 \"").append(file).append("\"\n");
            text.append(resource(folder + "/" + file)).append('\n');
        }
        return new ProgramSource(name, text.toString());
    }

    /** Writes the source to a temporary file and says where; for build failures. */
    String save() {
        try {
            Path file = Files.createTempFile("clattention-" + name + "-", ".cl");
            Files.writeString(file, text);
            return "saved as " + file;
        } catch (IOException e) {
            return "could not be saved: " + e;
        }
    }

    private static String resource(String path) {
        try (InputStream in = ProgramSource.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("kernel source " + path + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("kernel source " + path + " cannot be read", e);
        }
    }
}
