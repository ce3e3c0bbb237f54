package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.testing.SmallLayer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Results that nobody closes are freed when nobody can reach them, and warned of once. */
class TensorLeaksTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(TensorLeaks.class);
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    @BeforeEach
    void listen() {
        events.start();
        logger.addAppender(events);
    }

    @AfterEach
    void endListening() {
        logger.detachAppender(events);
    }

    @Test
    void lostResultsAreFreedAndWarnedOfOnce() throws InterruptedException {
        try (AttentionEngine engine = AttentionEngine.open("java");
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape())) {
            layer.forward(AttentionInputs.of(x)).close();
            long before = engine.memoryInUse();
            leak(layer, x, 10);
            assertThat(engine.memoryInUse()).isEqualTo(before + 10 * 240);
            awaitCollection(engine, before);
            leak(layer, x, 10);
            awaitCollection(engine, before);
            assertThat(x.toFloats()).containsExactly(SmallLayer.input());
        }
        assertThat(events.list).hasSize(1);
        assertThat(events.list.get(0).getFormattedMessage())
                .contains("tensor output [2, 5, 6] was not closed and cannot be reached any more");
    }

    private static void leak(MultiHeadAttention layer, Tensor x, int times) {
        for (int i = 0; i < times; i++) {
            layer.forward(AttentionInputs.of(x));
        }
    }

    private static void awaitCollection(AttentionEngine engine, long memory) throws InterruptedException {
        for (int i = 0; i < 200 && engine.memoryInUse() > memory; i++) {
            System.gc();
            Thread.sleep(20);
            engine.empty(DataType.F32, 0).close(); // looks for lost tensors
        }
        assertThat(engine.memoryInUse()).isEqualTo(memory);
    }

    @Test
    void tooManyOpenResultsAreWarnedOfOnce() {
        List<Tensor> kept = new ArrayList<>();
        try (AttentionEngine engine = AttentionEngine.open("java")) {
            for (int i = 0; i < TensorLeaks.MANY + 10; i++) {
                kept.add(engine.empty(DataType.F32, 1));
                engine.empty(DataType.F32, 1).close(); // does not count
            }
        }
        assertThat(kept).hasSize(TensorLeaks.MANY + 10);
        assertThat(events.list).hasSize(1);
        assertThat(events.list.get(0).getFormattedMessage()).contains("10001 tensors of this engine are open");
    }

    @Test
    void theWarningHasThePlaceOrTheWayToIt() {
        try (AttentionEngine engine = AttentionEngine.open("java");
                Tensor tensor = engine.empty(DataType.F32, 1)) {
            for (boolean tracking : new boolean[] {false, true}) {
                events.list.clear();
                TensorLeaks leaks = new TensorLeaks(tracking);
                for (int i = 0; i <= TensorLeaks.MANY; i++) {
                    leaks.watch(tensor, Lifetime.ofEngine(() -> "a result", () -> {}));
                }
                ILoggingEvent event = events.list.get(0);
                assertThat(events.list).hasSize(1);
                if (tracking) {
                    assertThat(event.getThrowableProxy().getMessage()).isEqualTo("the tensor was made here");
                    assertThat(event.getThrowableProxy().getStackTraceElementProxyArray())
                            .anyMatch(e -> e.toString().contains("theWarningHasThePlaceOrTheWayToIt"));
                } else {
                    assertThat(event.getThrowableProxy()).isNull();
                    assertThat(event.getFormattedMessage()).contains("-Dclattention.trackAllocations=true");
                }
            }
        }
    }
}
