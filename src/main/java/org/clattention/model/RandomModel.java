package org.clattention.model;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.clattention.config.DataType;
import org.clattention.io.InvalidFileException;
import org.clattention.model.arch.Architecture;
import org.clattention.model.arch.Architectures;
import org.clattention.model.arch.ConfigJson;

/**
 * A model of random numbers in the shape of a {@code config.json}: for measurements, where only shapes matter. Equal seeds
 * give equal models. Tensors are made on the heap when they are asked for.
 */
public final class RandomModel extends ModelSource {
    private RandomModel(ConfigJson config, Architecture architecture, RandomTensors tensors) {
        super(config, architecture, tensors, UnaryOperator.identity());
    }

    /**
     * Reads the configuration and checks it.
     *
     * @param config the file {@code config.json}, alone
     * @param type F64, F32, F16 or BF16
     * @throws InvalidFileException if the configuration is wrong or not supported
     * @throws IllegalArgumentException for another type, or if a tensor would have 2 GiB or more
     */
    public static RandomModel of(Path config, long seed, DataType type) {
        ConfigJson read = ConfigJson.read(config);
        Architecture architecture = Architectures.of(read);
        RandomTensors tensors = new RandomTensors(seed, type, architecture.normMean());
        RandomModel model = new RandomModel(read, architecture, tensors);
        try {
            model.onDevice().requireStorable(type);
            model.onHost().requireStorable(type);
        } catch (ArithmeticException e) {
            throw new InvalidFileException(config, "the size of a tensor overflows 64 bits", e);
        }
        return model;
    }
}
