package org.clattention.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers why a write failed; {@code System.out} only knows that one did. */
final class StandardOutput extends PrintWriter {
    private final Remembering stream;
    private final boolean pipe;

    private StandardOutput(Remembering stream, Charset charset, boolean pipe) {
        super(stream, true, charset);
        this.stream = stream;
        this.pipe = pipe;
    }

    /** The process's own standard output. */
    static StandardOutput open(Charset charset) {
        Remembering stream = new Remembering(new FileOutputStream(FileDescriptor.out));
        return new StandardOutput(stream, charset, isPipe(Path.of("/proc/self/fd/1")));
    }

    /** The same on another stream. */
    static StandardOutput on(OutputStream stream, Charset charset) {
        return new StandardOutput(new Remembering(stream), charset, false);
    }

    /** The first failure of a write; null if there was none. */
    @Nullable
    IOException failure() {
        return stream.failure;
    }

    /** Whether a write failed because nobody reads on, as behind {@code | head -1}: no error, but no reason to go on. */
    boolean isClosedPipe() {
        // The message is in the user's language; but a pipe has no other way to fail.
        return stream.failure != null
                && (pipe || String.valueOf(stream.failure.getMessage()).contains("roken pipe"));
    }

    private static boolean isPipe(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException | UnsupportedOperationException | InvalidPathException e) {
            return false;
        }
    }

    private static final class Remembering extends FilterOutputStream {
        private @Nullable IOException failure;

        Remembering(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }
}
