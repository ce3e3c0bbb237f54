package org.clattention.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/**
 * What a command was called with, in a bare container too: its locale is often POSIX, by which the JVM reads every byte of an
 * argument beyond ASCII as a question mark. These bytes are UTF-8 in all likelihood.
 */
final class Arguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private Arguments() {}

    /** The arguments of this process, read as UTF-8 where the JVM's own reading lost something. */
    static String[] decoded(String[] arguments) {
        if (!isAscii(fileNames())) {
            return arguments;
        }
        try {
            return decoded(arguments, Files.readAllBytes(COMMAND_LINE));
        } catch (IOException e) {
            return arguments; // not on Linux
        }
    }

    /**
     * The same for a given command line.
     *
     * @param line the process's arguments with a zero byte after each; those of the program are the last
     */
    static String[] decoded(String[] arguments, byte[] line) {
        List<String> all = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < line.length; i++) {
            if (line[i] == 0) {
                try {
                    ByteBuffer argument = ByteBuffer.wrap(line, start, i - start);
                    all.add(StandardCharsets.UTF_8.newDecoder().decode(argument).toString());
                } catch (CharacterCodingException e) {
                    return arguments;
                }
                start = i + 1;
            }
        }
        if (all.size() < arguments.length) {
            return arguments;
        }
        List<String> last = all.subList(all.size() - arguments.length, all.size());
        for (int i = 0; i < arguments.length; i++) {
            boolean ascii = last.get(i).chars().allMatch(c -> c < 0x80);
            if (ascii && !last.get(i).equals(arguments[i])) {
                return arguments; // not the ones that this program was given
            }
        }
        return last.toArray(new String[0]);
    }

    /** Where results go: ASCII has too few characters, and UTF-8 has the same ones in the same bytes. */
    static Charset output() {
        Charset standard = Charset.defaultCharset();
        return isAscii(standard) ? StandardCharsets.UTF_8 : standard;
    }

    /** A path of an option, which no locale but a right one can name. */
    static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(problem(name, e));
        }
    }

    /** Why a name is no path here. */
    static String problem(String name, InvalidPathException e) {
        return fileNames().newEncoder().canEncode(name)
                ? "'" + name + "' is no path: " + e.getReason()
                : "'" + name + "' cannot be opened in this locale, whose file names are " + fileNames()
                        + "; set LC_ALL=C.UTF-8";
    }

    private static Charset fileNames() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    private static boolean isAscii(Charset charset) {
        return charset.equals(StandardCharsets.US_ASCII);
    }
}
