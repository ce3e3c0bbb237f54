package org.clattention.heads;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.Deflater;

/**
 * Weights in the page: little-endian 16-bit multiples of 1/65535, compressed in zlib's format, in base64. Masked keys, half of a
 * causal head, take next to nothing.
 */
final class PackedHeadWeights {
    /** What a weight of 1 becomes. */
    static final int FULL = 65535;

    private PackedHeadWeights() {}

    /** The weights of a head, row by row; each is within half of 1/65535 of its own, a little more above 1. */
    static String pack(HeadMatrix head) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * head.queries() * head.keys()).order(ByteOrder.LITTLE_ENDIAN);
        for (int query = 0; query < head.queries(); query++) {
            for (int key = 0; key < head.keys(); key++) {
                bytes.putShort((short) Math.round(Math.min(1, head.weight(query, key)) * FULL));
            }
        }
        return Base64.getEncoder().encodeToString(deflate(bytes.array()));
    }

    private static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] out = new byte[Math.max(64, bytes.length / 2)];
            int length = 0;
            while (!deflater.finished()) {
                if (length == out.length) {
                    out = Arrays.copyOf(out, 2 * length);
                }
                length += deflater.deflate(out, length, out.length - length);
            }
            return Arrays.copyOf(out, length);
        } finally {
            deflater.end();
        }
    }
}
