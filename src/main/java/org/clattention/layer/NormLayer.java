package org.clattention.layer;

import org.clattention.BlockConfig;
import org.clattention.HostTensor;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Lane;
import org.clattention.backend.NormStep;
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
    void forward(Lane lane, DeviceArray x, long rows, DeviceArray y) {
        lane.normalize(new NormStep(rows, width, rms, epsilon, x, weight, bias, y, null, null));
    }
}
