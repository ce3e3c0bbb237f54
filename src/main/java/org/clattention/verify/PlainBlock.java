package org.clattention.verify;

import org.clattention.config.BlockConfig.NormPosition;
import org.clattention.config.DataType;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceBlock;
import org.clattention.reference.TensorSet;

/** The transformer block in plain single precision. */
final class PlainBlock {
    private PlainBlock() {}

    static RefTensor forward(ReferenceBlock.Options options, TensorSet in, DataType stored) {
        RefTensor x = in.real("x");
        if (options.position() == NormPosition.POST) {
            RefTensor a = norm(options, in, "norm1", PlainSteps.add(x, attend(options, in, x, stored)));
            return norm(options, in, "norm2", PlainSteps.add(a, feedForward(options, in, a)));
        }
        boolean sandwich = options.position() == NormPosition.SANDWICH;
        RefTensor attended = attend(options, in, norm(options, in, "norm1", x), stored);
        RefTensor a = PlainSteps.add(x, sandwich ? norm(options, in, "attention_norm", attended) : attended);
        RefTensor fed = feedForward(options, in, norm(options, in, "norm2", a));
        return PlainSteps.add(a, sandwich ? norm(options, in, "feed_forward_norm", fed) : fed);
    }

    private static RefTensor attend(ReferenceBlock.Options options, TensorSet in, RefTensor x, DataType stored) {
        return PlainLayer.forward(options.attention(), in, x, stored).y();
    }

    private static RefTensor norm(ReferenceBlock.Options options, TensorSet in, String name, RefTensor x) {
        RefTensor weight = in.real(name + "_weight");
        RefTensor bias = in.has(name + "_bias") ? in.real(name + "_bias") : null;
        return PlainNorms.norm(x, weight, bias, options.normEpsilon(), options.rms());
    }

    private static RefTensor feedForward(ReferenceBlock.Options options, TensorSet in, RefTensor x) {
        RefTensor up = PlainSteps.linear(x, in.get("w_up"), in.find("b_up"));
        RefTensor hidden;
        if (in.has("w_gate")) {
            RefTensor gate = PlainSteps.linear(x, in.get("w_gate"), in.find("b_gate"));
            hidden = PlainSteps.multiply(PlainSteps.round(options.activation().apply(gate)), up);
        } else {
            hidden = PlainSteps.round(options.activation().apply(up));
        }
        return PlainSteps.linear(hidden, in.get("w_down"), in.find("b_down"));
    }
}
