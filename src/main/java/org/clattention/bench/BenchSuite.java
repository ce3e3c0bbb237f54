package org.clattention.bench;

import java.util.ArrayList;
import java.util.List;
import org.clattention.bench.BenchShape.Kind;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;

/** The calls that are timed. */
public final class BenchSuite {
    private static final AttentionConfig BASE = AttentionConfig.of(768, 12);
    private static final AttentionConfig LARGE = AttentionConfig.of(1024, 16);
    private static final AttentionConfig LLAMA = AttentionConfig.of(4096, 32);

    /** The weight types of decoding rows: decoding is as fast as its weights are read. */
    private static final List<DataType> DECODE_WEIGHTS =
            List.of(DataType.F32, DataType.BF16, DataType.Q8_0, DataType.Q4_0);

    private BenchSuite() {}

    /** All calls, in the order in which they are reported. */
    public static List<BenchShape> shapes() {
        List<BenchShape> shapes = new ArrayList<>();
        shapes.add(prefill(BASE, 1, 128));
        shapes.add(prefill(BASE, 8, 128));
        shapes.add(prefill(BASE, 1, 512));
        shapes.add(prefill(BASE.withCausal(true), 1, 1024));
        shapes.add(prefill(LARGE, 1, 2048));
        shapes.add(prefill(LLAMA.withCausal(true), 1, 512));
        shapes.add(prefill(LLAMA.withKvHeads(8).withCausal(true), 1, 512));
        shapes.add(prefill(AttentionConfig.of(64, 1), 1, 16384));
        DECODE_WEIGHTS.forEach(type -> shapes.add(decode(BASE, 1023, type)));
        DECODE_WEIGHTS.forEach(type -> shapes.add(decode(LLAMA.withKvHeads(8), 2047, type)));
        shapes.add(new BenchShape(Kind.LATENCY, AttentionConfig.of(64, 4), 1, 1, 0, DataType.F32));
        return shapes;
    }

    private static BenchShape prefill(AttentionConfig config, int batch, int length) {
        return new BenchShape(Kind.PREFILL, config, batch, length, 0, DataType.F32);
    }

    /** One token after {@code past}. */
    private static BenchShape decode(AttentionConfig config, int past, DataType type) {
        return new BenchShape(Kind.DECODE, config, 1, 1, past, type, cacheFor(type));
    }

    /** The cache type for a weight type: the same, or BF16 with quantized weights. */
    public static DataType cacheFor(DataType weights) {
        return weights.isQuantized() ? DataType.BF16 : weights;
    }
}
