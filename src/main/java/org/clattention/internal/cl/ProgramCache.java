package org.clattention.internal.cl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled programs on disk. An entry's name is the digest of all that it depends on: device, driver, platform, sources and
 * options. An entry that is damaged or was made for something else is taken as absent. A cache that cannot be written
 * costs time and nothing else.
 *
 * <p>Entry: 8 bytes of magic, 32 bytes of key, 32 bytes of SHA-256 of the binary, the binary.
 */
public final class ProgramCache {
    private static final Logger log = LoggerFactory.getLogger(ProgramCache.class);
    private static final byte[] MAGIC = "CLATTN01".getBytes(StandardCharsets.US_ASCII);
    private static final String POCL = "Portable Computing Language";
    private static final int DIGEST_BYTES = 32;
    private static final int HEADER_BYTES = MAGIC.length + 2 * DIGEST_BYTES;
    private static final long MAX_ENTRY_BYTES = 256L << 20;

    private final @Nullable Path folder;

    private ProgramCache(@Nullable Path folder) {
        this.folder = folder;
    }

    /** A cache in this folder, which is created when needed. */
    public static ProgramCache in(Path folder) {
        return new ProgramCache(folder);
    }

    /** No cache: every program is built from its source. */
    public static ProgramCache none() {
        return new ProgramCache(null);
    }

    /**
     * The folder named by the environment's {@code CLATTENTION_CACHE} (empty = no cache), else {@code clattention} in the
     * user's cache folder.
     */
    public static ProgramCache ofEnvironment() {
        String named = System.getenv("CLATTENTION_CACHE");
        if (named != null) {
            return named.isEmpty() ? none() : in(Path.of(named));
        }
        String base = System.getenv("XDG_CACHE_HOME");
        Path caches =
                base == null || base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return in(caches.resolve("clattention"));
    }

    String key(OpenClDevice device, ProgramSource source, String options) {
        MessageDigest digest = sha256();
        for (String part : new String[] {
            device.info().platform(),
            device.platformVersion(),
            device.info().vendor(),
            device.info().name(),
            device.info().openClVersion(),
            device.info().driverVersion(),
            options,
            source.text()
        }) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Whether programs of this device belong here. PoCL keeps its own cache, and asking it for a binary makes it compile every
     * kernel a second time, for any size of groups.
     */
    boolean keeps(OpenClDevice device) {
        return folder != null && !device.info().platform().equals(POCL);
    }

    Optional<byte[]> read(String key) {
        if (folder == null) {
            return Optional.empty();
        }
        Path file = file(folder, key);
        try {
            if (Files.size(file) > MAX_ENTRY_BYTES) {
                log.warn("cache entry {} is too large and will be rebuilt", file);
                return Optional.empty();
            }
            byte[] entry = Files.readAllBytes(file);
            if (!sound(entry, key)) {
                log.warn("cache entry {} is damaged or foreign and will be rebuilt", file);
                return Optional.empty();
            }
            return Optional.of(Arrays.copyOfRange(entry, HEADER_BYTES, entry.length));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            log.warn("cache entry {} cannot be read and will be rebuilt: {}", file, e.toString());
            return Optional.empty();
        }
    }

    void write(String key, byte[] binary) {
        if (folder == null || binary.length == 0) {
            return;
        }
        ByteBuffer entry = ByteBuffer.allocate(HEADER_BYTES + binary.length);
        entry.put(MAGIC)
                .put(HexFormat.of().parseHex(key))
                .put(sha256().digest(binary))
                .put(binary);
        try {
            Files.createDirectories(folder);
            // Written aside and moved: a reader in another process never sees half an entry.
            Path temporary = Files.createTempFile(folder, "entry-", ".tmp");
            try {
                Files.write(temporary, entry.array());
                move(temporary, file(folder, key));
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            log.warn("the compiled-kernel cache {} cannot be written: {}", folder, e.toString());
        }
    }

    void discard(String key) {
        if (folder == null) {
            return;
        }
        log.warn("the driver refused the cached program {}; it will be rebuilt", key);
        try {
            Files.deleteIfExists(file(folder, key));
        } catch (IOException e) {
            log.debug("cache entry {} cannot be deleted", key, e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static boolean sound(byte[] entry, String key) {
        if (entry.length <= HEADER_BYTES || !Arrays.equals(entry, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            return false;
        }
        byte[] wantedKey = HexFormat.of().parseHex(key);
        int keyEnd = MAGIC.length + DIGEST_BYTES;
        if (!Arrays.equals(entry, MAGIC.length, keyEnd, wantedKey, 0, DIGEST_BYTES)) {
            return false;
        }
        MessageDigest digest = sha256();
        digest.update(entry, HEADER_BYTES, entry.length - HEADER_BYTES);
        return Arrays.equals(entry, keyEnd, HEADER_BYTES, digest.digest(), 0, DIGEST_BYTES);
    }

    private static Path file(Path folder, String key) {
        return folder.resolve(key + ".bin");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
