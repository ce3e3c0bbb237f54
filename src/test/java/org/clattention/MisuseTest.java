package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.clattention.error.DeviceException;
import org.clattention.testing.MisuseValues;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every public method and constructor, called with nulls, extreme numbers, wrong shapes, and what is closed or belongs to others:
 * it works, or throws an exception of the documented kinds whose message names the parameter. {@code -Dclattention.misuse=NAME}
 * calls one of them, as a failure names it.
 */
class MisuseTest {
    private static final int CALLS = 40;

    /** A parameter and what is wrong with it, or a thing and its state. */
    private static final Pattern NAMED =
            Pattern.compile("(?s)[\\w.()\\[\\]+*, ]+: .+|.+ (is closed|needs .+ bytes.*|is not .+)");

    /** Take long, or open other devices. */
    private static final Set<String> LEFT_OUT = Set.of(
            "AttentionEngine.close", "AttentionEngine.devices", "AttentionEngine.measurePeaks", "AttentionEngine.open");

    @Test
    void everyMethodSaysWhatIsWrong() {
        String only = System.getProperty("clattention.misuse", "");
        List<String> failures = new ArrayList<>();
        int called = 0;
        for (Class<?> type : publicTypes()) {
            List<Executable> chosen = executables(type).stream()
                    .filter(executable -> only.isEmpty() || name(executable).equals(only))
                    .toList();
            if (chosen.isEmpty()) {
                continue;
            }
            try (MisuseValues values = new MisuseValues()) {
                for (Executable executable : chosen) {
                    called++;
                    misuse(executable, values, failures);
                }
            }
        }
        assertThat(called).isGreaterThan(only.isEmpty() ? 400 : 0);
        assertThat(failures).as("rerun one by -Dclattention.misuse='NAME'").isEmpty();
    }

    private static void misuse(Executable executable, MisuseValues values, List<String> failures) {
        SplittableRandom random = new SplittableRandom(name(executable).hashCode());
        int calls = executable.getParameterCount() == 0 ? 2 : CALLS;
        for (int call = 0; call < calls; call++) {
            Object[] arguments = values.arguments(executable.getGenericParameterTypes(), random);
            Object target = executable instanceof Method method && !Modifier.isStatic(method.getModifiers())
                    ? values.target(method.getDeclaringClass(), random)
                    : null;
            String problem = problem(executable, target, arguments);
            if (!problem.isEmpty()) {
                failures.add(name(executable) + " of " + Arrays.deepToString(arguments) + ": " + problem);
                return;
            }
        }
    }

    /** Why the outcome is not as documented; empty if it is. */
    private static String problem(Executable executable, @Nullable Object target, Object[] arguments) {
        try {
            Object result = executable instanceof Method method
                    ? method.invoke(target, arguments)
                    : ((java.lang.reflect.Constructor<?>) executable).newInstance(arguments);
            if (result instanceof AutoCloseable closeable && result != target) {
                closeable.close();
            }
            return "";
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            boolean typed = thrown instanceof IllegalArgumentException
                    || thrown instanceof IllegalStateException
                    || thrown instanceof DeviceException;
            if (!typed || thrown.getClass() == NumberFormatException.class) {
                return thrown + " at "
                        + Arrays.stream(thrown.getStackTrace()).limit(4).toList();
            }
            String message = String.valueOf(thrown.getMessage());
            return NAMED.matcher(message).matches() ? "" : "names no parameter: " + message;
        } catch (Exception e) {
            return "could not be called or closed: " + e;
        }
    }

    private static List<Executable> executables(Class<?> type) {
        Stream<Executable> constructors =
                Modifier.isAbstract(type.getModifiers()) || Throwable.class.isAssignableFrom(type)
                        ? Stream.empty()
                        : Arrays.stream(type.getConstructors());
        Stream<Executable> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> !Set.of("equals", "hashCode", "toString", "valueOf", "values")
                        .contains(method.getName()))
                .filter(method -> !type.isInterface() || Modifier.isStatic(method.getModifiers()))
                .filter(method -> !Throwable.class.isAssignableFrom(type))
                .map(method -> method);
        return Stream.concat(constructors, methods)
                .filter(executable ->
                        LEFT_OUT.stream().noneMatch(left -> name(executable).startsWith(left + "(")))
                .sorted((a, b) -> name(a).compareTo(name(b)))
                .toList();
    }

    private static String name(Executable executable) {
        String type = executable.getDeclaringClass().getName().replaceFirst(".*\\.", "");
        String parameters = Arrays.stream(executable.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(","));
        return type + "." + (executable instanceof Method ? executable.getName() : "new") + "(" + parameters + ")";
    }

    /** The public types of the root and of the values, nested ones included. */
    private static List<Class<?>> publicTypes() {
        List<Class<?>> types = new ArrayList<>();
        for (String name : List.of("org.clattention", "org.clattention.config")) {
            types.addAll(publicTypes(name));
        }
        // For this library alone.
        types.removeIf(type -> type.getSimpleName().equals("Checks"));
        return types;
    }

    private static List<Class<?>> publicTypes(String packageName) {
        try (Stream<Path> files = Files.list(Path.of(AttentionEngine.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve(packageName.replace('.', '/')))) {
            List<Class<?>> types = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".class") || name.contains("Test") || name.equals("package-info.class")) {
                    continue;
                }
                Class<?> type = Class.forName(
                        packageName + "." + name.replace(".class", ""), false, AttentionEngine.class.getClassLoader());
                if (Modifier.isPublic(type.getModifiers())) {
                    types.add(type);
                }
            }
            return types;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
