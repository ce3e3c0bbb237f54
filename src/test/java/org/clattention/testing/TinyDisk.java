package org.clattention.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of a few kilobytes, mounted for a test: the disk that is full. Needs root; tests are skipped elsewhere. */
public final class TinyDisk implements AutoCloseable {
    private final Path folder;

    private TinyDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts one on a folder, which must exist. */
    public static TinyDisk on(Path folder, int kibibytes, String... options) throws IOException {
        String list = "size=" + kibibytes + "k" + (options.length == 0 ? "" : "," + String.join(",", options));
        String problem = run("mount", "-t", "tmpfs", "-o", list, "tmpfs", folder.toString());
        assumeTrue(problem.isEmpty(), "no file system can be mounted here: " + problem);
        return new TinyDisk(folder);
    }

    /** Its root. */
    public Path folder() {
        return folder;
    }

    /** Changes how it is mounted, for example to {@code ro}. */
    public void remount(String option) throws IOException {
        String problem = run("mount", "-o", "remount," + option, folder.toString());
        if (!problem.isEmpty()) {
            throw new IOException(problem);
        }
    }

    /** Writes a file that leaves no room for another byte. */
    public void fill() throws IOException {
        byte[] block = new byte[4096];
        try (var file = Files.newOutputStream(folder.resolve("filler"))) {
            while (true) {
                file.write(block);
            }
        } catch (IOException e) {
            // That was the last block.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", "--lazy", folder.toString());
    }

    /** What a program complained of; empty if it did what it should. */
    private static String run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            return code == 0 ? "" : command[0] + ": exit code " + code + " " + said.strip();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
