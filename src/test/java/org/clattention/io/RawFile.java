package org.clattention.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Safetensors files from parts that need not fit together. */
final class RawFile {
    /** The tensors of the good file: four floats in, two out. */
    static final String IN_X = "\"in.x\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}";

    static final String OUT_Y = "\"out.y\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]}";
    static final int DATA_BYTES = 24;

    private RawFile() {}

    /** A header of these members. */
    static String header(String... members) {
        return "{" + String.join(",", members) + "}";
    }

    /** A file of this header and as many zero bytes as the good file has. */
    static byte[] raw(String header) {
        return raw(header, new byte[DATA_BYTES]);
    }

    /** A file of this header, as it stands, and these data. */
    static byte[] raw(String header, byte[] data) {
        return raw(header.getBytes(StandardCharsets.UTF_8), data);
    }

    /** A file of this header, as it stands, and these data. */
    static byte[] raw(byte[] header, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, header.length)
                .array());
        out.writeBytes(header);
        out.writeBytes(data);
        return out.toByteArray();
    }
}
