package org.clattention.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.verify.SeededTensors;
import org.clattention.verify.SmokeSuite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/howto.md runs, gives what plainer calls give, and stands on the page word for word. */
class HowToTest {
    private static final int WIDTH = 64;
    private static final Path SOURCE = Path.of("src/test/java/org/clattention/examples/HowTo.java");

    @TempDir
    Path folder;

    private AttentionEngine engine;

    @BeforeEach
    void open() {
        engine = AttentionEngine.open();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static AttentionWeights weights(int memoryWidth) {
        return AttentionWeights.of(
                SeededTensors.tensor(1, 0, 0.1, WIDTH, WIDTH),
                SeededTensors.tensor(1, 1, 0.1, WIDTH, memoryWidth),
                SeededTensors.tensor(1, 2, 0.1, WIDTH, memoryWidth),
                SeededTensors.tensor(1, 3, 0.1, WIDTH, WIDTH));
    }

    private static float[] values(int seed, int rows, int width) {
        return SeededTensors.tensor(1, seed, 1, rows, width).toFloats();
    }

    private MultiHeadAttention causal() {
        return engine.multiHeadAttention(AttentionConfig.of(WIDTH, 4).withCausal(true), weights(WIDTH));
    }

    /** Without a cache, lengths or a batch: the last {@code rows} rows of one sequence. */
    private static float[] plain(MultiHeadAttention layer, AttentionEngine engine, float[] x, int rows) {
        try (Tensor all = engine.tensor(x, 1, x.length / WIDTH, WIDTH);
                AttentionResult result = layer.forward(AttentionInputs.of(all))) {
            float[] y = result.output().toFloats();
            return Arrays.copyOfRange(y, y.length - rows * WIDTH, y.length);
        }
    }

    private static void assertClose(float[] got, float[] want) {
        assertThat(got).hasSameSizeAs(want);
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).as("element %d", i).isEqualTo(want[i], within(1e-5f));
        }
    }

    private static float[] join(float[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        float[] out = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
        }
        return out;
    }

    @Test
    void paddedAndRaggedBatchesGiveWhatSingleSequencesGive() {
        float[] a = values(10, 5, WIDTH);
        float[] b = values(11, 3, WIDTH);
        try (MultiHeadAttention layer = causal();
                Tensor padded = engine.tensor(join(a, b, new float[2 * WIDTH]), 2, 5, WIDTH);
                Tensor ragged = engine.tensor(join(a, b), 8, WIDTH)) {
            float[] wantA = plain(layer, engine, a, 5);
            float[] wantB = plain(layer, engine, b, 3);
            float[] got = HowTo.padded(layer, padded, 5, 3);
            assertClose(HowTo.rows(got, 0, 5, WIDTH), wantA);
            assertClose(HowTo.rows(got, 5, 8, WIDTH), wantB);
            assertClose(HowTo.ragged(layer, ragged, 5, 3), join(wantA, wantB));
        }
    }

    @Test
    void oneRowOfMemoryIsAllThatIsAttendedTo() {
        float[] memory = values(12, 1, 96);
        try (Tensor queries = engine.tensor(values(13, 4, WIDTH), 1, 4, WIDTH);
                Tensor one = engine.tensor(memory, 1, 1, 96)) {
            float[] y = HowTo.crossAttention(engine, weights(96), queries, one);
            for (int row = 1; row < 4; row++) {
                assertClose(HowTo.rows(y, row, row + 1, WIDTH), HowTo.rows(y, 0, 1, WIDTH));
            }
            assertThat(y).isNotEqualTo(new float[y.length]);
        }
    }

    @Test
    void branchesContinueThePromptIndependently() {
        float[] prompt = values(14, 20, WIDTH);
        float[] first = values(15, 1, WIDTH);
        float[] second = values(16, 2, WIDTH);
        try (MultiHeadAttention layer = causal();
                Tensor p = engine.tensor(prompt, 1, 20, WIDTH);
                Tensor one = engine.tensor(first, 1, 1, WIDTH);
                Tensor two = engine.tensor(second, 1, 2, WIDTH)) {
            List<float[]> got = HowTo.continuations(layer, p, one, two);
            assertClose(got.get(0), plain(layer, engine, join(prompt, first), 1));
            assertClose(got.get(1), plain(layer, engine, join(prompt, second), 2));
        }
    }

    @Test
    void whatWasTakenBackIsForgotten() {
        float[] prompt = values(17, 6, WIDTH);
        float[] draft = values(18, 3, WIDTH);
        float[] next = values(19, 1, WIDTH);
        try (MultiHeadAttention layer = causal();
                KvCache cache = layer.newCache(CacheOptions.contiguous(1, 32));
                Tensor p = engine.tensor(prompt, 1, 6, WIDTH);
                Tensor d = engine.tensor(draft, 1, 3, WIDTH);
                Tensor n = engine.tensor(next, 1, 1, WIDTH)) {
            layer.forward(AttentionInputs.of(p).withCache(cache)).close();
            HowTo.takeBack(layer, cache, d, 1);
            assertThat(cache.length(0)).isEqualTo(7);
            try (AttentionResult step = layer.forward(AttentionInputs.of(n).withCache(cache))) {
                float[] kept = join(prompt, Arrays.copyOf(draft, WIDTH), next);
                assertClose(step.output().toFloats(), plain(layer, engine, kept, 1));
            }
        }
    }

    @Test
    void aRingKeepsWhatTheWindowSees() {
        List<float[]> chunks = new ArrayList<>();
        Tensor[] tensors = new Tensor[5];
        for (int i = 0; i < tensors.length; i++) {
            chunks.add(values(20 + i, 8, WIDTH));
            tensors[i] = engine.tensor(chunks.get(i), 1, 8, WIDTH);
        }
        AttentionConfig config = AttentionConfig.of(WIDTH, 4)
                .withOptions(AttentionOptions.DEFAULT.withCausal(true).withWindow(8, -1));
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights(WIDTH))) {
            float[] want = plain(layer, engine, join(chunks.toArray(float[][]::new)), 8);
            assertClose(HowTo.slidingWindow(engine, weights(WIDTH), tensors), want);
        }
    }

    @Test
    void embeddingsDoNotDependOnTheBatch() {
        Path bert = Path.of("test-data", "models", "bert_model");
        int[] a = {2, 7, 9, 3};
        int[] b = {2, 5, 3};
        List<float[]> both = HowTo.embed(engine, bert, List.of(a, b));
        assertClose(both.get(0), HowTo.embed(engine, bert, List.of(a)).get(0));
        assertClose(both.get(1), HowTo.embed(engine, bert, List.of(b)).get(0));
        double squares = 0;
        for (float number : both.get(0)) {
            squares += (double) number * number;
        }
        assertThat(squares).isEqualTo(1, within(1e-5));
    }

    @Test
    void headsHaveProfilesAndAPage() throws IOException {
        Path html = folder.resolve("heads.html");
        assertThat(HowTo.heads(engine, Path.of("test-data", "kjv-tiny"), "And God said, Let there be light", html))
                .isNotEmpty();
        assertThat(html).content().contains("</html>");
    }

    @Test
    void aGoldenCaseAndADevicePass() {
        assertThat(HowTo.check(engine, Path.of("test-data", "attention_boolean_causal.safetensors")))
                .isTrue();
        String part = SmokeSuite.QUICK.cases(1).get(0).part();
        assertThat(HowTo.wrongResults(engine, part)).isEmpty();
    }

    @Test
    void standsOnThePage() throws IOException {
        String page = Files.readString(Path.of("docs", "howto.md"));
        Matcher snippets = Pattern.compile("    // ([a-z-]+): begin\n(.*?)    // \\1: end\n", Pattern.DOTALL)
                .matcher(Files.readString(SOURCE));
        int count = 0;
        while (snippets.find()) {
            assertThat(page)
                    .contains("```java\n" + snippets.group(2).stripTrailing().stripIndent() + "\n```\n");
            count++;
        }
        assertThat(page.split("```java", -1))
                .as("code blocks, each from HowTo.java")
                .hasSize(count + 1);
    }
}
