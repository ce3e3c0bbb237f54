package org.clattention.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.clattention.io.InvalidFileException;

/** Chooses the family of a configuration: by {@code architectures[0]}, or by {@code model_type} where that is absent. */
final class Architectures {
    /** One family. */
    private record Family(String modelType, Function<ConfigJson, Architecture> reader) {}

    private static final Map<String, Family> FAMILIES = new LinkedHashMap<>();

    static {
        FAMILIES.put("LlamaForCausalLM", new Family("llama", LlamaArchitecture::new));
        FAMILIES.put("MistralForCausalLM", new Family("mistral", MistralArchitecture::new));
        FAMILIES.put("Qwen2ForCausalLM", new Family("qwen2", Qwen2Architecture::new));
        FAMILIES.put("Qwen3ForCausalLM", new Family("qwen3", Qwen3Architecture::new));
        FAMILIES.put("Gemma2ForCausalLM", new Family("gemma2", Gemma2Architecture::new));
        FAMILIES.put("Gemma3ForCausalLM", new Family("gemma3_text", Gemma3Architecture::new));
        FAMILIES.put("GPT2LMHeadModel", new Family("gpt2", Gpt2Architecture::new));
        FAMILIES.put("BertModel", new Family("bert", config -> new BertArchitecture(config, false)));
        FAMILIES.put("BertForMaskedLM", new Family("bert", config -> new BertArchitecture(config, true)));
        FAMILIES.put("DeepseekV2ForCausalLM", new Family("deepseek_v2", DeepSeekArchitecture::new));
    }

    private Architectures() {}

    /**
     * The family, with its configuration read and checked.
     *
     * @throws InvalidFileException if it is none of those known, or a value is wrong or not supported
     */
    static Architecture of(ConfigJson config) {
        Function<ConfigJson, Architecture> reader = FAMILIES.get(name(config)).reader;
        UnsupportedKeys.refuse(config);
        try {
            Architecture architecture = reader.apply(config);
            architecture.spec(); // asks for what the constructor left
            UnsupportedKeys.refuseUnread(config);
            return architecture;
        } catch (IllegalArgumentException e) {
            // From the records of the public API, which name their own parameter and rule.
            throw new InvalidFileException(config.file(), e.getMessage(), e);
        }
    }

    /** The name of the model class. */
    static String name(ConfigJson config) {
        if (config.has("architectures") && !config.isEmpty("architectures")) {
            String name = config.texts("architectures").get(0);
            Family family = FAMILIES.get(name);
            if (family == null) {
                throw config.refused("architectures", "is not supported; these are: " + FAMILIES.keySet());
            }
            if (config.has("model_type") && !config.text("model_type").equals(family.modelType)) {
                throw config.refused("model_type", "does not belong to " + name);
            }
            return name;
        }
        if (!config.has("model_type")) {
            throw new InvalidFileException(config.file(), "architectures and model_type are missing");
        }
        String type = config.text("model_type");
        return FAMILIES.entrySet().stream()
                .filter(e -> e.getValue().modelType.equals(type))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> config.refused(
                        "model_type",
                        "is not supported; these are: "
                                + FAMILIES.values().stream()
                                        .map(Family::modelType)
                                        .distinct()
                                        .toList()));
    }
}
