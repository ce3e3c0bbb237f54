package org.clattention.model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges regular expressions of tokenizers before native code runs them: a search that backtracks too often would end the
 * JVM there, or never end.
 *
 * <p>Taken are alternatives that match in linear time whatever the text: characters, classes and groups of words, each at
 * most optional, then at most one repetition that must match something, and behind it only what may match nothing. Besides,
 * a few published alternatives, each beside another one that takes what they give up.
 */
public final class SafePattern {
    /** Looks for spaces at the end of a line: as often as a run of spaces is long, at each of them. */
    static final String SPACES_AT_END = "\\s+$";

    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";

    /** Published alternatives that backtrack, and those that must follow, since they take the same characters. */
    private static final Map<String, List<String>> COMPANIONS = Map.of(
            "\\s+(?!\\S)",
            List.of("\\s+", "\\s"),
            "\\s*[\\r\\n]+",
            List.of("\\s+", "\\s"),
            "\\s*[\\r\\n]",
            List.of("\\s+", "\\s"),
            BEFORE + UPPER + "*" + LOWER + "+",
            List.of(BEFORE + UPPER + "+" + LOWER + "*"),
            BEFORE + UPPER + "*" + LOWER + "+" + ENDINGS,
            List.of(BEFORE + UPPER + "+" + LOWER + "*" + ENDINGS));

    private static final int MOST_CHARACTERS = 5_000;
    private static final int MOST_OPTIONAL = 2;

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:[pP]\\{\\^?\\w+}|[sSdDwWrnt]|[^\\p{Alnum}])");
    private static final String SYNTAX = "\\[](){}*+?|^$";
    private static final Pattern QUANTIFIER = Pattern.compile("[*+?]\\+?|\\{(\\d{1,2})(,(\\d{0,2}))?}");
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /** How often something must and may be repeated. */
    private record Repeated(int least, int most) {
        boolean isLong() {
            return least != most && most > 1;
        }
    }

    private SafePattern() {}

    /** What is wrong with a pattern; empty if nothing. */
    public static String problem(String pattern) {
        if (pattern.isEmpty() || pattern.length() > MOST_CHARACTERS) {
            return "must have 1 to " + MOST_CHARACTERS + " characters";
        }
        if (pattern.equals(SPACES_AT_END)) {
            return "";
        }
        List<String> alternatives = alternatives(pattern);
        for (int i = 0; i < alternatives.size(); i++) {
            String alternative = alternatives.get(i);
            List<String> companions = COMPANIONS.get(alternative);
            List<String> later = alternatives.subList(i + 1, alternatives.size());
            boolean taken = companions == null
                    ? isLinear(alternative)
                    : companions.stream().anyMatch(later::contains);
            if (!taken) {
                return "is not among the patterns that are known to be fast: " + alternative;
            }
        }
        return "";
    }

    /** Cut at bars outside of classes and groups. */
    private static List<String> alternatives(String pattern) {
        List<String> out = new ArrayList<>();
        int start = 0;
        int depth = 0;
        boolean inClass = false;
        for (int i = 0; i < pattern.length(); i++) {
            switch (pattern.charAt(i)) {
                case '\\' -> i++;
                case '[' -> inClass = true;
                case ']' -> inClass = false;
                case '(' -> depth += inClass ? 0 : 1;
                case ')' -> depth -= inClass ? 0 : 1;
                case '|' -> {
                    if (!inClass && depth == 0) {
                        out.add(pattern.substring(start, i));
                        start = i + 1;
                    }
                }
                default -> {}
            }
        }
        out.add(pattern.substring(start));
        return out;
    }

    private static boolean isLinear(String alternative) {
        List<Repeated> parts = new ArrayList<>();
        int at = 0;
        while (at < alternative.length()) {
            int end = afterAtom(alternative, at);
            if (end < 0) {
                return false;
            }
            boolean group = alternative.charAt(at) == '(';
            Matcher quantifier = QUANTIFIER.matcher(alternative).region(end, alternative.length());
            Repeated repeated = new Repeated(1, 1);
            if (quantifier.lookingAt()) {
                repeated = repeated(quantifier);
                end = quantifier.end();
                if (end < alternative.length() && Set.of('*', '+', '?').contains(alternative.charAt(end))) {
                    return false; // lazy, or a quantifier of a quantifier
                }
            }
            if (repeated.least > repeated.most || (group && repeated.most > 1)) {
                return false;
            }
            parts.add(repeated);
            at = end;
        }
        return isLinear(parts);
    }

    private static boolean isLinear(List<Repeated> parts) {
        int optional = 0;
        boolean repeating = false;
        boolean mandatory = false;
        for (Repeated part : parts) {
            if (repeating && part.least > 0) {
                return false; // it may fail, and the repetition would be tried shorter and shorter
            }
            mandatory |= part.least > 0;
            repeating |= part.isLong();
            optional += !repeating && part.least != part.most ? 1 : 0;
        }
        return mandatory && optional <= MOST_OPTIONAL;
    }

    /** Where a character, a class or a group of words ends; -1 if none begins here. */
    private static int afterAtom(String text, int from) {
        return text.charAt(from) == '(' ? afterGroup(text, from) : afterCharacter(text, from);
    }

    private static int afterCharacter(String text, int from) {
        char first = text.charAt(from);
        if (first == '[') {
            return afterClass(text, from);
        }
        Matcher escape = ESCAPE.matcher(text).region(from, text.length());
        if (escape.lookingAt()) {
            return escape.end();
        }
        return SYNTAX.indexOf(first) >= 0 ? -1 : from + 1;
    }

    /** No classes in classes, and no intersections of them. */
    private static int afterClass(String text, int from) {
        int first = text.startsWith("[^", from) ? from + 2 : from + 1;
        for (int i = first; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '\\' -> i++;
                case ']' -> {
                    return i == first ? -1 : i + 1;
                }
                case '[' -> {
                    return -1;
                }
                default -> {
                    if (text.startsWith("&&", i)) {
                        return -1;
                    }
                }
            }
        }
        return -1;
    }

    /** Words only: nothing in a group may be repeated. */
    private static int afterGroup(String text, int from) {
        int at = from + 1;
        for (String head : List.of("?i:", "?:")) {
            at += text.startsWith(head, at) ? head.length() : 0;
        }
        int first = at;
        while (at >= 0 && at < text.length() && text.charAt(at) != ')') {
            at = text.charAt(at) == '|' ? at + 1 : afterCharacter(text, at);
        }
        boolean closed = at > first && at < text.length();
        return closed ? at + 1 : -1;
    }

    private static Repeated repeated(Matcher quantifier) {
        return switch (quantifier.group().charAt(0)) {
            case '*' -> new Repeated(0, UNLIMITED);
            case '+' -> new Repeated(1, UNLIMITED);
            case '?' -> new Repeated(0, 1);
            default -> {
                int least = Integer.parseInt(quantifier.group(1));
                String most = quantifier.group(3);
                yield new Repeated(
                        least,
                        quantifier.group(2) == null ? least : most.isEmpty() ? UNLIMITED : Integer.parseInt(most));
            }
        };
    }
}
