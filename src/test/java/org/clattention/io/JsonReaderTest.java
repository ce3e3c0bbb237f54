package org.clattention.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static final Path FILE = Path.of("config.json");

    @TempDir
    Path folder;

    @Test
    void givesPlainValues() {
        Map<String, Object> object = JsonReader.parseObject(
                FILE,
                "config",
                "{\"int\":-9223372036854775808,\"double\":1.5e-3,\"whole\":2.0,\"text\":\"\\u00e4\","
                        + "\"yes\":true,\"no\":false,\"none\":null,\"list\":[1,[2.5],{}],\"map\":{\"a\":{\"b\":\"c\"}}}");

        assertThat(object)
                .containsOnlyKeys("int", "double", "whole", "text", "yes", "no", "list", "map")
                .containsEntry("int", Long.MIN_VALUE)
                .containsEntry("double", 1.5e-3)
                .containsEntry("whole", 2.0)
                .containsEntry("text", "ä")
                .containsEntry("yes", true)
                .containsEntry("no", false)
                .containsEntry("list", List.of(1L, List.of(2.5), Map.of()))
                .containsEntry("map", Map.of("a", Map.of("b", "c")));
    }

    @Test
    void keepsNullsWhereAsked() throws IOException {
        Path file = Files.writeString(folder.resolve("nulls.json"), "{\"a\":null,\"b\":[null,1],\"c\":{\"d\":null}}");
        assertThat(JsonReader.readObjectWithNulls(file, 1000))
                .containsEntry("a", JsonReader.NULL)
                .containsEntry("b", List.of(JsonReader.NULL, 1L))
                .containsEntry("c", Map.of("d", JsonReader.NULL));
        assertThat(JsonReader.NULL).hasToString("null");
    }

    @Test
    void keepsTheOrderOfTheText() {
        assertThat(JsonReader.parseObject(FILE, "config", "{\"z\":1,\"a\":2,\"m\":3}")
                        .keySet())
                .containsExactly("z", "a", "m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"a\"",
                "[]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":0x1}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":1e999}",
                "{\"a\":9223372036854775808}",
                "{\"a\":[null]}",
                "{\"a\":1}x",
                "{\"a\":1}{}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":null,\"a\":1}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\n\"}",
                "{/**/}",
                "\ufeff{}"
            })
    void refuses(String json) {
        assertThatThrownBy(() -> JsonReader.parseObject(FILE, "config", json))
                .isInstanceOf(InvalidFileException.class)
                .message()
                .startsWith("config.json: config: ")
                .hasLineCount(1);
    }

    @Test
    void limitsNesting() {
        String deepest = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
        assertThat(JsonReader.parseObject(FILE, "config", deepest)).containsOnlyKeys("a");

        String deeper = "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}";
        assertThatThrownBy(() -> JsonReader.parseObject(FILE, "config", deeper))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("depth");
    }

    @Test
    void readsFiles() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "{\"a\":[true]}\n");
        assertThat(JsonReader.readObject(file)).containsEntry("a", List.of(true));

        assertThatThrownBy(() -> JsonReader.readObject(folder.resolve("b.json")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(folder.resolve("b.json") + ": no such file");
        assertThatThrownBy(() -> JsonReader.readObject(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is a folder");
        Files.write(file, "{\"ä\":1}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> JsonReader.readObject(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("not valid UTF-8");
    }

    @Test
    void readsBackWhatTheWriterWrites() {
        Map<String, Object> object = Map.of(
                "int", 7L, "double", 0.1, "text", "\" \\ \n \ud83d\ude00", "list", List.of(false, Map.of("a", -1L)));

        assertThat(JsonReader.parseObject(FILE, "config", JsonWriter.toJson(object)))
                .isEqualTo(object);
        assertThatThrownBy(() -> JsonWriter.toJson(Map.of("a", Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
    }
}
