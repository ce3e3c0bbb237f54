package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The attributes of a golden case: JSON values by name, read with defaults. Wrong types and unknown names are errors. */
public final class Attributes {
    private final Map<String, Object> values;

    /**
     * @param values numbers as {@code Long} or {@code Double}, strings as {@code String}, truth values as
     *     {@code Boolean}, objects as {@code Map<String, Object>}
     */
    public Attributes(Map<String, Object> values) {
        this.values = Map.copyOf(values);
    }

    /** Fails on any attribute that is not in {@code known}: an option must never be read past silently. */
    public void requireKnown(Set<String> known) {
        TreeSet<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("attributes: unknown name " + unknown.first());
        }
    }

    /** True if the attribute is given. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** An integer attribute. */
    public int getInt(String name, int absent) {
        Object value = values.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Long n && n == (int) (long) n) {
            return (int) (long) n;
        }
        throw new IllegalArgumentException("attribute " + name + ": " + value + " is not a 32-bit integer");
    }

    /** A numeric attribute. */
    public double getDouble(String name, double absent) {
        Object value = values.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        throw new IllegalArgumentException("attribute " + name + ": " + value + " is not a number");
    }

    /** A truth value: JSON true or false, or the integers 1 and 0. */
    public boolean getBoolean(String name, boolean absent) {
        Object value = values.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Boolean b) {
            return b;
        }
        if (value instanceof Long n && (n == 0 || n == 1)) {
            return n == 1;
        }
        throw new IllegalArgumentException("attribute " + name + ": " + value + " is not a truth value");
    }

    /** A string attribute. */
    public String getString(String name, String absent) {
        Object value = values.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof String s) {
            return s;
        }
        throw new IllegalArgumentException("attribute " + name + ": " + value + " is not a string");
    }

    /** A nested object; empty if absent. */
    public Attributes getObject(String name) {
        Object value = values.get(name);
        if (value == null) {
            return new Attributes(Map.of());
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new HashMap<>();
            map.forEach((k, v) -> copy.put(String.valueOf(k), v));
            return new Attributes(copy);
        }
        throw new IllegalArgumentException("attribute " + name + ": " + value + " is not an object");
    }

    /** All attributes, unmodifiable, in no particular order. */
    Map<String, Object> asMap() {
        return values;
    }
}
