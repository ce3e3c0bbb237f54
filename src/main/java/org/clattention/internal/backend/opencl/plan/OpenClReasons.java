package org.clattention.internal.backend.opencl.plan;

import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.Reasons;

/** Says why steps go to the kernels that {@link KernelPath} and the plans name. */
public record OpenClReasons(DeviceProfile device) implements Reasons {
    @Override
    public String product(long rows, PackedWeights weights, int firstOutput) {
        WeightLayout packed = (WeightLayout) weights;
        int count = Math.toIntExact(rows);
        return switch (KernelPath.ofProduct(device, packed, firstOutput)) {
            case CPU ->
                cpu(
                        CpuPlan.streams(count)
                                ? few(rows) + " read the weights as a stream, once"
                                : many(rows) + " go by tiles of " + CpuPlan.productRows(device, count)
                                        + ", whose results fit the registers");
            case GPU ->
                gpu(
                        GpuPlan.streams(count)
                                ? few(rows) + " read the weights as a stream, once"
                                : many(rows) + " go by tiles in local memory");
            case PORTABLE -> portable(unpackable(packed, firstOutput));
        };
    }

    /** Why the fast products cannot take these weights; for devices that have some. */
    private static String unpackable(WeightLayout weights, int firstOutput) {
        if (weights.panels()) {
            return "output " + firstOutput + ", the first one, lies inside a panel of " + CpuPlan.PANEL;
        }
        return "the weights lie in rows of blocks (" + weights.type() + ")";
    }

    @Override
    public String attention(AttentionOp step) {
        return switch (KernelPath.ofAttention(device, step)) {
            case CPU -> cpu(tiles(step));
            case GPU -> {
                int sharing = GpuPlan.sharingRows(step.shape());
                yield gpu(
                        GpuPlan.fewRows(step.shape())
                                ? few(sharing) + " share a key-value head: its keys are split over groups"
                                : many(sharing) + " share a key-value head: they go by tiles");
            }
            case PORTABLE -> inMemory(step);
        };
    }

    private String inMemory(AttentionOp step) {
        if (CpuPlan.takesExplicit(device, step)) {
            return cpu(CpuPlan.unfusable(device, step) + ": by tiles, with the scores in memory");
        }
        return portable(CpuPlan.fits(device) ? CpuPlan.unfusable(device, step) : GpuPlan.unfusable(device, step));
    }

    private static String tiles(AttentionOp step) {
        int sharing = CpuPlan.sharingRows(step);
        if (CpuPlan.streamsKeys(step)) {
            return few(sharing) + " share a key-value head: its keys are read once, where they lie";
        }
        String why = sharing > CpuPlan.MAX_STREAM_ROWS
                ? many(sharing) + " share a key-value head"
                : "keys of size " + step.shape().headSize() + " in "
                        + step.key().array().type() + " with values in "
                        + step.value().array().type() + " cannot be read where they lie";
        String values = CpuPlan.valuesInPlace(step) ? "" : ", and values are copied into f32 rows";
        return why + ": they go by tiles over packed keys" + values;
    }

    @Override
    public String headProducts() {
        return CpuPlan.fits(device) ? cpu("each head's matrix lies in panels of its own") : onlyWay();
    }

    @Override
    public String norm() {
        return CpuPlan.fits(device) ? cpu("a row goes by vectors, on one core") : onlyWay();
    }

    @Override
    public String onlyWay() {
        return portable("this step has no other kernel");
    }

    private String cpu(String why) {
        return "cpu, because " + device.setReason() + "; " + why;
    }

    private String gpu(String why) {
        return "gpu, because " + device.setReason() + "; " + why;
    }

    /** On devices that have the portable kernels alone, that is the reason. */
    private String portable(String otherwise) {
        boolean others = CpuPlan.fits(device) || GpuPlan.fits(device);
        return "portable, because " + (others ? otherwise : device.setReason());
    }

    private static String few(long rows) {
        return "few rows (" + rows + ")";
    }

    private static String many(long rows) {
        return "many rows (" + rows + ")";
    }
}
