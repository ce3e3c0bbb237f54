package org.clattention.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process does on signals; children inherit it. */
public final class Signals {
    private static final String IGNORED = "SigIgn:";

    private Signals() {}

    /** Whether SIGINT is ignored, as in a process that a shell runs in the background. */
    public static boolean interruptIsIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        String mask = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith(IGNORED))
                .map(line -> line.substring(IGNORED.length()).strip())
                .findFirst()
                .orElse("0");
        return (Long.parseUnsignedLong(mask, 16) & 2) != 0;
    }
}
