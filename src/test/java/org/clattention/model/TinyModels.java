package org.clattention.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.io.JsonReader;
import org.clattention.io.JsonWriter;
import org.clattention.io.SafetensorsWriter;

/** Small models of every family, to be changed and written to folders. */
final class TinyModels {
    private static final String GATED = """
            "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
            "vocab_size": 50, "max_position_embeddings": 128, "rms_norm_eps": 1e-5
            """;

    private static final Map<String, String> CONFIGS = Map.ofEntries(
            Map.entry(
                    "llama", "{\"architectures\": [\"LlamaForCausalLM\"], \"num_key_value_heads\": 2, " + GATED + "}"),
            Map.entry(
                    "mistral",
                    "{\"architectures\": [\"MistralForCausalLM\"], \"num_key_value_heads\": 2, \"sliding_window\": 8, "
                            + GATED + "}"),
            Map.entry(
                    "qwen2", "{\"architectures\": [\"Qwen2ForCausalLM\"], \"num_key_value_heads\": 2, " + GATED + "}"),
            Map.entry(
                    "qwen3",
                    "{\"architectures\": [\"Qwen3ForCausalLM\"], \"num_key_value_heads\": 2, \"head_dim\": 32, "
                            + "\"tie_word_embeddings\": true, " + GATED + "}"),
            Map.entry(
                    "gemma2",
                    "{\"architectures\": [\"Gemma2ForCausalLM\"], \"num_key_value_heads\": 2, \"head_dim\": 32, "
                            + "\"sliding_window\": 8, \"query_pre_attn_scalar\": 16, " + GATED + "}"),
            Map.entry(
                    "gemma3_text",
                    "{\"architectures\": [\"Gemma3ForCausalLM\"], \"num_key_value_heads\": 1, \"head_dim\": 32, "
                            + "\"sliding_window\": 8, \"sliding_window_pattern\": 2, " + GATED + "}"),
            Map.entry(
                    "gpt2",
                    "{\"architectures\": [\"GPT2LMHeadModel\"], \"n_embd\": 64, \"n_layer\": 2, \"n_head\": 4, "
                            + "\"n_positions\": 32, \"vocab_size\": 50}"),
            Map.entry(
                    "bert",
                    "{\"architectures\": [\"BertForMaskedLM\"], \"type_vocab_size\": 2, \"hidden_size\": 64, "
                            + "\"intermediate_size\": 96, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, "
                            + "\"vocab_size\": 50, \"max_position_embeddings\": 32}"),
            Map.entry(
                    "deepseek_v2",
                    "{\"architectures\": [\"DeepseekV2ForCausalLM\"], \"q_lora_rank\": 32, \"kv_lora_rank\": 32, "
                            + "\"qk_nope_head_dim\": 16, \"qk_rope_head_dim\": 8, \"v_head_dim\": 16, " + GATED + "}"));

    private TinyModels() {}

    static List<String> families() {
        return CONFIGS.keySet().stream().sorted().toList();
    }

    static String config(String family) {
        return CONFIGS.get(family);
    }

    /** A configuration with other values; null removes the key, {@link JsonReader#NULL} stays null. */
    static String with(Path folder, String json, Object... keysAndValues) {
        Map<String, Object> values = parsed(folder, json);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String key = (String) keysAndValues[i];
            if (keysAndValues[i + 1] == null) {
                values.remove(key);
            } else {
                values.put(key, keysAndValues[i + 1]);
            }
        }
        // The writer knows no null.
        values.replaceAll((key, value) -> value == JsonReader.NULL ? "<null>" : value);
        return JsonWriter.toJson(values).replace("\"<null>\"", "null");
    }

    private static Map<String, Object> parsed(Path folder, String json) {
        try {
            Path file = Files.writeString(Files.createTempFile(folder, "base", ".json"), json);
            return new LinkedHashMap<>(JsonReader.readObject(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tensors that a model needs, random. */
    static Map<String, HostTensor> tensors(Path folder, String json, DataType type) throws IOException {
        RandomModel model = random(folder, json, type);
        RandomTensors source = new RandomTensors(5, type, 1);
        Map<String, HostTensor> out = new LinkedHashMap<>();
        for (NeededTensors needed : List.of(model.onDevice(), model.onHost())) {
            needed.all().forEach(n -> out.put(n.name(), source.get(n.name(), n.dims())));
        }
        return out;
    }

    static RandomModel random(Path folder, String json, DataType type) throws IOException {
        return RandomModel.of(Files.writeString(Files.createTempFile(folder, "config", ".json"), json), 7, type);
    }

    /** A folder with a configuration and tensors in one file. */
    static Path write(Path parent, String json, Map<String, HostTensor> tensors) throws IOException {
        Path folder = Files.createTempDirectory(parent, "model");
        Files.writeString(folder.resolve("config.json"), json);
        SafetensorsWriter.write(folder.resolve(FolderTensors.SINGLE), Map.of(), tensors);
        return folder;
    }

    /** A folder with the tensors that its configuration needs. */
    static Path write(Path parent, String json, DataType type) throws IOException {
        return write(parent, json, tensors(parent, json, type));
    }

    /** A folder with the tensors in two shards and an index, whose lines may then be changed. */
    static Path writeShards(Path parent, String json, Map<String, HostTensor> tensors) throws IOException {
        Path folder = Files.createTempDirectory(parent, "shards");
        Files.writeString(folder.resolve("config.json"), json);
        Map<String, Object> index = new LinkedHashMap<>();
        List<Map<String, HostTensor>> parts = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        int count = 0;
        for (Map.Entry<String, HostTensor> e : tensors.entrySet()) {
            int part = count++ % 2;
            parts.get(part).put(e.getKey(), e.getValue());
            index.put(e.getKey(), shard(part));
        }
        for (int part = 0; part < 2; part++) {
            SafetensorsWriter.write(folder.resolve(shard(part)), Map.of(), parts.get(part));
        }
        Files.writeString(folder.resolve(FolderTensors.INDEX), JsonWriter.toJson(Map.of("weight_map", index)));
        return folder;
    }

    static String shard(int part) {
        return "model-0000" + (part + 1) + "-of-00002.safetensors";
    }
}
