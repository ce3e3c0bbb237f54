package org.clattention.model.text;

import java.nio.charset.StandardCharsets;

/** Tokens that are the bytes of UTF-8: for models with a vocabulary of 256. */
public final class ByteTokenizer implements Tokenizer {
    /** The vocabulary that it is for. */
    public static final int VOCABULARY = 256;

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = bytes[i] & 0xff;
        }
        return tokens;
    }

    @Override
    public String decode(int... tokens) {
        byte[] bytes = new byte[tokens.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) tokens[i];
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public byte[] bytes(int token) {
        return new byte[] {(byte) token};
    }
}
