package org.clattention.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.clattention.AttentionEngine;
import org.clattention.AttentionMasks;
import org.clattention.Tensor;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Closing;
import org.jspecify.annotations.Nullable;

/** Uploads the inputs of a golden case to a device; closing frees what was uploaded. */
final class CaseTensors implements AutoCloseable {
    private static final Set<DataType> INTEGERS = EnumSet.of(DataType.I64, DataType.I32, DataType.U8);

    private final AttentionEngine engine;
    private final GoldenCase goldenCase;
    private final List<AutoCloseable> owned = new ArrayList<>();

    CaseTensors(AttentionEngine engine, GoldenCase goldenCase) {
        this.engine = engine;
        this.goldenCase = goldenCase;
    }

    /** Checks that the operation knows every input. */
    void requireKnown(Set<String> known) {
        TreeSet<String> names = new TreeSet<>(goldenCase.inputs().keySet());
        names.removeAll(known);
        if (!names.isEmpty()) {
            throw new IllegalArgumentException("in." + names.first() + ": " + goldenCase.op() + " has no such input");
        }
    }

    /** An input on the host; null if absent. */
    @Nullable
    HostTensor find(String name) {
        return goldenCase.inputs().get(name);
    }

    /** An input on the host. */
    HostTensor get(String name) {
        HostTensor tensor = find(name);
        if (tensor == null) {
            throw new IllegalArgumentException("in." + name + ": is missing");
        }
        return tensor;
    }

    /** An input on the device. */
    Tensor upload(String name) {
        return own(engine.tensor(get(name)));
    }

    /** An input on the device in another shape. */
    Tensor upload(String name, long... shape) {
        return own(engine.tensor(get(name).reshape(shape)));
    }

    /** An F32 parameter on the device, whatever its type in the case. */
    Tensor uploadAsFloats(String name) {
        return own(engine.tensor(get(name).to(DataType.F32)));
    }

    /** The same; null if absent. */
    @Nullable
    Tensor uploadAsFloatsIfPresent(String name) {
        return find(name) == null ? null : uploadAsFloats(name);
    }

    /**
     * An integer input; null if absent.
     *
     * @throws IllegalArgumentException if it is of another type, or a value does not fit into 32 bits
     */
    int @Nullable [] integers(String name) {
        HostTensor tensor = find(name);
        if (tensor == null) {
            return null;
        }
        if (!INTEGERS.contains(tensor.type())) {
            throw new IllegalArgumentException(
                    "in." + name + ": type " + tensor.type() + " must be one of " + INTEGERS);
        }
        int[] values = new int[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            long value = tensor.getLong(i);
            if (value != (int) value) {
                throw new IllegalArgumentException(
                        "in." + name + "[" + i + "]: " + value + " is beyond 32-bit integers");
            }
            values[i] = (int) value;
        }
        return values;
    }

    /** An input on the device; null if absent. */
    @Nullable
    Tensor uploadIfPresent(String name) {
        return find(name) == null ? null : upload(name);
    }

    /** The masks {@code attn_mask}, which broadcasts from the right as ONNX says, and {@code nonpad_kv_seqlen}. */
    AttentionMasks masks() {
        AttentionMasks masks = AttentionMasks.NONE;
        HostTensor given = find("attn_mask");
        if (given != null) {
            Tensor mask = own(engine.tensor(ofRankFour(given)));
            masks = mask.type() == DataType.BOOL ? masks.withAttend(mask) : masks.withBias(mask);
        }
        return masks.withLengths(integers("nonpad_kv_seqlen"));
    }

    /** A mask with its broadcast dimensions written out: a call takes no matrix that could be misread. */
    private static HostTensor ofRankFour(HostTensor mask) {
        int missing = 4 - mask.rank();
        if (missing <= 0 || mask.rank() == 0) {
            return mask;
        }
        long[] shape = new long[4];
        Arrays.fill(shape, 0, missing, 1);
        System.arraycopy(mask.shape(), 0, shape, missing, mask.rank());
        return mask.reshape(shape);
    }

    /** Closes something together with these tensors. */
    <T extends AutoCloseable> T own(T thing) {
        owned.add(thing);
        return thing;
    }

    /** The type in which a device stores values of this one. */
    static DataType storage(DataType type) {
        return type == DataType.F16 || type == DataType.BF16 ? type : DataType.F32;
    }

    /** A result as a host tensor. */
    static HostTensor download(Tensor tensor) {
        return tensor.toHost();
    }

    @Override
    public void close() {
        Closing.all(owned);
    }
}
