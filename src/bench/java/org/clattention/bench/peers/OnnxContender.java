package org.clattention.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Contender;
import org.clattention.bench.LayerData;
import org.clattention.config.AttentionConfig;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** A session of ONNX Runtime with its inputs in place; outputs go to memory that stays, a cache to where it was. */
final class OnnxContender implements Contender {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final String description;
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final FloatBuffer y;

    OnnxContender(String description, byte[] model, BenchShape shape, LayerData data, int threads) {
        this.description = description;
        this.session = session(model, threads);
        this.y = floats(Math.toIntExact(data.x().elements()));
        try {
            inputs.put("x", tensor(data.x()));
            outputs.put("y", OnnxTensor.createTensor(environment, y, data.x().shape()));
            if (session.getInputNames().contains("total")) {
                lengths(shape);
            }
            if (session.getInputNames().contains("past_k")) {
                cache("past_k", "present_k", data.pastKeys(), shape);
                cache("past_v", "present_v", data.pastValues(), shape);
            }
        } catch (OrtException | RuntimeException e) {
            close();
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private OrtSession session(byte[] model, int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            return environment.createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private void lengths(BenchShape shape) throws OrtException {
        int[] last = new int[shape.batch()];
        Arrays.fill(last, shape.keys() - 1);
        inputs.put("lengths", OnnxTensor.createTensor(environment, IntBuffer.wrap(last), new long[] {last.length}));
        int[] total = {shape.keys()};
        inputs.put("total", OnnxTensor.createTensor(environment, IntBuffer.wrap(total), new long[] {}));
    }

    /** One tensor, with room for the new token, is both past and present. */
    private void cache(String past, String present, @Nullable HostTensor values, BenchShape shape) throws OrtException {
        AttentionConfig config = shape.config();
        if (values == null) {
            throw new IllegalArgumentException("data: has no past, but the shape has");
        }
        int heads = shape.batch() * config.numKvHeads();
        int row = config.headSize();
        FloatBuffer room = floats(heads * shape.keys() * row);
        for (int h = 0; h < heads; h++) {
            values.copyTo(room.position(h * shape.keys() * row), h * shape.past() * row, shape.past() * row);
        }
        long[] dims = {shape.batch(), config.numKvHeads(), shape.keys(), row};
        OnnxTensor tensor = OnnxTensor.createTensor(environment, room.rewind(), dims);
        inputs.put(past, tensor);
        outputs.put(present, tensor);
    }

    private OnnxTensor tensor(HostTensor values) throws OrtException {
        FloatBuffer buffer = floats(Math.toIntExact(values.elements()));
        values.copyTo(buffer, 0, buffer.capacity());
        return OnnxTensor.createTensor(environment, buffer.rewind(), values.shape());
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(4 * count)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void run() {
        try (OrtSession.Result result = session.run(inputs, Set.of(), outputs)) {
            if (result.size() != outputs.size()) {
                throw new IllegalStateException("got " + result.size() + " outputs");
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public float[] output() {
        run();
        float[] values = new float[y.capacity()];
        y.duplicate().rewind().get(values);
        return values;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void close() {
        try {
            // Where a cache is in place, an output is an input too.
            outputs.values().removeAll(inputs.values());
            outputs.values().forEach(OnnxTensor::close);
            inputs.values().forEach(OnnxTensor::close);
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
