package org.clattention.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.io.InvalidFileException;
import org.clattention.io.JsonReader;
import org.clattention.io.SafetensorsFile;

/** The tensors of a folder, read where they are asked for: of {@code model.safetensors}, or of the shards that an index lists. */
final class FolderTensors implements ModelTensors {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    /** Three times what models of hundreds of shards have. */
    static final int MAX_INDEX_BYTES = 32_000_000;

    /** Where one tensor lies. */
    private record Place(Path path, SafetensorsFile file) {}

    private final Path folder;
    private final Map<String, Place> places;

    private FolderTensors(Path folder, Map<String, Place> places) {
        this.folder = folder;
        this.places = places;
    }

    /**
     * Opens and checks all files; the data stay untouched.
     *
     * @throws InvalidFileException if a file is missing or damaged, or if index and shards disagree
     */
    static FolderTensors open(Path folder) {
        Path single = folder.resolve(SINGLE);
        if (Files.exists(single)) {
            Map<String, Place> places = new LinkedHashMap<>();
            add(places, single, SafetensorsFile.open(single));
            return new FolderTensors(folder, places);
        }
        Path index = folder.resolve(INDEX);
        if (!Files.exists(index)) {
            String other = Files.exists(folder.resolve("pytorch_model.bin"))
                    ? "; pytorch_model.bin is not read, convert it to safetensors"
                    : "";
            throw new InvalidFileException(folder, "has neither " + SINGLE + " nor " + INDEX + other);
        }
        return new FolderTensors(folder, shards(folder, index));
    }

    private static Map<String, Place> shards(Path folder, Path index) {
        if (!(JsonReader.readObject(index, MAX_INDEX_BYTES).get("weight_map") instanceof Map<?, ?> map)) {
            throw new InvalidFileException(index, "weight_map is missing or not an object");
        }
        Map<String, Place> places = new LinkedHashMap<>();
        Map<String, Path> shards = new LinkedHashMap<>();
        map.forEach((name, value) -> {
            if (!(value instanceof String shard) || !isPlainName(shard)) {
                throw new InvalidFileException(index, "weight_map: " + value + " of " + name + " is not a file name");
            }
            Path path = folder.resolve(shard);
            if (shards.putIfAbsent(shard, path) == null) {
                if (!Files.exists(path)) {
                    throw new InvalidFileException(path, "no such file; " + INDEX + " says that it has " + name);
                }
                add(places, path, SafetensorsFile.open(path));
            }
        });
        map.forEach((name, shard) -> {
            Place place = places.get(String.valueOf(name));
            Path listed = folder.resolve(String.valueOf(shard));
            if (place == null || !place.path.equals(listed)) {
                throw new InvalidFileException(listed, "has no tensor " + name + ", though " + INDEX + " says so");
            }
        });
        for (Map.Entry<String, Place> e : places.entrySet()) {
            if (!map.containsKey(e.getKey())) {
                throw new InvalidFileException(
                        e.getValue().path, "has tensor " + e.getKey() + ", which " + INDEX + " does not list");
            }
        }
        return places;
    }

    /** An index must not lead out of its folder. */
    private static boolean isPlainName(String shard) {
        return shard.endsWith(".safetensors") && !shard.contains("/") && !shard.contains("\\") && shard.indexOf(0) < 0;
    }

    private static void add(Map<String, Place> places, Path path, SafetensorsFile file) {
        for (String name : file.names()) {
            Place other = places.putIfAbsent(name, new Place(path, file));
            if (other != null) {
                throw new InvalidFileException(path, "has tensor " + name + ", which " + other.path + " has, too");
            }
        }
    }

    @Override
    public HostTensor get(String name, long... shape) {
        Place place = place(name);
        HostTensor tensor = place.file.tensor(name);
        if (!tensor.type().isFloatingPoint()) {
            throw new InvalidFileException(
                    place.path, "tensor " + name + ": type " + tensor.type() + " must be F64, F32, F16 or BF16");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InvalidFileException(
                    place.path,
                    "tensor " + name + ": shape " + Arrays.toString(tensor.shape()) + " must be "
                            + Arrays.toString(shape));
        }
        return tensor;
    }

    /** The shape of a tensor. */
    long[] shape(String name) {
        return place(name).file.tensor(name).shape();
    }

    /** The file that holds a tensor. */
    Path file(String name) {
        return place(name).path;
    }

    @Override
    public DataType type(String name) {
        return place(name).file.tensor(name).type();
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new InvalidFileException(folder, "has no tensor " + name);
        }
        return place;
    }

    @Override
    public boolean has(String name) {
        return places.containsKey(name);
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(places.keySet());
    }
}
