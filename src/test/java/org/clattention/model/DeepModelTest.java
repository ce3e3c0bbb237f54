package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of layers: no call goes deeper for each of them. */
class DeepModelTest {
    private static final long SMALL_STACK = 256L << 10;

    @TempDir
    private Path folder;

    @Test
    void twoThousandLayersOnASmallStack() throws Exception {
        String config = TinyModels.with(
                folder,
                TinyModels.config("llama"),
                "num_hidden_layers",
                2_000L,
                "hidden_size",
                16L,
                "intermediate_size",
                16L,
                "num_attention_heads",
                2L,
                "num_key_value_heads",
                1L);
        RandomModel source = TinyModels.random(folder, config, DataType.F32);
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(null, () -> append(source), "small stack", SMALL_STACK);
        thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
        thread.start();
        thread.join();
        assertThat(failure[0]).isNull();
    }

    private static void append(RandomModel source) {
        try (AttentionEngine engine = TestDevice.JAVA.open();
                LanguageModel model = LanguageModel.load(engine, source, null);
                ModelSession session = model.newSession(CacheOptions.contiguous(1, 4))) {
            float[] first = session.append(new int[] {1, 2})[0];
            float[] second = session.append(new int[] {3})[0];
            assertThat(first).hasSameSizeAs(second);
            assertThat(session.length(0)).isEqualTo(3);
        }
    }
}
