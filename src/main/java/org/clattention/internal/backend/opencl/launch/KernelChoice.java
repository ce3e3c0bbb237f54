package org.clattention.internal.backend.opencl.launch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.clattention.config.DataType;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.plan.ProductTile;
import org.clattention.internal.cl.Kernel;

/**
 * Picks a stream's kernel by the constants that it is built with. One object serves all calls of a stream, and a kernel that was
 * picked before is found without making its compiler options again.
 */
public final class KernelChoice {
    private static final int MOST_CONSTANTS = 12;

    @SuppressWarnings("ArrayRecordComponent") // compared by hand, below
    private record Known(String use, String[] names, int[] numbers, String[] types, Kernel kernel) {}

    private final OpenClStream stream;
    private final Map<KernelId, List<Known>> known = new EnumMap<>(KernelId.class);
    private final String[] names = new String[MOST_CONSTANTS];
    private final int[] numbers = new int[MOST_CONSTANTS];

    /** Names of types; empty where the constant is a number. */
    private final String[] types = new String[MOST_CONSTANTS];

    private int count;
    private String use = "";
    private KernelId id = KernelId.STORE_HEADS;

    public KernelChoice(OpenClStream stream) {
        this.stream = stream;
    }

    public KernelChoice of(KernelId kernel) {
        id = kernel;
        count = 0;
        use = "";
        return this;
    }

    /** For a use of its own: a kernel object apart from those of other uses, so that neither sets the other's arguments anew. */
    public KernelChoice use(String newUse) {
        use = newUse;
        return this;
    }

    /** {@code -Dname=number}. */
    public KernelChoice with(String name, int number) {
        return with(name, number, "");
    }

    /** {@code -Drole=type}, the storage type of an array. */
    public KernelChoice role(String role, DataType type) {
        return with(role, 0, StorageRole.stored(role, type).name());
    }

    private KernelChoice with(String name, int number, String type) {
        names[count] = name;
        numbers[count] = number;
        types[count] = type;
        count++;
        return this;
    }

    /** The constants of a product's tile. */
    public KernelChoice tile(ProductTile tile) {
        return with("TILE_M", tile.m())
                .with("TILE_N", tile.n())
                .with("TILE_K", tile.k())
                .with("GROUP_M", tile.groupM())
                .with("GROUP_N", tile.groupN());
    }

    /** The storage type of an array. */
    public KernelChoice role(String role, DeviceArray array) {
        return role(role, array.type());
    }

    /** Starts setting the arguments of the kernel. */
    public Kernel.Arguments arguments() {
        return kernel().arguments();
    }

    Kernel kernel() {
        List<Known> candidates = known.computeIfAbsent(id, k -> new ArrayList<>());
        for (int i = 0; i < candidates.size(); i++) {
            if (fits(candidates.get(i))) {
                return candidates.get(i).kernel();
            }
        }
        Kernel kernel = stream.create(new KernelVariant(id, options()));
        candidates.add(new Known(
                use, Arrays.copyOf(names, count), Arrays.copyOf(numbers, count), Arrays.copyOf(types, count), kernel));
        return kernel;
    }

    private boolean fits(Known candidate) {
        boolean same = candidate.names().length == count && candidate.use().equals(use);
        for (int i = 0; same && i < count; i++) {
            same = candidate.numbers()[i] == numbers[i]
                    && candidate.types()[i].equals(types[i])
                    && candidate.names()[i].equals(names[i]);
        }
        return same;
    }

    private String options() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "-D" : " -D").append(names[i]).append('=');
            if (types[i].isEmpty()) {
                text.append(numbers[i]);
            } else {
                text.append(types[i]);
            }
        }
        return text.toString();
    }
}
