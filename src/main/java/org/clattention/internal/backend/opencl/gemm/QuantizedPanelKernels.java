package org.clattention.internal.backend.opencl.gemm;

import org.clattention.config.DataType;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.StorageRole;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Weights in blocks, in panels of 32 outputs, on CPU devices: how they get there, and which products read them. */
final class QuantizedPanelKernels {
    private QuantizedPanelKernels() {}

    /** The product of a few rows with weights of this type. */
    static KernelId rowProduct(DataType type) {
        return type.isQuantized() ? KernelId.QUANTIZED_ROW_PRODUCT : KernelId.ROW_PRODUCT;
    }

    /** The product by tiles with weights of this type. */
    static KernelId packedProduct(DataType type) {
        return type.isQuantized() ? KernelId.QUANTIZED_PRODUCT : KernelId.PACKED_PRODUCT;
    }

    /** The product of each head with a matrix of its own, of this type. */
    static KernelId headProducts(DataType type) {
        return type.isQuantized() ? KernelId.QUANTIZED_HEAD_PRODUCTS : KernelId.CPU_HEAD_PRODUCTS;
    }

    /**
     * Brings a part of a matrix into panels.
     *
     * @param source rows of blocks
     * @param firstRow the output that the part begins with
     * @param rows rows of the source
     * @param items outputs to write; those without a row become zeros
     */
    static void pack(
            OpenClStream stream,
            Buffer source,
            Buffer panels,
            DataType type,
            int firstRow,
            int rows,
            int items,
            int inputs) {
        int first = firstRow / CpuPlan.PANEL;
        int last = (firstRow + items - 1) / CpuPlan.PANEL;
        Kernel kernel = stream.kernel(KernelId.PACK_QUANTIZED, StorageRole.role("WGT", type))
                .arguments()
                .buffer(source)
                .buffer(panels)
                .integer(firstRow)
                .integer(rows)
                .integer(items)
                .integer(inputs)
                .done();
        stream.launch(kernel, NdRange.ofItems((last - first + 1L) * CpuPlan.PANEL / 2, inputs / type.blockElements()));
    }
}
