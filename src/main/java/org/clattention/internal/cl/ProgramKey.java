package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a compiled program depends on.
 *
 * @param name the digest of all of it, in hexadecimal
 * @param description the same for people: device, driver, platform, options, and the digest of the sources
 */
record ProgramKey(String name, String description) {
    /** The key of a program for this device. */
    static ProgramKey of(OpenClDevice device, ProgramSource source, String options) {
        String sources = HexFormat.of().formatHex(sha256().digest(source.text().getBytes(StandardCharsets.UTF_8)));
        return of(
                "platform",
                device.info().platform() + " " + device.platformVersion(),
                "device",
                device.info().vendor() + " " + device.info().name(),
                "version",
                device.info().openClVersion(),
                "driver",
                device.info().driverVersion(),
                "options",
                options,
                "program",
                source.name(),
                "source",
                sources);
    }

    /** A key of names and values by turns. */
    static ProgramKey of(String... facts) {
        MessageDigest digest = sha256();
        StringBuilder description = new StringBuilder();
        for (int i = 0; i < facts.length; i += 2) {
            // With its length, so that no two lists of values are the same bytes.
            byte[] value = facts[i + 1].getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, value.length));
            digest.update(value);
            description.append(facts[i]).append(": ").append(facts[i + 1]).append('\n');
        }
        return new ProgramKey(HexFormat.of().formatHex(digest.digest()), description.toString());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
