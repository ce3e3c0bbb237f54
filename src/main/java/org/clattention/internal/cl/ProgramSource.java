package org.clattention.internal.cl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The source of a program: several files, joined. Each keeps its own name and line numbers in build logs. (An include
 * path could not look into a jar.)
 *
 * @param name a name for messages
 * @param text the joined source
 */
public record ProgramSource(String name, String text) {
    /** Changes the text of files, by name, as they are read. Null outside of tests. */
    static volatile @Nullable BinaryOperator<String> change;

    private static final Pattern INCLUDE =
            Pattern.compile("^// include (\\S+(?: \\S+\\.cl)*)(?: unless (\\S+))?$", Pattern.MULTILINE);

    /**
     * Joins class-path resources and what they include, each file once, before the file that asks for it. A file names what it
     * includes in lines of its own: {@code // include common/views.cl common/masks.cl}. With {@code // include A unless B} it
     * gets A only if B is not there already: B defines the same functions another way.
     *
     * @param name a name for messages
     * @param folder the folder on the class path, for example {@code /kernels-cl}
     * @param files the files in it, in order
     */
    public static ProgramSource ofResources(String name, String folder, List<String> files) {
        Map<String, String> parts = new LinkedHashMap<>();
        files.forEach(file -> include(folder, file, parts, new LinkedHashSet<>()));
        return new ProgramSource(name, String.join("", parts.values()));
    }

    private static void include(String folder, String file, Map<String, String> parts, Set<String> including) {
        if (parts.containsKey(file)) {
            return;
        }
        if (!including.add(file)) {
            throw new IllegalStateException("kernel source " + file + " includes itself: " + including);
        }
        String text = text(folder, file);
        INCLUDE.matcher(text).results().forEach(line -> {
            String unless = line.group(2);
            if (unless == null || !parts.containsKey(unless)) {
                for (String included : line.group(1).split(" ")) {
                    include(folder, included, parts, including);
                }
            }
        });
        including.remove(file);
        parts.put(file, "#line 1 \"" + file + "\"\n" + text + "\n");
    }

    private static String text(String folder, String file) {
        String text = resource(folder + "/" + file);
        BinaryOperator<String> current = change;
        return current == null ? text : current.apply(file, text);
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
