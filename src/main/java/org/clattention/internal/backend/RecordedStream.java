package org.clattention.internal.backend;

import org.clattention.config.Activation;
import org.clattention.config.DataType;

/** A stream whose steps are written down before they run; their launches are added by the backend. */
final class RecordedStream implements CommandStream {
    private final CommandStream stream;
    private final Recording recording;
    private final Reasons reasons;

    RecordedStream(CommandStream stream, Recording recording, Reasons reasons) {
        this.stream = stream;
        this.recording = recording;
        this.reasons = reasons;
    }

    @Override
    public DeviceArray scratch(Scratch slot, DataType type, long elements) {
        return stream.scratch(slot, type, elements);
    }

    @Override
    public DeviceArray scratch(Scratch slot, int[] values) {
        return stream.scratch(slot, values);
    }

    @Override
    public DeviceArray scratch(Scratch slot, float[] values) {
        return stream.scratch(slot, values);
    }

    @Override
    public void projectHeads(
            DeviceArray x, int batch, int length, PackedWeights weights, int firstOutput, HeadTarget... targets) {
        long rows = (long) batch * length;
        recording.begin(
                "project_heads",
                StepShapes.product(rows, weights.inputs(), StepShapes.columns(targets)) + StepShapes.epilogues(targets),
                reasons.product(rows, weights, firstOutput));
        stream.projectHeads(x, batch, length, weights, firstOutput, targets);
    }

    @Override
    public void project(DeviceArray x, long rows, PackedWeights weights, Epilogue.Elementwise epilogue, DeviceArray y) {
        recording.begin(
                "project",
                StepShapes.product(rows, weights.inputs(), weights.outputs()) + StepShapes.of(epilogue),
                reasons.product(rows, weights, 0));
        stream.project(x, rows, weights, epilogue, y);
    }

    @Override
    public void projectEachHead(BatchedGemmOp step) {
        recording.begin("project_each_head", StepShapes.of(step), reasons.headProducts());
        stream.projectEachHead(step);
    }

    @Override
    public void store(StoreOp step) {
        begin("store", StepShapes.of(step));
        stream.store(step);
    }

    @Override
    public void attend(AttentionOp step) {
        recording.begin("attend", StepShapes.of(step), reasons.attention(step));
        stream.attend(step);
    }

    @Override
    public void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        begin("softmax", outer + " x " + columns + " x " + inner + ", over the middle");
        stream.softmax(x, y, outer, columns, inner);
    }

    @Override
    public void normalize(NormalizeOp step) {
        recording.begin(
                "normalize", step.rows() + " rows of " + step.columns() + (step.rms() ? ", RMS" : ""), reasons.norm());
        stream.normalize(step);
    }

    @Override
    public void activate(DeviceArray x, DeviceArray y, long elements, Activation activation, double alpha) {
        begin("activate", elements + " elements, " + activation);
        stream.activate(x, y, elements, activation, alpha);
    }

    @Override
    public void gate(DeviceArray gate, DeviceArray up, DeviceArray out, long elements, Activation activation) {
        begin("gate", elements + " elements, " + activation);
        stream.gate(gate, up, out, elements, activation);
    }

    @Override
    public void add(DeviceArray a, DeviceArray b, DeviceArray out, long elements) {
        begin("add", elements + " elements");
        stream.add(a, b, out, elements);
    }

    @Override
    public void copy(DeviceArray source, long sourceElement, DeviceArray target, long targetElement, long elements) {
        recording.begin("copy", elements + " elements of " + source.type(), "a copy needs no kernel");
        stream.copy(source, sourceElement, target, targetElement, elements);
    }

    private void begin(String step, String shape) {
        recording.begin(step, shape, reasons.onlyWay());
    }

    @Override
    public void finish() {
        stream.finish();
    }

    @Override
    public void close() {
        stream.close();
    }
}
