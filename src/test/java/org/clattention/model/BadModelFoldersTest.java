package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.clattention.DataType;
import org.clattention.HostTensor;
import org.clattention.io.InvalidFileException;
import org.clattention.io.SafetensorsWriter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Folders that must be refused at once, each with one line that says what is wrong. */
@Tag("small")
class BadModelFoldersTest {
    @TempDir
    private Path parent = Path.of("unset");

    /** Makes a bad folder. */
    private interface Setup {
        Path make() throws IOException;
    }

    private final List<DynamicTest> cases = new ArrayList<>();

    @TestFactory
    List<DynamicTest> all() {
        cases.clear();
        badFolders();
        badTensors();
        badShards();
        differs("llama", "lm_head.weight", "model.embed_tokens.weight");
        differs("gpt2", "lm_head.weight", "transformer.wte.weight");
        differs("bert", "cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight");
        differs("bert", "cls.predictions.decoder.bias", "cls.predictions.bias");
        assertThat(cases).hasSizeGreaterThan(20);
        return cases;
    }

    private void badFolders() {
        add("no folder", "no such folder", () -> parent.resolve("nowhere"));
        add("a file", "is not a folder", () -> Files.writeString(parent.resolve("file"), ""));
        add("empty folder", "config.json: no such file", () -> Files.createTempDirectory(parent, "empty"));
        add("no weights", "has neither model.safetensors nor model.safetensors.index.json", () -> without(""));
        add("other weights", "pytorch_model.bin is not read, convert it", () -> without("pytorch_model.bin"));
        add("truncated", "truncated file", () -> {
            Path folder = good();
            Path file = folder.resolve(FolderTensors.SINGLE);
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));
            return folder;
        });
        add("fp8", "dtype \"F8_E4M3\" is none of", () -> {
            Path folder = good();
            byte[] header = "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}"
                    .getBytes(StandardCharsets.UTF_8);
            ByteBuffer file = ByteBuffer.allocate(header.length + 9).order(ByteOrder.LITTLE_ENDIAN);
            Files.write(
                    folder.resolve(FolderTensors.SINGLE),
                    file.putLong(header.length).put(header).array());
            return folder;
        });
        add("bad generation", "generation_config.json: eos_token_id = -2 must be", () -> {
            Path folder = good();
            Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": -2}");
            return folder;
        });
    }

    private void badTensors() {
        String query = "model.layers.1.self_attn.q_proj.weight";
        changed("missing tensor", "has no tensor " + query, t -> t.remove(query));
        changed("missing norm", "has no tensor model.norm.weight", t -> t.remove("model.norm.weight"));
        changed("missing head", "has no tensor lm_head.weight", t -> t.remove("lm_head.weight"));
        changed("missing table", "has no tensor model.embed_tokens.weight", t -> t.remove("model.embed_tokens.weight"));
        changed(
                "wrong shape",
                "tensor " + query + ": shape [32, 64] must be [64, 64]",
                t -> t.put(query, HostTensor.of(new float[2048], 32, 64)));
        changed(
                "wrong rank",
                "shape [64, 64, 1] must be [64, 64]",
                t -> t.put(query, HostTensor.of(new float[4096], 64, 64, 1)));
        changed(
                "integers",
                "tensor " + query + ": type I64 must be F64, F32, F16 or BF16",
                t -> t.put(query, HostTensor.ofLongs(new long[4096], 64, 64)));
        changed(
                "unknown",
                "tensor model.layers.0.self_attn.q_proj.bias has no place in a LlamaForCausalLM",
                t -> t.put("model.layers.0.self_attn.q_proj.bias", HostTensor.of(new float[64], 64)));
        changed(
                "one layer too many",
                "tensor model.layers.2.mlp.up_proj.weight has no place",
                t -> t.put("model.layers.2.mlp.up_proj.weight", HostTensor.of(new float[64], 64)));
    }

    private void badShards() {
        add(
                "missing shard",
                "model-00002-of-00002.safetensors: no such file; model.safetensors.index.json says",
                () -> {
                    Path folder = shards();
                    Files.delete(folder.resolve(TinyModels.shard(1)));
                    return folder;
                });
        add("tensor in another shard", "has no tensor model.norm.weight, though", () -> {
            Path folder = shards();
            Path index = folder.resolve(FolderTensors.INDEX);
            String text = Files.readString(index);
            Files.writeString(index, text.replaceFirst("(\"model.norm.weight\":\"model-)00001", "$100002"));
            return folder;
        });
        add("tensor twice", "has tensor model.norm.weight, which", () -> {
            Path folder = shards();
            SafetensorsWriter.write(
                    folder.resolve(TinyModels.shard(1)),
                    Map.of(),
                    Map.of("model.norm.weight", HostTensor.of(new float[64], 64)));
            return folder;
        });
        add("tensor not listed", "which model.safetensors.index.json does not list", () -> {
            Path folder = shards();
            Path index = folder.resolve(FolderTensors.INDEX);
            Files.writeString(
                    index,
                    Files.readString(index).replace("\"model.norm.weight\":\"model-00001-of-00002.safetensors\",", ""));
            return folder;
        });
        add("index without map", "weight_map is missing or not an object", () -> index("{}"));
        add(
                "shard elsewhere",
                "weight_map: ../x.safetensors of a is not a file name",
                () -> index("{\"weight_map\": {\"a\": \"../x.safetensors\"}}"));
        add("shard a number", "weight_map: 3 of a is not a file name", () -> index("{\"weight_map\": {\"a\": 3}}"));
    }

    private Path index(String text) throws IOException {
        Path folder = shards();
        Files.writeString(folder.resolve(FolderTensors.INDEX), text);
        return folder;
    }

    private Path shards() throws IOException {
        String json = TinyModels.config("llama");
        return TinyModels.writeShards(parent, json, TinyModels.tensors(parent, json, DataType.F32));
    }

    private Path good() throws IOException {
        return TinyModels.write(parent, TinyModels.config("llama"), DataType.F32);
    }

    private Path without(String other) throws IOException {
        Path folder = good();
        Files.delete(folder.resolve(FolderTensors.SINGLE));
        if (!other.isEmpty()) {
            Files.writeString(folder.resolve(other), "");
        }
        return folder;
    }

    /** What should be a copy of another tensor, and is not. */
    private void differs(String family, String name, String original) {
        add(family + ": " + name + " differs", "tensor " + name + ": differs from " + original + ", of which", () -> {
            String json = TinyModels.with(parent, TinyModels.config(family), "tie_word_embeddings", true);
            Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.F32);
            HostTensor other = tensors.get(original);
            float[] numbers = other.toFloats();
            numbers[numbers.length - 1] += 1;
            tensors.put(name, HostTensor.of(numbers, other.shape()));
            return TinyModels.write(parent, json, tensors);
        });
    }

    private void changed(String name, String expected, Consumer<Map<String, HostTensor>> change) {
        add(name, expected, () -> {
            String json = TinyModels.config("llama");
            Map<String, HostTensor> tensors = TinyModels.tensors(parent, json, DataType.F32);
            change.accept(tensors);
            return TinyModels.write(parent, json, tensors);
        });
    }

    private void add(String name, String expected, Setup setup) {
        cases.add(DynamicTest.dynamicTest(name, () -> {
            Path folder = setup.make();
            assertThatThrownBy(() -> ModelFolder.open(folder))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(folder.toString())
                    .hasMessageContaining(expected)
                    .hasMessageNotContaining("\n");
        }));
    }
}
