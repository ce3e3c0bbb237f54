package org.clattention.model.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's map of character sequences to texts: a trie in a double array, then the texts, each ended by a zero. The
 * native library follows the trie without looking whether it stays inside; this walks all of it before.
 */
final class CharacterMap {
    private static final int MOST_BYTES = 4_000_000;
    private static final int MOST_REPLACEMENT = 64;
    private static final int LENGTH_BYTES = 4;

    private final int[] units;
    private final byte[] texts;

    private CharacterMap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /** What is wrong with a map in Base64; empty if nothing. */
    static String problem(String base64) {
        byte[] bytes;
        try {
            bytes = base64.length() > MOST_BYTES ? null : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return "is not Base64: " + e.getMessage();
        }
        if (bytes == null) {
            return "has " + base64.length() + " characters; at most " + MOST_BYTES + " are read";
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < LENGTH_BYTES) {
            return "is too short";
        }
        long trie = Integer.toUnsignedLong(in.getInt());
        if (trie < LENGTH_BYTES || trie % LENGTH_BYTES != 0 || trie > in.remaining()) {
            return "gives its trie " + trie + " bytes, but " + in.remaining() + " follow";
        }
        int[] units = new int[(int) trie / LENGTH_BYTES];
        in.asIntBuffer().get(units);
        byte[] texts = new byte[in.remaining() - (int) trie];
        in.position(in.position() + (int) trie).get(texts);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
        } catch (CharacterCodingException e) {
            return "has texts that are not UTF-8";
        }
        return new CharacterMap(units, texts).isSound() ? "" : "is damaged: its trie leads out of it";
    }

    /** Visits every node that a text can lead to. */
    private boolean isSound() {
        BitSet seen = new BitSet();
        Deque<Integer> open = new ArrayDeque<>();
        open.add(offset(units[0]));
        while (!open.isEmpty()) {
            int node = open.remove();
            for (int c = 1; c <= 0xff; c++) {
                int at = node ^ c;
                if (at >= units.length) {
                    return false;
                }
                int unit = units[at];
                if ((unit & 0x800000ff) != c) {
                    continue;
                }
                int child = at ^ offset(unit);
                boolean leaf = ((unit >>> 8) & 1) == 1;
                if (child >= units.length || (leaf && !isText(units[child] & 0x7fffffff))) {
                    return false;
                }
                if (!seen.get(child)) {
                    seen.set(child);
                    open.add(child);
                }
            }
        }
        return true;
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
    }

    /** True if a short text of whole characters begins here. */
    private boolean isText(int begin) {
        if (begin >= texts.length || (texts[begin] & 0xc0) == 0x80) {
            return false;
        }
        int end = begin;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        return end - begin <= MOST_REPLACEMENT;
    }
}
