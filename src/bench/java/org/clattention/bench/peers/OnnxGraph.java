package org.clattention.bench.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;

/** Writes an ONNX model: nodes, inputs, outputs and weights. Field numbers are those of onnx.proto. */
final class OnnxGraph {
    /** Operators of ONNX Runtime beyond the standard. */
    static final String MICROSOFT = "com.microsoft";

    static final int FLOAT = 1;
    static final int INT32 = 6;

    private static final int IR_VERSION = 10;
    private static final int OPSET = 21;
    private static final int ATTRIBUTE_INT = 2;

    private final ProtoMessage graph = new ProtoMessage().text(2, "layer");

    /** An operator; an empty input or output is an absent one. */
    OnnxGraph node(
            String domain,
            String operator,
            List<String> inputs,
            List<String> outputs,
            Map<String, Integer> attributes) {
        ProtoMessage node = new ProtoMessage();
        inputs.forEach(name -> node.text(1, name));
        outputs.forEach(name -> node.text(2, name));
        node.text(3, "make_" + outputs.get(0)).text(4, operator);
        attributes.forEach((name, value) -> node.message(
                5, new ProtoMessage().text(1, name).integer(3, value).integer(20, ATTRIBUTE_INT)));
        graph.message(1, node.text(7, domain));
        return this;
    }

    /** y = x times a matrix [in, out]. */
    OnnxGraph matMul(String x, String matrix, String y) {
        return node("", "MatMul", List.of(x, matrix), List.of(y), Map.of());
    }

    /** An F32 weight: it is part of the model, so that the engine may lay it out as it likes. */
    OnnxGraph weight(String name, HostTensor values) {
        ProtoMessage tensor = new ProtoMessage();
        for (long dim : values.shape()) {
            tensor.integer(1, dim);
        }
        graph.message(5, tensor.integer(2, FLOAT).text(8, name).bytes(9, values.data()));
        return this;
    }

    OnnxGraph input(String name, int type, long... shape) {
        graph.message(11, value(name, type, shape));
        return this;
    }

    OnnxGraph output(String name, int type, long... shape) {
        graph.message(12, value(name, type, shape));
        return this;
    }

    private static ProtoMessage value(String name, int type, long... shape) {
        ProtoMessage dims = new ProtoMessage();
        for (long dim : shape) {
            dims.message(1, new ProtoMessage().integer(1, dim));
        }
        ProtoMessage tensor = new ProtoMessage().integer(1, type).message(2, dims);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
    }

    /** The model's bytes. */
    byte[] toBytes() {
        return new ProtoMessage()
                .integer(1, IR_VERSION)
                .text(2, "clattention bench")
                .message(7, graph)
                .message(8, new ProtoMessage().text(1, "").integer(2, OPSET))
                .message(8, new ProtoMessage().text(1, MICROSOFT).integer(2, 1))
                .toBytes();
    }

    /** Matrices [out, in] of one width, transposed and side by side: [in, sum of the outs]. */
    static HostTensor sideBySide(HostTensor... matrices) {
        int inputs = Math.toIntExact(matrices[0].dim(1));
        int outputs = 0;
        for (HostTensor matrix : matrices) {
            outputs += Math.toIntExact(matrix.dim(0));
        }
        ByteBuffer out =
                ByteBuffer.allocate(Math.multiplyExact(4 * inputs, outputs)).order(ByteOrder.LITTLE_ENDIAN);
        int column = 0;
        for (HostTensor matrix : matrices) {
            for (int o = 0; o < matrix.dim(0); o++, column++) {
                for (int i = 0; i < inputs; i++) {
                    out.putFloat(4 * (i * outputs + column), matrix.getFloat(o * inputs + i));
                }
            }
        }
        return HostTensor.wrap(DataType.F32, out, inputs, outputs);
    }
}
