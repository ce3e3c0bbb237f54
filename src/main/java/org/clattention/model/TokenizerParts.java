package org.clattention.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parts of a {@code tokenizer.json}, checked before native code sees them: only kinds, keys and values that are known, within
 * limits. What is wrong elsewhere would end the JVM there.
 */
final class TokenizerParts {
    private static final Set<String> BEHAVIORS =
            Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");

    private static final int MOST_CHARACTERS = 1_000;
    private static final int MOST_PARTS = 32;
    private static final double MOST_GROWTH = 16;

    private final String key;
    private int parts;
    private double growth = 1;
    private boolean quadratic;

    /**
     * @param key the key of {@code tokenizer.json} that holds these parts, for messages
     */
    TokenizerParts(String key) {
        this.key = key;
    }

    /** True if a pattern takes time with the square of the longest run of spaces. */
    boolean isQuadratic() {
        return quadratic;
    }

    /** The kind of a part, counted. */
    String kind(ConfigJson part) {
        if (++parts > MOST_PARTS) {
            throw part.refused("type", "is part " + parts + " of " + key + ": at most " + MOST_PARTS + " are read");
        }
        return part.text("type");
    }

    /** A part without keys of its own. */
    Map<String, Object> plain(ConfigJson part) {
        return copy(part, Map.of());
    }

    /** A part with truth values only, all of which have defaults. */
    Map<String, Object> flags(ConfigJson part, String... keys) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String flag : keys) {
            if (part.has(flag)) {
                out.put(flag, part.flag(flag, false));
            }
        }
        return copy(part, out);
    }

    /** The part in the form that goes on to native code: its type and these values; fails if it has other keys. */
    Map<String, Object> copy(ConfigJson part, Map<String, Object> values) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("type", part.text("type"));
        out.putAll(values);
        part.requireAsked();
        return out;
    }

    /** {@code Replace}: a pattern by a text. */
    Map<String, Object> replacement(ConfigJson part) {
        Map<String, Object> pattern = pattern(part);
        String content = shortText(part, "content", 0);
        int shortest = pattern.get("String") instanceof String text ? utf8(text) : 1;
        grow(part, "content", (double) utf8(content) / shortest);
        return copy(part, Map.of("pattern", pattern, "content", content));
    }

    /** {@code Split}. */
    Map<String, Object> split(ConfigJson part) {
        return copy(
                part,
                Map.of(
                        "pattern",
                        pattern(part),
                        "behavior",
                        behavior(part),
                        "invert",
                        part.flag("invert", false)));
    }

    /** {@code Metaspace}, of pre-tokenizers and decoders, in its older and newer form. */
    Map<String, Object> metaspace(ConfigJson part) {
        Map<String, Object> out = new LinkedHashMap<>(flags(part, part.has("split") ? new String[] {"split"} : NONE));
        throw new IllegalStateException(out.toString());
    }

    private static final String[] NONE = {};

    /** What happens to what separates. */
    String behavior(ConfigJson part) {
        String behavior = part.text("behavior");
        if (!BEHAVIORS.contains(behavior)) {
            throw part.refused("behavior", "must be one of " + BEHAVIORS.stream().sorted().toList());
        }
        return behavior;
    }

    /** {@code {"String": ...}} or {@code {"Regex": ...}}. */
    private Map<String, Object> pattern(ConfigJson part) {
        ConfigJson pattern = part.required("pattern", part.object("pattern"));
        if (pattern.has("String")) {
            String text = shortText(pattern, "String", 1);
            pattern.requireAsked();
            return Map.of("String", text);
        }
        String regex = pattern.text("Regex");
        String problem = SafePattern.problem(regex);
        if (!problem.isEmpty()) {
            throw pattern.refused("Regex", problem);
        }
        quadratic |= regex.equals(SafePattern.SPACES_AT_END);
        pattern.requireAsked();
        return Map.of("Regex", regex);
    }

    /** A text of limited length. */
    String shortText(ConfigJson part, String name, int least) {
        String text = part.text(name);
        if (text.length() < least || text.length() > MOST_CHARACTERS) {
            throw part.refused(name, "must have " + least + " to " + MOST_CHARACTERS + " characters");
        }
        return text;
    }

    /** A single character. */
    String character(ConfigJson part, String name) {
        String text = part.text(name);
        if (text.codePointCount(0, text.length()) != 1) {
            throw part.refused(name, "must be a single character");
        }
        return text;
    }

    /** Notes by how much a part may make a text longer: parts together must not multiply it without limit. */
    void grow(ConfigJson part, String name, double factor) {
        growth *= Math.max(1, factor);
        if (growth > MOST_GROWTH) {
            throw part.refused(
                    name,
                    "makes a text up to " + Math.round(growth) + " times as long, together with the parts before; at most "
                            + Math.round(MOST_GROWTH) + " times is possible");
        }
    }

    private static int utf8(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    /** Fails: no part of this kind is read. */
    RuntimeException unknown(ConfigJson part, List<String> known) {
        return part.refused("type", "is not read as a part of " + key + "; these are: " + known);
    }
}
