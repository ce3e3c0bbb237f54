package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.RotaryConfig;
import org.clattention.config.StepPlan;
import org.clattention.config.StepPlan.KernelPlan;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.clattention.verify.SeededTensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Explanations name exactly what was launched. */
@Tag("small")
class ExplainTest extends DeviceTest {
    private static final int WIDTH = 32;

    @Test
    void namesEveryLaunch() {
        try (AttentionEngine engine = AttentionEngine.open(device.options().withProfiling(true))) {
            List<StepPlan> plan = engine.explain(() -> calls(engine));
            Map<String, Long> launches = new HashMap<>();
            for (StepPlan step : plan) {
                for (KernelPlan kernel : step.kernels()) {
                    launches.merge(kernel.name(), (long) kernel.launches(), Long::sum);
                }
            }
            Map<String, Long> timed = engine.takeKernelTimes().entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, e -> e.getValue().launches()));
            assertThat(launches).isEqualTo(timed);
            assertThat(plan).allSatisfy(step -> {
                assertThat(step.shape()).isNotEmpty();
                assertThat(step.reason()).isNotEmpty();
            });
            assertThat(plan.stream().map(StepPlan::step))
                    .contains("pack_weights", "project_heads", "store", "attend", "project", "normalize", "activate");
        }
    }

    /** Weights wanted, many rows, a paged cache and one row, operators. */
    private static void calls(AttentionEngine engine) {
        SmallLayer.run(engine);
        AttentionConfig config =
                AttentionConfig.of(WIDTH, 2).withRotary(RotaryConfig.of(RotaryConfig.Style.HALF, 10000));
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights());
                Tensor x = engine.tensor(SeededTensors.tensor(1, 4, 1, 1, 20, WIDTH));
                Tensor token = engine.tensor(SeededTensors.tensor(1, 5, 1, 1, 1, WIDTH));
                KvCache cache = layer.newCache(CacheOptions.paged(1, 6, 4))) {
            layer.forward(AttentionInputs.of(x).withCache(cache)).close();
            layer.forward(AttentionInputs.of(token).withCache(cache)).close();
            try (Tensor scale = engine.tensor(SeededTensors.tensor(1, 6, 1, WIDTH))) {
                engine.operators().rmsNorm(x, scale, -1, 1e-6).close();
            }
            engine.operators().activate(x, Activation.GELU).close();
        }
    }

    private static AttentionWeights weights() {
        return AttentionWeights.of(
                SeededTensors.tensor(1, 0, 0.2, WIDTH, WIDTH),
                SeededTensors.tensor(1, 1, 0.2, WIDTH, WIDTH),
                SeededTensors.tensor(1, 2, 0.2, WIDTH, WIDTH),
                SeededTensors.tensor(1, 3, 0.2, WIDTH, WIDTH));
    }

    @Test
    void recordsThisThreadAndThisEngineAlone() {
        assumeFalse(device.simulated(), "the simulator's own checks are not safe for a second thread");
        try (AttentionEngine engine = device.open();
                AttentionEngine other = device.open()) {
            List<StepPlan> plan = engine.explain(() -> {
                softmax(other);
                CompletableFuture.runAsync(() -> softmax(engine)).join();
            });
            assertThat(plan).isEmpty();
            softmax(engine);
            assertThat(engine.explain(() -> {
                        assertThat(other.explain(() -> softmax(engine))).isEmpty();
                        assertThat(engine.explain(() -> softmax(engine))).hasSize(1);
                    }))
                    .as("what an inner explanation of the same engine took is not the outer one's")
                    .hasSize(1);
        }
    }

    @Test
    void failuresPassThrough() {
        try (AttentionEngine engine = device.open()) {
            assertThatThrownBy(() -> engine.explain(() -> {
                        throw new IllegalArgumentException("x: wrong");
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("x: wrong");
            assertThat(engine.explain(() -> softmax(engine)))
                    .singleElement()
                    .satisfies(step -> assertThat(step.toString())
                            .startsWith("softmax ")
                            .contains("because")
                            .contains(step.kernels().get(0).toString()));
        }
    }

    private static void softmax(AttentionEngine engine) {
        try (Tensor x = engine.tensor(new float[] {1, 2}, 1, 2)) {
            engine.softmax(x, -1).close();
        }
    }
}
