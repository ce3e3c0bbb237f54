package org.clattention.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.clattention.config.DataType;
import org.clattention.model.ModelFolder;
import org.clattention.model.ModelSource;
import org.clattention.model.RandomModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a model and how to store it. */
final class ModelOptions {
    private static final Map<String, DataType> TYPES = Map.of(
            "f32", DataType.F32,
            "f16", DataType.F16,
            "bf16", DataType.BF16,
            "q8", DataType.Q8_0,
            "q4", DataType.Q4_0);

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "A model's folder: config.json with model.safetensors or its shards.")
    private @Nullable Path model;

    @Option(
            names = "--random-weights",
            paramLabel = "SEED",
            description = "Take the shape from the folder's config.json and make random weights, for measurements.")
    private @Nullable Long randomWeights;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "How the device stores matrices: f32, f16, bf16, q8, q4. Default: as in the file.")
    private @Nullable String weights;

    /** The model's folder. */
    Path folder() {
        if (model == null) {
            throw new BadInputException("--model: missing");
        }
        return model;
    }

    /** Whether a model is named. */
    boolean isGiven() {
        return model != null;
    }

    /** Whether any option says how to load a model. */
    boolean isChanged() {
        return randomWeights != null || weights != null;
    }

    /** The storage type of matrices; null: as in the file. */
    @Nullable
    DataType storage() {
        return weights == null ? null : type("--weights", weights);
    }

    /** The model, checked but not loaded. */
    ModelSource source() {
        if (randomWeights == null) {
            return ModelFolder.open(folder());
        }
        Path config = Files.isDirectory(folder()) ? folder().resolve("config.json") : folder();
        try {
            return RandomModel.of(config, randomWeights, DataType.BF16);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(config + ": " + e.getMessage(), e);
        }
    }

    /** A storage type by its word. */
    static DataType type(String option, String word) {
        DataType type = TYPES.get(word.toLowerCase(Locale.ROOT));
        if (type == null) {
            throw new BadInputException(option + " " + word + ": must be f32, f16, bf16, q8 or q4");
        }
        return type;
    }
}
