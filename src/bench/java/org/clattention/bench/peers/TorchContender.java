package org.clattention.bench.peers;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Contender;
import org.clattention.bench.LayerData;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;

/** A TorchScript module with its arguments in place. */
final class TorchContender implements Contender {
    private final Model model;
    private final Block block;
    private final NDManager manager;
    private final ParameterStore noParameters;
    private final NDList arguments = new NDList();
    private final boolean decodes;

    TorchContender(BenchShape shape, LayerData data) {
        this.decodes = shape.past() > 0;
        model = Model.newInstance("layer", Device.cpu(), TorchPeer.ENGINE);
        try {
            model.load(new ByteArrayInputStream(TorchScript.archive(shape)));
        } catch (IOException | MalformedModelException e) {
            model.close();
            throw new IllegalStateException(e.getMessage(), e);
        }
        this.block = model.getBlock();
        this.manager = model.getNDManager().newSubManager();
        this.noParameters = new ParameterStore(manager, false);
        try {
            fill(shape, data);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void fill(BenchShape shape, LayerData data) {
        AttentionWeights w = data.weights();
        long inputs = w.query().dim(1);
        arguments.add(array(data.x().shape(), data.x()));
        long outputs = w.query().dim(0) + w.key().dim(0) + w.value().dim(0);
        arguments.add(array(new long[] {outputs, inputs}, w.query(), w.key(), w.value()));
        arguments.add(array(w.output().shape(), w.output()));
        if (data.pastKeys() != null && data.pastValues() != null) {
            arguments.add(cache(data.pastKeys(), shape));
            arguments.add(cache(data.pastValues(), shape));
        }
    }

    private NDArray array(long[] shape, HostTensor... parts) {
        FloatBuffer values = floats(new Shape(shape).size());
        for (HostTensor part : parts) {
            part.copyTo(values, 0, Math.toIntExact(part.elements()));
        }
        return manager.create(values.rewind(), new Shape(shape));
    }

    /** The past, and room for one token. */
    private NDArray cache(HostTensor past, BenchShape shape) {
        AttentionConfig config = shape.config();
        int row = config.headSize();
        int heads = shape.batch() * config.numKvHeads();
        FloatBuffer values = floats((long) heads * shape.keys() * row);
        for (int h = 0; h < heads; h++) {
            past.copyTo(values.position(h * shape.keys() * row), h * shape.past() * row, shape.past() * row);
        }
        return manager.create(values.rewind(), new Shape(shape.batch(), config.numKvHeads(), shape.keys(), row));
    }

    private static FloatBuffer floats(long count) {
        return ByteBuffer.allocateDirect(Math.toIntExact(4 * count))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void run() {
        block.forward(noParameters, arguments, false).close();
    }

    @Override
    public float[] output() {
        try (NDList results = block.forward(noParameters, arguments, false)) {
            return results.singletonOrThrow().toFloatArray();
        }
    }

    @Override
    public String description() {
        return "TorchScript: linear with [Wq|Wk|Wv], scaled_dot_product_attention"
                + (decodes ? " with its cache in place" : "") + ", linear";
    }

    @Override
    public void close() {
        manager.close();
        model.close();
    }
}
