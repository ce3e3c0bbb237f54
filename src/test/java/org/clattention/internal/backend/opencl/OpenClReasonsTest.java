package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.config.AttentionOptions;
import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo.Kind;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.opencl.gemm.OpenClWeights;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.backend.opencl.plan.OpenClReasons;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which kernels take which step, and what is said of it; without a device. */
@Tag("small")
class OpenClReasonsTest {
    private static final DeviceProfile CPU = profile(Kind.CPU, 16, 1 << 20, KernelSet.AUTO);
    private static final DeviceProfile GPU = profile(Kind.GPU, 1, 48 << 10, KernelSet.GPU);

    @Test
    void theSetAndWhoChoseIt() {
        assertThat(CPU.setReason()).isEqualTo("the device is a CPU with vectors of 16 floats");
        assertThat(profile(Kind.CPU, 4, 1 << 20, KernelSet.AUTO).setReason()).contains("vectors of 4 are shorter");
        assertThat(profile(Kind.GPU, 1, 48 << 10, KernelSet.AUTO).setReason()).contains("nobody asked");
        assertThat(profile(Kind.GPU, 1, 16 << 10, KernelSet.GPU).setReason())
                .startsWith("the kernels for GPUs were asked for, but the local memory of 16384 bytes");
        assertThat(GPU.setReason()).isEqualTo("this set was asked for");
    }

    @Test
    void products() {
        OpenClWeights panels = weights(DataType.F32, true);
        expect(
                product(CPU, 1, panels, 0),
                "cpu, because the device is a CPU",
                "; few rows (1) read the weights as a stream");
        expect(product(CPU, 4, panels, 32), "cpu, ", "few rows (4)");
        expect(product(CPU, 128, panels, 0), "cpu, ", "tiles of " + CpuPlan.productRows(CPU, 128));
        expect(product(CPU, 128, panels, 20), "portable, because output 20", "inside a panel of 32");
        OpenClWeights rows = weights(DataType.BF16, false);
        expect(product(GPU, 8, rows, 20), "gpu, because this set was asked for", "few rows (8)");
        expect(product(GPU, 9, rows, 0), "gpu, ", "many rows (9)");
        expect(product(GPU, 9, weights(DataType.Q4_0, false), 0), "portable, because the weights lie in rows", "Q4_0");
        DeviceProfile unasked = profile(Kind.GPU, 1, 48 << 10, KernelSet.AUTO);
        expect(product(unasked, 9, rows, 0), "portable, because the device is no CPU", "");
        expect(new OpenClReasons(CPU).headProducts(), "cpu, because the device is a CPU", "; each head's matrix");
        expect(new OpenClReasons(unasked).headProducts(), "portable, because the device is no CPU", "");
        expect(new OpenClReasons(CPU).norm(), "cpu, because the device is a CPU", "; a row goes by vectors");
        expect(new OpenClReasons(unasked).norm(), "portable, because the device is no CPU", "");
        expect(new OpenClReasons(CPU).onlyWay(), "portable, because this step has no other kernel", "");
        expect(new OpenClReasons(unasked).onlyWay(), "portable, because the device is no CPU", "");
    }

    @Test
    void attentionOnCpus() {
        expect(attention(CPU, step(1, 4, 2, 8, 64, 64)), "cpu, ", "few rows (16) share a key-value head: its keys are");
        expect(attention(CPU, step(1, 4, 2, 9, 64, 64)), "cpu, ", "many rows (18) share a key-value head: they go");
        expect(attention(CPU, step(1, 1, 1, 1, 8, 32)), "cpu, ", "keys of size 8");
        expect(attention(CPU, step(1, 1, 1, 1, 64, 8)), "portable, because the value head size 8 is less than 16", "");
        expect(attention(CPU, step(1, 1, 1, 1, 640, 64)), "portable, because the head size is over 576", "");
        expect(
                attention(CPU, wanted(step(1, 1, 1, 1, 64, 64))),
                "cpu, because the device is a CPU",
                "; scores or weights are asked for: by tiles");
        DeviceProfile portable = profile(Kind.CPU, 16, 1 << 20, KernelSet.PORTABLE);
        expect(attention(portable, step(1, 1, 1, 1, 64, 64)), "portable, because this set was asked for", "");
    }

    @Test
    void attentionOnGpus() {
        expect(attention(GPU, step(1, 4, 2, 8, 59, 59)), "gpu, ", "few rows (16) share a key-value head: its keys are");
        expect(attention(GPU, step(1, 4, 2, 9, 64, 64)), "gpu, ", "many rows (18)");
        expect(attention(GPU, step(1, 1, 1, 1, 64, 640)), "portable, because the value head size 640 is over 512", "");
        expect(attention(GPU, wanted(step(1, 1, 1, 1, 64, 64))), "portable, because scores or weights are asked", "");
        DeviceProfile cramped = profile(Kind.GPU, 1, 16 << 10, KernelSet.GPU);
        expect(attention(cramped, step(1, 1, 1, 1, 64, 64)), "portable, because the kernels for GPUs", "16384 bytes");
    }

    private static void expect(String got, String start, String part) {
        assertThat(got).startsWith(start).contains(part);
    }

    private static String product(DeviceProfile device, int rows, OpenClWeights weights, int firstOutput) {
        return new OpenClReasons(device).product(rows, weights, firstOutput);
    }

    private static String attention(DeviceProfile device, AttentionOp step) {
        return new OpenClReasons(device).attention(step);
    }

    // Plans read no buffer.
    private static OpenClWeights weights(DataType type, boolean panels) {
        return new OpenClWeights(null, type, null, false, 64, 64, panels);
    }

    private static AttentionOp step(int batch, int heads, int kvHeads, int queries, int size, int valueSize) {
        HeadView view = HeadView.headMajor(new Floats(), 1, 1, 1);
        return new AttentionOp(
                new AttentionOp.Shape(batch, heads, kvHeads, queries, 100, size, valueSize, 0, 0),
                AttentionOptions.DEFAULT,
                view,
                view,
                view,
                RowLayout.PLAIN,
                view,
                AttentionOp.Extras.NONE,
                AttentionOp.Wanted.NOTHING);
    }

    private static AttentionOp wanted(AttentionOp step) {
        return new AttentionOp(
                step.shape(),
                step.options(),
                step.query(),
                step.key(),
                step.value(),
                step.keyRows(),
                step.context(),
                step.extras(),
                new AttentionOp.Wanted(new Floats(), null, 0, null, null, null, null, 0, null));
    }

    /** An array that is nowhere. */
    private record Floats() implements DeviceArray {
        @Override
        public DataType type() {
            return DataType.F32;
        }

        @Override
        public long elements() {
            return 1;
        }

        @Override
        public void close() {}
    }

    private static DeviceProfile profile(Kind kind, int vectorFloats, long local, KernelSet kernels) {
        return new DeviceProfile(kind, 8, 1024, local, 1 << 30, vectorFloats, kernels);
    }
}
