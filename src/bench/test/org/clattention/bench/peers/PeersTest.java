package org.clattention.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.bench.BenchResult;
import org.clattention.bench.BenchRun;
import org.clattention.bench.BenchShape;
import org.clattention.bench.BenchShape.Kind;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every peer computes every kind of row right. Runs in the build with other engines only: -Pbench. */
class PeersTest {
    @ParameterizedTest
    @CsvSource({
        "PREFILL, 2, 9, 0, 4, false, F32",
        "PREFILL, 2, 9, 0, 4, true, F32",
        "PREFILL, 1, 9, 0, 2, true, F32",
        "DECODE, 1, 1, 6, 4, false, F32",
        "DECODE, 2, 1, 6, 2, false, F32",
        "LATENCY, 1, 1, 0, 4, false, F32",
    })
    void allAgreeWithTheReference(
            Kind kind, int batch, int length, int past, int kvHeads, boolean causal, DataType type) {
        AttentionConfig config = AttentionConfig.of(64, 4).withKvHeads(kvHeads).withCausal(causal);
        BenchShape shape = new BenchShape(kind, config, batch, length, past, type);
        try (AttentionEngine engine = TestDevice.any().open()) {
            BenchResult result =
                    new BenchRun(engine, List.of(new OnnxRuntimePeer(), new TorchPeer()), 0.01, 1).run(shape);
            assertThat(result.peers()).hasSize(2).allSatisfy(peer -> {
                assertThat(peer.problem()).as(peer.peer()).isEmpty();
                assertThat(peer.time()).isNotNull();
            });
        }
    }

    /** The examples of the description of Protocol Buffers. */
    @Test
    void messagesAreInTheWireFormat() {
        assertThat(new ProtoMessage().integer(1, 150).toBytes()).containsExactly(0x08, 0x96, 0x01);
        assertThat(new ProtoMessage().text(2, "testing").toBytes())
                .startsWith(0x12, 0x07)
                .endsWith("testing".getBytes(StandardCharsets.UTF_8));
        ProtoMessage inner = new ProtoMessage().integer(1, 150);
        assertThat(new ProtoMessage().message(3, inner).toBytes()).containsExactly(0x1a, 0x03, 0x08, 0x96, 0x01);
        assertThat(new ProtoMessage().integer(20, 0).toBytes()).containsExactly(0xa0, 0x01, 0x00);
    }
}
