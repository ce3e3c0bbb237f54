package org.clattention.internal.backend;

import org.clattention.config.Activation;
import org.clattention.config.DataType;
import org.clattention.internal.backend.CommandStream.Scratch;

/** Epilogues as steps of their own, for products whose kernels have none. */
public final class SeparateEpilogue {
    private SeparateEpilogue() {}

    /** {@link CommandStream#project(DeviceArray, long, PackedWeights, Epilogue.Elementwise, DeviceArray)} for streams that can do it without an epilogue. */
    public static void project(
            CommandStream stream,
            DeviceArray x,
            long rows,
            PackedWeights weights,
            Epilogue.Elementwise epilogue,
            DeviceArray y) {
        long elements = rows * weights.outputs();
        DeviceArray result = y.type() == DataType.F32 ? y : stream.scratch(Scratch.UNFINISHED, DataType.F32, elements);
        stream.project(x, rows, weights, Epilogue.NONE, result);
        DeviceArray factor = epilogue.factor();
        DeviceArray addend = epilogue.addend();
        Activation activation = epilogue.activation();
        if (activation != null) {
            DeviceArray activated = addend == null ? y : result;
            if (factor != null) {
                stream.gate(result, factor, activated, elements, activation);
            } else {
                stream.activate(result, activated, elements, activation, 1);
            }
        }
        if (addend != null) {
            stream.add(result, addend, y, elements);
        }
    }

    /** Normalizes and rotates, in place, the heads of each target that has an epilogue. */
    public static void normRope(CommandStream stream, int batch, int length, HeadTarget... targets) {
        for (HeadTarget target : targets) {
            Epilogue.HeadNormRope epilogue = target.epilogue();
            if (epilogue != null) {
                stream.store(new StoreOp(
                        batch,
                        target.heads(),
                        length,
                        target.size(),
                        target.view(),
                        0,
                        RowLayout.PLAIN,
                        target.view(),
                        0,
                        RowLayout.PLAIN,
                        null,
                        epilogue.norm(),
                        epilogue.normEpsilon(),
                        epilogue.rotation()));
            }
        }
    }
}
