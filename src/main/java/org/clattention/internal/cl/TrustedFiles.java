package org.clattention.internal.cl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Whether files can only have been written by this user or by root. A compiled program runs as this process, so whoever may
 * write one owns us. Systems without Unix owners and modes are trusted: their folders of a user are closed to others.
 */
final class TrustedFiles {
    private static final int ROOT = 0;
    private static final int OTHERS_WRITE = 0022;
    private static final int GROUP_WRITES = 0020;
    private static final int STICKY = 01000;
    private static final int NOBODY_KNOWN = -1;

    private TrustedFiles() {}

    /**
     * What makes a folder untrusted: an owner, or a mode by which others may write to it, or to a folder on the way to it; empty
     * if nothing does.
     */
    static String folderProblem(Path folder) throws IOException {
        if (!unix(folder)) {
            return "";
        }
        Path real = folder.toRealPath();
        if (!Files.isDirectory(real)) {
            return "it is no folder";
        }
        String own = problem(real, OTHERS_WRITE);
        if (!own.isEmpty()) {
            return own;
        }
        for (Path above = real.getParent(); above != null; above = above.getParent()) {
            String problem = problem(above, forbiddenAbove(above));
            if (!problem.isEmpty()) {
                return "of " + above + ", above it: " + problem;
            }
        }
        return "";
    }

    /** Others' rights to write that endanger what lies in a folder, but not what they make there themselves. */
    private static int forbiddenAbove(Path folder) throws IOException {
        if ((mode(folder) & STICKY) != 0) {
            return 0; // as in /tmp, nobody can replace what another has made
        }
        // Where each user has a group of his own, of the same number, folders are often open to it.
        boolean ownGroup = number(folder, "gid") == owner(folder);
        return ownGroup ? OTHERS_WRITE & ~GROUP_WRITES : OTHERS_WRITE;
    }

    /** What makes a file in a trusted folder untrusted; empty if nothing does. */
    static String fileProblem(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(file.toString());
            }
            return "it is no regular file";
        }
        return unix(file) ? problem(file, OTHERS_WRITE) : "";
    }

    /** The number of this process's user; −1 where the system does not say. */
    static int user() {
        Path self = Path.of("/proc/self");
        try {
            return unix(self) && Files.exists(self) ? (int) Files.getAttribute(self, "unix:uid") : ownerOfNewFile();
        } catch (IOException e) {
            return NOBODY_KNOWN;
        }
    }

    /** The owner of a file, not following links; −1 where the system has no such numbers. */
    static int owner(Path file) throws IOException {
        return unix(file) ? number(file, "uid") : NOBODY_KNOWN;
    }

    private static String problem(Path file, int forbidden) throws IOException {
        int owner = owner(file);
        if (owner != ROOT && owner != user()) {
            return "its owner is " + Files.getOwner(file, LinkOption.NOFOLLOW_LINKS) + ", not this user";
        }
        if ((mode(file) & forbidden) != 0) {
            return "others may write to it ("
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))
                    + ")";
        }
        return "";
    }

    private static int mode(Path file) throws IOException {
        return number(file, "mode");
    }

    private static int number(Path file, String attribute) throws IOException {
        return (int) Files.getAttribute(file, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean unix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static int ownerOfNewFile() throws IOException {
        Path file = Files.createTempFile("clattention-user-", ".tmp");
        try {
            return owner(file);
        } finally {
            Files.delete(file);
        }
    }
}
