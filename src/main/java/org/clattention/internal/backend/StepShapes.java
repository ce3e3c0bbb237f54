package org.clattention.internal.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Sizes and types of steps, in words. */
final class StepShapes {
    private StepShapes() {}

    static String product(long rows, int inputs, int columns) {
        return rows + " x " + inputs + " times " + inputs + " x " + columns;
    }

    static int columns(HeadTarget... targets) {
        int columns = 0;
        for (HeadTarget target : targets) {
            columns = Math.addExact(columns, target.columns());
        }
        return columns;
    }

    static String of(Epilogue.Elementwise epilogue) {
        return (epilogue.activation() == null ? "" : ", " + epilogue.activation())
                + (epilogue.factor() == null ? "" : ", times the other half")
                + (epilogue.addend() == null ? "" : ", plus the residual");
    }

    static String epilogues(HeadTarget... targets) {
        boolean normalized = false;
        boolean rotated = false;
        for (HeadTarget target : targets) {
            Epilogue.HeadNormRope epilogue = target.epilogue();
            normalized |= epilogue != null && epilogue.norm() != null;
            rotated |= epilogue != null && epilogue.rotation() != null;
        }
        return heads(normalized, rotated);
    }

    private static String heads(boolean normalized, boolean rotated) {
        return (normalized ? ", RMS norm" : "") + (rotated ? ", rotary embedding" : "");
    }

    static String of(BatchedGemmOp step) {
        return step.batch() + " x " + step.heads() + " heads, " + product(step.rows(), step.inner(), step.columns());
    }

    static String of(StoreOp step) {
        return step.batch() + " x " + step.heads() + " heads, " + step.rows() + " rows of " + step.size() + ", "
                + type(step.source().array()) + " to " + type(step.target().array())
                + rows(step.targetRows())
                + heads(step.norm() != null, step.rotation() != null);
    }

    static String of(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        return "B=" + shape.batch() + " Hq=" + shape.queryHeads() + " Hkv=" + shape.kvHeads() + " S="
                + shape.queryLength() + " T=" + shape.keyLength() + " d=" + shape.headSize() + " dv="
                + shape.valueSize() + ", Q " + type(step.query().array()) + ", K "
                + type(step.key().array()) + ", V " + type(step.value().array()) + rows(step.keyRows())
                + (step.options().causal() ? ", causal" : "")
                + extras(step.extras()) + wanted(step.wanted());
    }

    private static String extras(AttentionOp.Extras extras) {
        List<String> given = new ArrayList<>();
        name(given, "lengths", extras.sequences());
        name(given, "mask", extras.mask());
        name(given, "bias", extras.bias());
        name(given, "sinks", extras.sinks());
        name(given, "ALiBi", extras.alibiSlopes());
        name(given, "head gate", extras.headGate());
        return given.isEmpty() ? "" : ", " + String.join(", ", given);
    }

    private static String wanted(AttentionOp.Wanted wanted) {
        List<String> names = new ArrayList<>();
        name(names, "weights", wanted.weights());
        name(names, "scores", wanted.scores());
        name(names, "log-sum-exp", wanted.logSumExp());
        name(names, "entropy", wanted.entropy());
        name(names, "top keys", wanted.topKeys());
        name(names, "column sums", wanted.columnSums());
        return names.isEmpty() ? "" : "; wanted: " + String.join(", ", names);
    }

    private static void name(List<String> names, String name, @Nullable Object thing) {
        if (thing != null) {
            names.add(name);
        }
    }

    private static String rows(RowLayout layout) {
        return switch (layout.kind()) {
            case PLAIN -> "";
            case RING -> " in a ring of " + layout.period();
            case PAGED -> " in blocks of " + layout.period();
        };
    }

    private static String type(DeviceArray array) {
        return array.type().name().toLowerCase(Locale.ROOT);
    }
}
