package org.clattention.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own, for what could end one.
 *
 * @param code its exit code
 * @param output what it wrote to standard output and standard error
 */
public record ChildJvm(int code, String output) {
    /**
     * Runs a main class of the tests with this JVM's class path; ends it after {@code seconds}, with the code of that.
     *
     * @param options of the JVM
     */
    public static ChildJvm run(int seconds, List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile("child", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            byte[] output = Files.readAllBytes(log);
            return new ChildJvm(process.exitValue(), new String(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(log);
        }
    }
}
