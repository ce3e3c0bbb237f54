package org.clattention.backend.opencl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.clattention.backend.opencl.StructLayout.Field;
import org.clattention.opencl.ProgramSource;

/**
 * What a kernel source defines for the host, too: structs of numbers, and integer constants such as flags. They stand in the
 * source alone; the host reads them there, so that neither side can change without the other.
 */
final class KernelDefinitions {
    private static final Pattern COMMENT = Pattern.compile("//.*");
    private static final Pattern CONSTANT = Pattern.compile("^#define (\\w+) (\\d+)\\s*$", Pattern.MULTILINE);
    private static final Pattern STRUCT = Pattern.compile("typedef struct \\{([^}]*)\\} (\\w+);");
    private static final Pattern DECLARATION = Pattern.compile("(\\w+) ([^;*]+);");
    private static final Pattern NAME = Pattern.compile("(\\w+)(?:\\[(\\d+)\\])?");

    private final String file;
    private final Map<String, Integer> constants = new HashMap<>();
    private final Map<String, StructLayout> structs = new HashMap<>();

    private KernelDefinitions(String file, String text) {
        this.file = file;
        String code = COMMENT.matcher(text).replaceAll("");
        CONSTANT.matcher(code).results().forEach(m -> constants.put(m.group(1), Integer.valueOf(m.group(2))));
        STRUCT.matcher(code).results().forEach(this::struct);
    }

    /** The definitions of a file and of what it includes. */
    static KernelDefinitions of(String file) {
        return new KernelDefinitions(
                file,
                ProgramSource.ofResources("definitions", KernelId.FOLDER, List.of(file))
                        .text());
    }

    /** The value of a {@code #define}. */
    int constant(String name) {
        Integer value = constants.get(name);
        if (value == null) {
            throw new IllegalStateException(file + " does not define the number " + name);
        }
        return value;
    }

    /** The fields of a struct. */
    StructLayout struct(String name) {
        StructLayout layout = structs.get(name);
        if (layout == null) {
            throw new IllegalStateException(file + " does not define a struct of numbers named " + name);
        }
        return layout;
    }

    /** A struct with a pointer, or of what is unknown here, is the kernel's own affair. */
    private void struct(MatchResult struct) {
        List<Field> fields = new ArrayList<>();
        String body = struct.group(1);
        Matcher declarations = DECLARATION.matcher(body);
        while (declarations.find()) {
            List<Field> type = fieldsOf(declarations.group(1));
            if (type.isEmpty()) {
                return;
            }
            for (String declared : declarations.group(2).split(",")) {
                add(type, declared.strip(), fields);
            }
        }
        if (body.indexOf('*') < 0) {
            structs.put(struct.group(2), new StructLayout(struct.group(2), List.copyOf(fields)));
        }
    }

    /** A number is a field without a name yet; a struct has the fields that it was defined with. */
    private List<Field> fieldsOf(String type) {
        return switch (type) {
            case "int" -> List.of(new Field("", "", false));
            case "float" -> List.of(new Field("", "", true));
            default -> structs.containsKey(type) ? structs.get(type).fields() : List.of();
        };
    }

    private static void add(List<Field> type, String declared, List<Field> fields) {
        Matcher name = NAME.matcher(declared);
        if (!name.matches()) {
            throw new IllegalStateException("kernel struct field: '" + declared + "' is not understood");
        }
        int count = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
        for (int i = 0; i < Math.max(1, count); i++) {
            String element = (count == 0 ? name.group(1) : name.group(1) + "[" + i + "]").intern();
            for (Field field : type) {
                boolean number = field.name().isEmpty();
                fields.add(number ? new Field("", element, field.real()) : field.in(element));
            }
        }
    }
}
