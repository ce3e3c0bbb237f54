package org.clattention.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The golden cases that paths lead to. */
final class CaseFiles {
    private static final String SUFFIX = ".safetensors";

    /** The file that marks a model folder, whose other files are weights, not cases. */
    private static final String MODEL_MARK = "config.json";

    private CaseFiles() {}

    /**
     * Files as given; for folders, all {@code *.safetensors} in them and below, sorted, except those
     * next to a {@code config.json}: such a folder holds a model.
     *
     * @throws BadInputException if a path does not exist, or a folder holds no case
     */
    static List<Path> find(List<Path> paths) {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                List<Path> inside = inFolder(path);
                if (inside.isEmpty()) {
                    throw new BadInputException(
                            path + ": the folder holds no *" + SUFFIX + " file outside of model folders");
                }
                files.addAll(inside);
            } else if (Files.exists(path)) {
                files.add(path);
            } else {
                throw new BadInputException(path + ": no such file or folder");
            }
        }
        return files;
    }

    private static List<Path> inFolder(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(file -> String.valueOf(file.getFileName()).endsWith(SUFFIX))
                    .filter(file -> !Files.isDirectory(file))
                    .filter(file -> !Files.exists(file.resolveSibling(MODEL_MARK)))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new BadInputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
