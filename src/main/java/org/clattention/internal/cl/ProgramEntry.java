package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * An entry of the cache as bytes: 8 of magic, 32 of SHA-256 of all that follows, the key's description with its length in 4 bytes
 * before it, the compiled program. The digest is no signature: who may write entries is a matter of {@link TrustedFiles}.
 */
final class ProgramEntry {
    private static final byte[] MAGIC = "CLATTN02".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final int HEADER_BYTES = MAGIC.length + DIGEST_BYTES;

    private ProgramEntry() {}

    static byte[] encode(ProgramKey key, byte[] program) {
        byte[] description = key.description().getBytes(StandardCharsets.UTF_8);
        ByteBuffer entry = ByteBuffer.allocate(HEADER_BYTES + Integer.BYTES + description.length + program.length);
        entry.position(HEADER_BYTES);
        entry.putInt(description.length).put(description).put(program);
        entry.put(0, MAGIC).put(MAGIC.length, digest(entry.array()));
        return entry.array();
    }

    /** The program in an entry; nothing if the entry is damaged or was made for another key. */
    static Optional<byte[]> decode(ProgramKey key, byte[] entry) {
        byte[] description = key.description().getBytes(StandardCharsets.UTF_8);
        int start = HEADER_BYTES + Integer.BYTES + description.length;
        if (entry.length <= start
                || !Arrays.equals(entry, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || !MessageDigest.isEqual(Arrays.copyOfRange(entry, MAGIC.length, HEADER_BYTES), digest(entry))
                || ByteBuffer.wrap(entry).getInt(HEADER_BYTES) != description.length
                || !Arrays.equals(entry, start - description.length, start, description, 0, description.length)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.copyOfRange(entry, start, entry.length));
    }

    private static byte[] digest(byte[] entry) {
        MessageDigest digest = ProgramKey.sha256();
        digest.update(entry, HEADER_BYTES, entry.length - HEADER_BYTES);
        return digest.digest();
    }
}
