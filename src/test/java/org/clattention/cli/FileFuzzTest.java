package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.clattention.testing.ChildJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of damaged files through the command line: whatever a file holds, the exit code is 0, 1 or 2, within five seconds
 * and a gigabyte. In JVMs of their own, because native code could end this one. {@code -Dclattention.fuzz=SEED} chooses others.
 */
class FileFuzzTest {
    private static final String SEED = System.getProperty("clattention.fuzz", "1");
    private static final long MOST_KILOBYTES = 1L << 20;
    private static final List<String> MEMORY = List.of("-Xmx512m");

    @TempDir
    private Path folder;

    @Test
    void aSample() throws Exception {
        run(60, "150");
    }

    @Test
    @Tag("nightly")
    void thousands() throws Exception {
        for (int part = 0; part < 6; part++) {
            run(1_000, "1000", Integer.toString(1_000 * part));
        }
    }

    /** The command line itself, one process a file. */
    @Test
    @Tag("nightly")
    void aProcessForEachFile() throws Exception {
        List<FileFuzzer.Kind> kinds = List.of(FileFuzzer.Kind.values());
        for (int i = 0; i < 4 * kinds.size(); i++) {
            Path place = Files.createDirectory(folder.resolve("file" + i));
            String[] command = new FileFuzzer(1_000_000 + i).create(kinds.get(i % kinds.size()), place);
            ChildJvm child = ChildJvm.run(30, MEMORY, Main.class, command);
            assertThat(child.code())
                    .as("file %d: %s: %s", i, String.join(" ", command), child.output())
                    .isBetween(0, 2);
        }
    }

    private void run(int seconds, String count, String... first) throws Exception {
        String from = first.length == 0 ? "0" : first[0];
        ChildJvm child = ChildJvm.run(seconds, MEMORY, Child.class, folder.toString(), SEED, from, count);
        assertThat(child.code()).as(last(child.output())).isZero();
        long kilobytes = child.output()
                .lines()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
        assertThat(kilobytes).as("most memory in use, in KB").isLessThan(MOST_KILOBYTES);
        assertThat(child.output()).contains("files, " + count);
    }

    private static String last(String output) {
        return output.substring(Math.max(0, output.length() - 4_000));
    }

    /** What the child does: files by their seeds, each with a limit of time. */
    static final class Child {
        private static final int SECONDS = 5;
        private static final Set<Integer> ALLOWED = Set.of(ExitCode.PASSED, ExitCode.WRONG_RESULT, ExitCode.BAD_INPUT);

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            System.setProperty("logback.configurationFile", "clattention-cli-logback.xml");
            Path folder = Path.of(arguments[0]);
            long seed = Long.parseLong(arguments[1]);
            int first = Integer.parseInt(arguments[2]);
            int count = Integer.parseInt(arguments[3]);
            ExecutorService worker = Executors.newSingleThreadExecutor();
            warmUp(worker);
            List<FileFuzzer.Kind> kinds = List.of(FileFuzzer.Kind.values());
            int[] codes = new int[128];
            long slowest = 0;
            for (int i = first; i < first + count; i++) {
                FileFuzzer.Kind kind = kinds.get(i % kinds.size());
                Path place = Files.createDirectory(folder.resolve("file" + i));
                String[] command = new FileFuzzer(seed * 1_000_003 + i).create(kind, place);
                // Said before, because nobody can say it after the end of the JVM.
                System.out.println("file " + i + ", " + kind + ": " + String.join(" ", command));
                long start = System.nanoTime();
                int code = run(worker, command);
                slowest = Math.max(slowest, System.nanoTime() - start);
                codes[code]++;
                delete(place);
            }
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
                lines.filter(line -> line.startsWith("VmHWM")).forEach(System.out::println);
            } catch (IOException e) {
                System.out.println("memory is not known here");
            }
            System.out.println("files, " + count + ": " + codes[0] + " passed, " + codes[1] + " wrong, " + codes[2]
                    + " refused; the slowest took " + slowest / 1_000_000 + " ms");
            System.exit(0);
        }

        /** The first call loads what later ones find loaded. */
        private static void warmUp(ExecutorService worker) throws Exception {
            worker.submit(() -> Main.run(
                            new PrintWriter(new StringWriter()),
                            new PrintWriter(new StringWriter()),
                            "verify",
                            "--device",
                            "java",
                            "test-data/hand_worked_example.safetensors"))
                    .get(60, TimeUnit.SECONDS);
        }

        private static int run(ExecutorService worker, String... command) throws InterruptedException {
            StringWriter err = new StringWriter();
            try {
                int code = worker.submit(
                                () -> Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), command))
                        .get(SECONDS, TimeUnit.SECONDS);
                if (!ALLOWED.contains(code)) {
                    fail("exit code " + code + ": " + err);
                }
                return code;
            } catch (TimeoutException | ExecutionException e) {
                return fail(e + ": " + err);
            }
        }

        private static int fail(String why) {
            System.out.println(why);
            System.out.flush();
            Runtime.getRuntime().halt(99);
            return 99;
        }

        private static void delete(Path folder) throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
