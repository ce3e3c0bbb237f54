package org.clattention.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.CacheOptions;
import org.clattention.config.DeviceInfo;
import org.clattention.testing.SmallLayer;
import org.junit.jupiter.api.Test;

/** The second program of the README runs, and gives what separate calls give. */
class DecodingExampleTest {
    private static final int TOKENS = 4;

    @Test
    void agreesWithSeparateCalls() {
        assumeTrue(AttentionEngine.devices().stream().anyMatch(DeviceInfo::usable), "no OpenCL device");
        float[] first = {1, -1, 0.5f, 2, 0, -0.25f};
        try (AttentionEngine engine = AttentionEngine.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                KvCache cache = layer.newCache(CacheOptions.contiguous(1, TOKENS));
                KvCache other = layer.newCache(CacheOptions.contiguous(1, TOKENS))) {
            ByteBuffer row = ByteBuffer.allocateDirect(4 * first.length).order(ByteOrder.LITTLE_ENDIAN);
            row.asFloatBuffer().put(first);
            DecodingExample.decode(engine, layer, cache, row, TOKENS);
            float[] got = new float[first.length];
            row.clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(got);

            float[] want = first;
            for (int i = 0; i < TOKENS; i++) {
                try (Tensor x = engine.tensor(want, 1, 1, first.length);
                        AttentionResult step =
                                layer.forward(AttentionInputs.of(x).withCache(other))) {
                    want = step.output().toFloats();
                }
            }
            assertThat(got).isEqualTo(want);
        }
    }

    @Test
    void standsInTheReadme() throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/clattention/examples/DecodingExample.java"));
        String begin = "// README: begin\n";
        String body = source.substring(source.indexOf(begin) + begin.length(), source.indexOf("    // README: end"))
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(Path.of("README.md"))).contains(body);
    }
}
