package org.clattention.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.clattention.AttentionEngine;
import org.clattention.AttentionMasks;
import org.clattention.DataType;
import org.clattention.HostTensor;
import org.clattention.Tensor;
import org.jspecify.annotations.Nullable;

/** The inputs of a golden case on their way to a device; closing frees what was uploaded. */
final class CaseTensors implements AutoCloseable {
    private final AttentionEngine engine;
    private final GoldenCase goldenCase;
    private final List<AutoCloseable> owned = new ArrayList<>();

    CaseTensors(AttentionEngine engine, GoldenCase goldenCase) {
        this.engine = engine;
        this.goldenCase = goldenCase;
    }

    /** Checks that every input is one that the operation knows, and none is one that the engine lacks. */
    void requireKnown(Set<String> known, Set<String> unsupported) {
        TreeSet<String> names = new TreeSet<>(goldenCase.inputs().keySet());
        for (String name : unsupported) {
            if (names.contains(name)) {
                throw new UnsupportedCaseException("the engine does not take " + name + " yet");
            }
        }
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
        HostTensor tensor = get(name);
        if (tensor.type() == DataType.F16 || tensor.type() == DataType.BF16) {
            throw new UnsupportedCaseException("the engine does not store activations as " + tensor.type() + " yet");
        }
        Tensor uploaded = engine.tensor(tensor);
        owned.add(uploaded);
        return uploaded;
    }

    /** An input on the device; null if absent. */
    @Nullable
    Tensor uploadIfPresent(String name) {
        return find(name) == null ? null : upload(name);
    }

    /** The masks {@code attn_mask} and {@code nonpad_kv_seqlen}. */
    AttentionMasks masks() {
        AttentionMasks masks = AttentionMasks.NONE;
        Tensor mask = uploadIfPresent("attn_mask");
        if (mask != null) {
            masks = mask.type() == DataType.BOOL ? masks.withAttend(mask) : masks.withBias(mask);
        }
        HostTensor lengths = find("nonpad_kv_seqlen");
        if (lengths == null) {
            return masks;
        }
        int[] values = new int[Math.toIntExact(lengths.elements())];
        for (int b = 0; b < values.length; b++) {
            values[b] = Math.toIntExact(lengths.getLong(b));
        }
        return masks.withLengths(values);
    }

    /** Closes something together with these tensors. */
    <T extends AutoCloseable> T own(T thing) {
        owned.add(thing);
        return thing;
    }

    /** A result as a host tensor. */
    static HostTensor download(Tensor tensor) {
        return HostTensor.of(tensor.toFloats(), tensor.shape());
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            try {
                owned.get(i).close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("close failed", e);
            }
        }
    }
}
