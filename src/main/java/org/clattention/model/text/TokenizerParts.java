package org.clattention.model.text;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.clattention.io.InvalidFileException;
import org.clattention.model.arch.ConfigJson;

/**
 * Counts what the parts of a tokenizer do together, and checks what several kinds of parts share: patterns, texts and by how
 * much a text may grow.
 */
public final class TokenizerParts {
    private static final Set<String> BEHAVIORS =
            Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

    private static final int MOST_CHARACTERS = 1_000;
    private static final int MOST_PARTS = 64;
    private static final double MOST_GROWTH = 64;

    private int parts;
    private double growth = 1;
    private boolean quadratic;

    /** By how much a text may grow, in bytes; 1 if not at all. */
    public double growth() {
        return growth;
    }

    /** True if a pattern takes time with the square of the longest run of spaces. */
    public boolean isQuadratic() {
        return quadratic;
    }

    /** Checks the part under a key, if there is one, and all parts of the sequences in it. */
    public void each(ConfigJson parent, String key, String list, Consumer<ConfigJson> check) {
        ConfigJson part = parent.object(key);
        if (part != null) {
            each(part, list, check);
        }
    }

    private void each(ConfigJson part, String list, Consumer<ConfigJson> check) {
        if (++parts > MOST_PARTS) {
            throw part.refused("type", "is part " + parts + "; at most " + MOST_PARTS + " are read");
        }
        if (part.text("type").equals("Sequence")) {
            part.objects(list).forEach(member -> each(member, list, check));
        } else {
            check.accept(part);
        }
    }

    /** Truth values that must be truth values where they are given. */
    public static void flags(ConfigJson part, String... keys) {
        for (String key : keys) {
            if (part.has(key)) {
                part.flag(key, false);
            }
        }
    }

    /** {@code Replace}: a pattern by a text. */
    public void replacement(ConfigJson part) {
        String content = shortText(part, "content", 0);
        grow(part, "content", (double) utf8(content) / pattern(part));
    }

    /** {@code Split}. */
    public void split(ConfigJson part) {
        pattern(part);
        behavior(part);
        flags(part, "invert");
    }

    /** {@code Metaspace}, of pre-tokenizers and decoders, in its older and newer form. */
    public void metaspace(ConfigJson part) {
        grow(part, "replacement", utf8(character(part, "replacement")));
        flags(part, "add_prefix_space", "split");
        if (part.has("prepend_scheme")) {
            oneOf(part, "prepend_scheme", Set.of("first", "never", "always"));
        }
    }

    /** What happens to what separates. */
    public static void behavior(ConfigJson part) {
        oneOf(part, "behavior", BEHAVIORS);
    }

    private static void oneOf(ConfigJson part, String key, Set<String> values) {
        if (!values.contains(part.text(key))) {
            throw part.refused(key, "must be one of " + values.stream().sorted().toList());
        }
    }

    /** {@code {"String": ...}} or {@code {"Regex": ...}}; gives the least number of bytes that it matches. */
    private int pattern(ConfigJson part) {
        ConfigJson pattern = part.object("pattern");
        if (pattern == null) {
            throw part.refused("pattern", "must be an object");
        }
        if (pattern.has("String")) {
            return utf8(shortText(pattern, "String", 1));
        }
        String regex = pattern.text("Regex");
        String problem = SafePattern.problem(regex);
        if (!problem.isEmpty()) {
            throw pattern.refused("Regex", problem);
        }
        quadratic |= regex.equals(SafePattern.SPACES_AT_END);
        return 1;
    }

    /** A text of limited length. */
    public static String shortText(ConfigJson part, String key, int least) {
        String text = part.text(key);
        if (text.length() < least || text.length() > MOST_CHARACTERS) {
            throw part.refused(key, "must have " + least + " to " + MOST_CHARACTERS + " characters");
        }
        return text;
    }

    /** A single character. */
    public static String character(ConfigJson part, String key) {
        String text = part.text(key);
        if (text.codePointCount(0, text.length()) != 1) {
            throw part.refused(key, "must be a single character");
        }
        return text;
    }

    /** Notes by how much a part may make a text longer: parts together must not multiply it without limit. */
    public void grow(ConfigJson part, String key, double factor) {
        growth *= Math.max(1, factor);
        if (growth > MOST_GROWTH) {
            throw part.refused(
                    key,
                    String.format(
                            Locale.ROOT,
                            "makes a text up to %.0f times as long, together with the parts before; at most %.0f times"
                                    + " are taken",
                            growth,
                            MOST_GROWTH));
        }
    }

    /** The bytes of a text in UTF-8. */
    public static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** No part of this kind is read. */
    public static InvalidFileException unknown(ConfigJson part, String... known) {
        return part.refused("type", "is not known; these are: " + List.of(known));
    }
}
