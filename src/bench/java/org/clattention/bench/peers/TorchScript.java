package org.clattention.bench.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.clattention.bench.BenchShape;
import org.clattention.config.AttentionConfig;

/**
 * The layer as a TorchScript archive, written as text: {@code torch.linear} with the stacked weights,
 * {@code scaled_dot_product_attention}, {@code torch.linear}. Weights are arguments, so the module itself holds nothing.
 */
final class TorchScript {
    /** Pickle: an object of class __torch__.Layer with the attribute training = False. */
    private static final String OBJECT = "\u0080\u0002c__torch__\nLayer\n)\u0081}(X\b\0\0\0training\u0089ub.";

    /** Pickle: an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private TorchScript() {}

    /** The archive. */
    static byte[] archive(BenchShape shape) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            entry(zip, "layer/data.pkl", OBJECT);
            entry(zip, "layer/code/__torch__.py", code(shape));
            entry(zip, "layer/constants.pkl", NO_CONSTANTS);
            entry(zip, "layer/version", "3\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, String content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content.getBytes(StandardCharsets.ISO_8859_1));
        zip.closeEntry();
    }

    private static String code(BenchShape shape) {
        boolean past = shape.past() > 0;
        return "class Layer(Module):\n"
                + "  __parameters__ = []\n"
                + "  __buffers__ = []\n"
                + "  training : bool\n"
                + "  def forward(self: __torch__.Layer,\n"
                + "    x: Tensor,\n"
                + "    w: Tensor,\n"
                + "    w_o: Tensor" + (past ? ",\n    past_k: Tensor,\n    past_v: Tensor" : "") + ") -> Tensor:\n"
                + "    qkv = torch.linear(x, w)\n"
                + (past ? decode(shape) : prefill(shape))
                + "    return torch.linear(context, w_o)\n";
    }

    private static String prefill(BenchShape shape) {
        AttentionConfig c = shape.config();
        int keysFrom = c.queryWidth();
        int valuesFrom = keysFrom + c.keyWidth();
        return "    q = " + heads(shape, "qkv", 0, keysFrom, c.numHeads())
                + "    k = " + repeated(shape, heads(shape, "qkv", keysFrom, valuesFrom, c.numKvHeads()))
                + "    v = "
                + repeated(shape, heads(shape, "qkv", valuesFrom, valuesFrom + c.valueWidth(), c.numKvHeads()))
                + "    mixed = torch.scaled_dot_product_attention(q, k, v, None, 0., "
                + (shape.isCausal() ? "True" : "False")
                + ")\n"
                + "    context = torch.reshape(torch.transpose(mixed, 1, 2), "
                + list(shape.batch(), shape.length(), c.contextWidth()) + ")\n";
    }

    /** Key-value heads once for each query head: the fused kernel takes no fewer, and copying is quicker than going without. */
    private static String repeated(BenchShape shape, String heads) {
        AttentionConfig c = shape.config();
        int group = c.numHeads() / c.numKvHeads();
        if (group == 1) {
            return heads;
        }
        return "torch.reshape(torch.expand(torch.unsqueeze(" + heads.strip() + ", 2), "
                + list(shape.batch(), c.numKvHeads(), group, shape.length(), c.headSize()) + "), "
                + list(shape.batch(), c.numHeads(), shape.length(), c.headSize()) + ")\n";
    }

    /** [B, H, S, d] of some columns. */
    private static String heads(BenchShape shape, String x, int from, int to, int heads) {
        return "torch.transpose(torch.reshape(torch.slice(" + x + ", 2, " + from + ", " + to + "), "
                + list(shape.batch(), shape.length(), heads, shape.config().headSize()) + "), 1, 2)\n";
    }

    /**
     * One token. Its key and value go to the last row of the cache, in place; and the query heads that share a key-value head
     * are as many queries of it, so that nothing is repeated.
     */
    private static String decode(BenchShape shape) {
        AttentionConfig c = shape.config();
        int keysFrom = c.queryWidth();
        int valuesFrom = keysFrom + c.keyWidth();
        int end = valuesFrom + c.valueWidth();
        int group = c.numHeads() / c.numKvHeads();
        String row = list(shape.batch(), c.numKvHeads(), 1, c.headSize());
        String slot = ", 2, " + shape.past() + ", " + shape.keys() + ")";
        return "    q = torch.reshape(torch.slice(qkv, 2, 0, " + keysFrom + "), "
                + list(shape.batch(), c.numKvHeads(), group, c.headSize()) + ")\n"
                + "    k = torch.reshape(torch.slice(qkv, 2, " + keysFrom + ", " + valuesFrom + "), " + row + ")\n"
                + "    v = torch.reshape(torch.slice(qkv, 2, " + valuesFrom + ", " + end + "), " + row + ")\n"
                + "    new_k = torch.copy_(torch.slice(past_k" + slot + ", k)\n"
                + "    new_v = torch.copy_(torch.slice(past_v" + slot + ", v)\n"
                + "    mixed = torch.scaled_dot_product_attention(q, past_k, past_v)\n"
                + "    context = torch.reshape(mixed, " + list(shape.batch(), 1, c.contextWidth()) + ")\n";
    }

    private static String list(int... values) {
        return Arrays.toString(values);
    }
}
