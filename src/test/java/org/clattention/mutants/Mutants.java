package org.clattention.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads the mutants from {@code src/test/resources/mutants}. Each begins with {@code == id}; lines of "key value" follow, then the right
 * lines, each after {@code "- "}, and what stands in their place, after {@code "+ "}. The keys are {@code file}, {@code sets}, {@code what}, {@code cases} (of
 * which names; default: all), {@code level} (default: not known), {@code equivalent}. Lines with {@code #} are remarks.
 */
final class Mutants {
    private static final List<String> FILES = List.of("cpu-attention", "cpu-products", "portable", "gpu", "common");

    private Mutants() {}

    /** All mutants. */
    static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        for (String file : FILES) {
            for (String part : ("\n" + read("/mutants/" + file + ".txt")).split("\n== ")) {
                if (!part.isBlank() && !part.strip().startsWith("#")) {
                    all.add(parse(part));
                }
            }
        }
        return all;
    }

    private static Mutant parse(String part) {
        Map<String, String> fields = new HashMap<>();
        List<String> from = new ArrayList<>();
        List<String> to = new ArrayList<>();
        String[] lines = part.split("\n");
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            if (line.startsWith("- ")) {
                from.add(line.substring(2));
            } else if (line.startsWith("+")) {
                to.add(line.length() < 2 ? "" : line.substring(2));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                int space = line.indexOf(' ');
                fields.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        TreeSet<KernelFamily> sets = new TreeSet<>();
        for (String set : fields.getOrDefault("sets", "").split(" ")) {
            sets.add(KernelFamily.valueOf(set.toUpperCase(Locale.ROOT)));
        }
        return new Mutant(
                lines[0].strip(),
                fields.getOrDefault("file", ""),
                sets,
                fields.getOrDefault("what", ""),
                String.join("\n", from),
                String.join("\n", to),
                Pattern.compile(fields.getOrDefault("cases", "")),
                fields.getOrDefault("level", ""),
                fields.getOrDefault("equivalent", ""));
    }

    private static String read(String resource) {
        try (InputStream in = Mutants.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
