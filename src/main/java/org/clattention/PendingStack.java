package org.clattention;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.StackConfig;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Closing;

/** The tensors of a stack's result, allocated before the call unless given; what was allocated is freed if the call fails. */
final class PendingStack implements AutoCloseable {
    private static final long[] NO_SHAPE = {};

    private final Tensor output;
    private final boolean outputGiven;
    private final List<PendingResult> blocks = new ArrayList<>();
    private boolean complete;

    PendingStack(
            AttentionEngine engine,
            StackConfig config,
            StackInputs inputs,
            LayerArguments arguments,
            long[] outputShape) {
        Tensor given = inputs.output();
        outputGiven = given != null;
        output = given != null ? given : engine.allocate(DataType.F32, "output", outputShape);
        try {
            for (int i = 0; i < config.blocks().size() && !nothing(inputs); i++) {
                int heads = config.blocks().get(i).attention().numHeads();
                blocks.add(new PendingResult(
                        engine,
                        inputs.wanted(),
                        output,
                        DataType.F32,
                        NO_SHAPE,
                        arguments.tokens().batch(),
                        heads,
                        arguments.tokens().longest(),
                        arguments.keyLength()));
            }
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, this);
        }
    }

    private static boolean nothing(StackInputs inputs) {
        return inputs.wanted().equals(ReturnOptions.OUTPUT);
    }

    Tensor output() {
        return output;
    }

    AttentionOp.Wanted wanted(int block) {
        return blocks.isEmpty() ? AttentionOp.Wanted.NOTHING : blocks.get(block).wanted();
    }

    StackResult complete() {
        StackResult result = new StackResult(
                output, blocks.stream().map(PendingResult::complete).toList(), outputGiven);
        complete = true;
        return result;
    }

    @Override
    public void close() {
        if (!complete) {
            List<AutoCloseable> all = new ArrayList<>(blocks);
            if (!outputGiven) {
                all.add(output);
            }
            Closing.all(all);
        }
    }
}
