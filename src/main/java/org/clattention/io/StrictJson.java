package org.clattention.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** JSON parsers that accept the standard and nothing more, within limits that hold for hostile input. */
final class StrictJson {
    static final int MAX_DEPTH = 64;
    static final int MAX_BYTES = 100_000_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxDocumentLength(MAX_BYTES)
                    .build())
            .build();

    private StrictJson() {}

    /** What {@link #parse} does with a parser. */
    interface Body<T> {
        T read(JsonParser parser) throws IOException;
    }

    /**
     * Runs {@code body} over UTF-8 bytes.
     *
     * @param part what the text is within the file, for messages
     * @throws InvalidFileException if the bytes are not UTF-8 or not JSON
     */
    static <T> T parse(Path file, String part, byte[] utf8, Body<T> body) {
        // A fresh decoder reports malformed input; Jackson's own UTF-8 reader lets some of it pass.
        Reader reader = new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = FACTORY.createParser(reader)) {
            return body.read(parser);
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, part + ": not valid UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(file, part + ": " + describe(e), e);
        } catch (IOException e) {
            throw new InvalidFileException(file, part + ": " + e.getMessage(), e);
        }
    }

    /** The text itself, unless escapes like {@code \ud800} made it something that no UTF-8 text can hold. */
    static String wellFormed(Path file, String part, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new InvalidFileException(file, part + ": \"" + text + "\" has an unpaired surrogate");
        }
        return text;
    }

    private static String describe(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        return "not valid JSON" + where + ": " + e.getOriginalMessage();
    }
}
