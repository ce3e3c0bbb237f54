package org.clattention.internal.backend;

import org.jspecify.annotations.Nullable;

/**
 * LayerNorm or RMSNorm of each row.
 *
 * @param rows how many rows
 * @param columns elements of a row
 * @param rms RMSNorm: no mean is subtracted
 * @param epsilon added to the variance
 * @param x [rows, columns]
 * @param weight F32 [columns]
 * @param bias F32 [columns] or null
 * @param y [rows, columns]; may be x
 * @param mean F32 [rows] or null
 * @param inverseDeviation F32 [rows]; given exactly if {@code mean} is
 */
public record NormalizeOp(
        long rows,
        int columns,
        boolean rms,
        double epsilon,
        DeviceArray x,
        DeviceArray weight,
        @Nullable DeviceArray bias,
        DeviceArray y,
        @Nullable DeviceArray mean,
        @Nullable DeviceArray inverseDeviation) {}
