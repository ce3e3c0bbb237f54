package org.clattention.internal.layer;

import org.clattention.config.BlockConfig;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.NormalizeOp;
import org.jspecify.annotations.Nullable;

/** LayerNorm or RMSNorm over the width of a model. */
final class NormLayer {
    private final int width;
    private final boolean rms;
    private final double epsilon;
    private final DeviceArray weight;
    private final @Nullable DeviceArray bias;

    NormLayer(
            ParameterArrays parameters,
            String name,
            BlockConfig.Norm norm,
            double epsilon,
            HostTensor weight,
            @Nullable HostTensor bias) {
        this.width = Math.toIntExact(weight.elements());
        this.rms = norm == BlockConfig.Norm.RMS;
        this.epsilon = epsilon;
        this.weight = parameters.required(name + " weight", weight);
        this.bias = parameters.vector(name + " bias", bias);
    }

    /** y = norm(x); y may be x. */
    void forward(CommandStream stream, DeviceArray x, long rows, DeviceArray y) {
        stream.normalize(new NormalizeOp(rows, width, rms, epsilon, x, weight, bias, y, null, null));
    }
}
