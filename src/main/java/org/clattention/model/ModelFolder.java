package org.clattention.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.clattention.config.HostTensor;
import org.clattention.io.InvalidFileException;
import org.clattention.model.arch.Architecture;
import org.clattention.model.arch.Architectures;
import org.clattention.model.arch.ConfigJson;

/**
 * A model in a folder as it comes from Hugging Face: {@code config.json} with {@code model.safetensors}, or with the shards
 * that {@code model.safetensors.index.json} lists; {@code generation_config.json}, if there, decides on the special tokens.
 * Other files are not looked at.
 *
 * <p>Families: Llama 2 and 3, Mistral, Qwen 2 and 3, Gemma 2 and 3 (text), GPT-2, BERT, DeepSeek-V2 without mixtures of
 * experts. A key of the configuration that changes the mathematics and has an unsupported value is refused, and so is a
 * tensor that nothing needs, unless it is known to be harmless.
 */
public final class ModelFolder extends ModelSource {
    private ModelFolder(
            ConfigJson config, Architecture architecture, FolderTensors tensors, UnaryOperator<ModelSpec> adjustment) {
        super(config, architecture, tensors, adjustment);
    }

    /**
     * Opens a folder and checks the configuration and the shape and type of every tensor. The tensors' data are not
     * read yet; nothing needs to be closed.
     *
     * @throws InvalidFileException if anything is missing, damaged, inconsistent or not supported: one line that names the
     *     file and the key or tensor
     */
    public static ModelFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidFileException(folder, Files.exists(folder) ? "is not a folder" : "no such folder");
        }
        ConfigJson config = ConfigJson.read(folder.resolve("config.json"));
        Architecture architecture = Architectures.of(config);
        FolderTensors tensors = FolderTensors.open(folder);
        Path generation = folder.resolve("generation_config.json");
        ModelFolder model = new ModelFolder(
                config,
                architecture,
                tensors,
                spec -> Files.exists(generation) ? withTokens(spec, ConfigJson.read(generation)) : spec);
        model.checkTensors(folder, architecture, tensors);
        return model;
    }

    private static ModelSpec withTokens(ModelSpec spec, ConfigJson generation) {
        SpecialTokens known = new SpecialTokens(spec.beginToken(), spec.endTokens());
        return spec.withTokens(known.unless(generation, spec.embedding().vocabularySize()));
    }

    private void checkTensors(Path folder, Architecture architecture, FolderTensors tensors) {
        for (NeededTensors needed : new NeededTensors[] {onDevice(), onHost()}) {
            needed.all().forEach(n -> tensors.get(n.name(), n.dims()));
        }
        Map<String, String> copies = architecture.copies(onHost());
        for (String name : tensors.names()) {
            String original = copies.get(name);
            if (original != null && !isNeeded(name)) {
                requireCopy(tensors, name, original);
            } else if (!isNeeded(name) && !architecture.ignores(name)) {
                throw new InvalidFileException(
                        folder, "tensor " + name + " has no place in a " + spec().architecture());
            }
        }
    }

    private boolean isNeeded(String name) {
        return onDevice().names().contains(name) || onHost().names().contains(name);
    }

    /** Which of two that differ is meant, nobody can know. */
    private static void requireCopy(FolderTensors tensors, String name, String original) {
        long[] shape = tensors.shape(original);
        HostTensor first = tensors.get(original, shape);
        HostTensor second = tensors.get(name, shape);
        long rows = shape.length == 0 ? 0 : shape[0];
        for (long row = 0; row < rows; row++) {
            HostTensor one = first.rows(row, row + 1);
            HostTensor other = second.rows(row, row + 1);
            boolean same = first.type() == second.type() && one.data().equals(other.data());
            int elements = Math.toIntExact(one.elements());
            for (int i = 0; !same && i < elements; i++) {
                if (one.getDouble(i) != other.getDouble(i)) {
                    throw new InvalidFileException(
                            tensors.file(name),
                            "tensor " + name + ": differs from " + original
                                    + ", of which it should be a copy: element " + (row * elements + i) + " is "
                                    + other.getDouble(i) + " instead of " + one.getDouble(i));
                }
            }
        }
    }
}
