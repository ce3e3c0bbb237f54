package org.clattention.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.clattention.io.InvalidFileException;
import org.clattention.io.JsonReader;
import org.jspecify.annotations.Nullable;

/**
 * A model's {@code config.json}, whose values are checked as they are asked for: a wrong one is an {@link
 * InvalidFileException} that names file, key, value and rule. An absent key and {@code null} differ: defaults stand for
 * absent keys alone.
 */
final class ConfigJson {
    private final Path file;
    private final String prefix;
    private final Map<String, Object> values;

    /** The keys that somebody asked for: those of this family. */
    private final Set<String> asked = new HashSet<>();

    private ConfigJson(Path file, String prefix, Map<String, Object> values) {
        this.file = file;
        this.prefix = prefix;
        this.values = values;
    }

    /**
     * Reads a file.
     *
     * @throws InvalidFileException if it does not hold one strict JSON object
     */
    static ConfigJson read(Path file) {
        return new ConfigJson(file, "", JsonReader.readObjectWithNulls(file));
    }

    /** The file, as the caller named it. */
    Path file() {
        return file;
    }

    /** True if the key is there and not null. */
    boolean has(String key) {
        Object value = ask(key);
        return value != null && value != JsonReader.NULL;
    }

    /** True if the key is there, perhaps with null. */
    boolean mentions(String key) {
        ask(key);
        return values.containsKey(key);
    }

    /** True if the key has been asked for, by any method. */
    boolean isAsked(String key) {
        return asked.contains(key);
    }

    /** What stands under the key, unchecked; null if absent or null. Does not count as asking. */
    @Nullable
    Object peek(String key) {
        Object value = values.get(key);
        return value == JsonReader.NULL ? null : value;
    }

    private @Nullable Object ask(String key) {
        asked.add(key);
        return values.get(key);
    }

    /** A positive integer that must be there. */
    int size(String key) {
        return integer(key, required(key), 1);
    }

    /** A positive integer. */
    int size(String key, int absent) {
        return mentions(key) ? size(key) : absent;
    }

    /** A positive integer; empty if null. */
    OptionalInt optionalSize(String key, OptionalInt absent) {
        if (!mentions(key)) {
            return absent;
        }
        return has(key) ? OptionalInt.of(size(key)) : OptionalInt.empty();
    }

    /** An integer from 0 on. */
    int count(String key, int absent) {
        return mentions(key) ? integer(key, required(key), 0) : absent;
    }

    /** A number that must be there, positive also as a float: devices compute with floats. */
    double positive(String key) {
        double number = number(key);
        if (!(number > 0)) {
            throw refused(key, "must be positive");
        }
        if ((float) number < Float.MIN_NORMAL) {
            throw refused(key, "is too small for a 32-bit float");
        }
        return number;
    }

    /** A positive number. */
    double positive(String key, double absent) {
        return mentions(key) ? positive(key) : absent;
    }

    /** A positive number; empty if null. */
    OptionalDouble optionalPositive(String key, OptionalDouble absent) {
        if (!mentions(key)) {
            return absent;
        }
        return has(key) ? OptionalDouble.of(positive(key)) : OptionalDouble.empty();
    }

    /** A number, finite also as a float. */
    double number(String key) {
        if (!(required(key) instanceof Number number)) {
            throw refused(key, "must be a number");
        }
        if (Float.isInfinite(number.floatValue())) {
            throw refused(key, "is beyond the range of 32-bit floats");
        }
        return number.doubleValue();
    }

    /** True or false. */
    boolean flag(String key, boolean absent) {
        if (!mentions(key)) {
            return absent;
        }
        if (required(key) instanceof Boolean flag) {
            return flag;
        }
        throw refused(key, "must be true or false");
    }

    /** A text that must be there. */
    String text(String key) {
        if (required(key) instanceof String text) {
            return text;
        }
        throw refused(key, "must be a text");
    }

    /** A list of texts that must be there. */
    List<String> texts(String key) {
        if (!(required(key) instanceof List<?> list)) {
            throw refused(key, "must be a list of texts");
        }
        List<String> out = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof String text)) {
                throw refused(key, "must be a list of texts");
            }
            out.add(text);
        }
        return out;
    }

    /** One token or a list of them, from 0 on; null if the key is absent or null. */
    @Nullable
    List<Integer> tokens(String key) {
        if (!has(key)) {
            return null;
        }
        List<?> list = values.get(key) instanceof List<?> several ? several : List.of(required(key));
        List<Integer> out = new ArrayList<>();
        for (Object element : list) {
            out.add(integer(key, element, 0));
        }
        return out;
    }

    /** The object under this key, whose keys are then named with this one before; null if absent or null. */
    @Nullable
    ConfigJson object(String key) {
        if (!has(key)) {
            return null;
        }
        if (!(values.get(key) instanceof Map<?, ?> map)) {
            throw refused(key, "must be an object");
        }
        @SuppressWarnings("unchecked") // the reader makes objects with texts as keys only
        Map<String, Object> members = (Map<String, Object>) map;
        return new ConfigJson(file, prefix + key + ".", members);
    }

    /** True if the value is an empty list or object. */
    boolean isEmpty(String key) {
        Object value = values.get(key);
        return (value instanceof List<?> list && list.isEmpty()) || (value instanceof Map<?, ?> map && map.isEmpty());
    }

    /** The members under this key's object that are not null; empty if there is none. */
    Map<String, Object> members(String key) {
        Map<String, Object> out = new TreeMap<>();
        if (ask(key) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (value != JsonReader.NULL) {
                    out.put(String.valueOf(name), value);
                }
            });
        }
        return out;
    }

    /** A refusal that names key and value. */
    InvalidFileException refused(String key, String rule) {
        return new InvalidFileException(file, prefix + key + " = " + values.get(key) + " " + rule);
    }

    private Object required(String key) {
        Object value = ask(key);
        if (value == null) {
            throw new InvalidFileException(file, prefix + key + " is missing");
        }
        return value;
    }

    private int integer(String key, Object value, int least) {
        if (value instanceof Long number && number >= least && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw refused(key, "must be an integer from " + least + " to " + Integer.MAX_VALUE);
    }
}
