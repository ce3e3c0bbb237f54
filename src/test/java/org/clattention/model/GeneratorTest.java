package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.error.CacheFullException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.model.GenerationResult.Stop;
import org.clattention.model.text.ByteTokenizer;
import org.clattention.model.text.Tokenizer;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Generation on every device: batches, stops, cancelling, full contexts, long prompts. */
class GeneratorTest extends DeviceTest {
    private static final Path FOLDER = Path.of("test-data", "kjv-tiny");

    private final ModelFolder folder = ModelFolder.open(FOLDER);
    private final Tokenizer tokenizer = new ByteTokenizer();

    @BeforeEach
    void onRealDevices() {
        Assumptions.assumeTrue(device.quick(), "too slow there");
    }

    private GenerationResult generate(List<String> prompts, int capacity, GenerationOptions options, TokenListener to) {
        try (AttentionEngine engine = device.open();
                LanguageModel model = LanguageModel.load(engine, folder, null);
                ModelSession session = model.newSession(CacheOptions.contiguous(prompts.size(), capacity))) {
            return Generator.generate(
                    session, prompts.stream().map(tokenizer::encode).toList(), options, to);
        }
    }

    private List<String> texts(GenerationResult result) {
        return result.tokens().stream().map(tokenizer::decode).toList();
    }

    @Test
    void aBatchWritesWhatEachSequenceWritesAlone() {
        Assumptions.assumeTrue(device.quick(), "takes half a minute there");
        List<String> prompts = List.of("And the LORD said unto Moses, ", "In the beginning God ", "J");
        GenerationOptions options = GenerationOptions.greedy(24, List.of());
        List<String> alone = new ArrayList<>();
        for (String prompt : prompts) {
            alone.addAll(texts(generate(List.of(prompt), 64, options, TokenListener.NONE)));
        }
        GenerationResult together = generate(prompts, 64, options, TokenListener.NONE);
        assertThat(texts(together)).isEqualTo(alone);
        assertThat(together.stops()).containsOnly(Stop.LENGTH);
        assertThat(together.newTokens()).isEqualTo(72);
        assertThat(together.promptTokens()).isEqualTo(30 + 21 + 1);
    }

    @Test
    void promptsLongerThanACallGoInParts() {
        Assumptions.assumeTrue(device.quick(), "takes minutes there");
        String prompt = "And it came to pass, that he went unto the house of the LORD. ".repeat(20);
        GenerationOptions options = GenerationOptions.greedy(8, List.of());
        try (AttentionEngine engine = device.open();
                LanguageModel model = LanguageModel.load(engine, folder, null);
                ModelSession session = model.newSession(CacheOptions.contiguous(1, 2000))) {
            int[] tokens = tokenizer.encode(prompt);
            float[] whole = session.append(tokens)[0];
            assertThat(session.length(0)).isEqualTo(tokens.length);
            List<float[]> steps = new ArrayList<>();
            try (ModelSession other = model.newSession(CacheOptions.contiguous(1, 2000))) {
                for (int from = 0; from < tokens.length; from += 100) {
                    int to = Math.min(tokens.length, from + 100);
                    steps.add(other.append(Arrays.copyOfRange(tokens, from, to))[0]);
                }
            }
            float[] last = steps.get(steps.size() - 1);
            for (int i = 0; i < whole.length; i++) {
                assertThat(whole[i]).isCloseTo(last[i], within(2e-3f));
            }
        }
        assertThat(generate(List.of(prompt), 2000, options, TokenListener.NONE).newTokens())
                .isEqualTo(8);
    }

    @Test
    void stopTokensEndASequenceAndAreLeftOut() {
        GenerationOptions options =
                new GenerationOptions(60, SamplingOptions.GREEDY, Set.of((int) ' ', (int) ',', (int) '\n'));
        GenerationResult result = generate(List.of("And God said, Let the", "Je"), 100, options, TokenListener.NONE);
        assertThat(texts(result)).allMatch(text -> text.matches("[^ ,\\n]*"));
        assertThat(result.stops()).containsOnly(Stop.STOP_TOKEN);
    }

    @Test
    void theListenerHearsEverythingAndCanCancel() {
        List<Integer> heard = new ArrayList<>();
        GenerationResult result =
                generate(List.of("And"), 100, GenerationOptions.greedy(50, List.of()), (sequence, token) -> {
                    heard.add(token);
                    return heard.size() < 5;
                });
        assertThat(result.tokens().get(0))
                .hasSize(5)
                .containsExactly(heard.stream().mapToInt(i -> i).toArray());
        assertThat(result.stops()).containsExactly(Stop.CANCELLED);
    }

    @Test
    void aFullContextEndsASequence() {
        GenerationResult result =
                generate(List.of("And God", "A"), 10, GenerationOptions.greedy(50, List.of()), TokenListener.NONE);
        // The last token needs no place: nothing follows it.
        assertThat(result.tokens().get(0)).hasSize(4);
        assertThat(result.tokens().get(1)).hasSize(10);
        assertThat(result.stops()).containsOnly(Stop.CONTEXT_FULL);
    }

    @Test
    void whatDoesNotFitIsRefusedAndNothingIsLost() {
        try (AttentionEngine engine = device.open();
                LanguageModel model = LanguageModel.load(engine, folder, null);
                ModelSession session = model.newSession(CacheOptions.contiguous(2, 8))) {
            session.append(new int[] {65, 66, 67}, new int[] {65});
            assertThatThrownBy(() -> session.append(new int[6], new int[0]))
                    .isInstanceOf(CacheFullException.class)
                    .hasMessageContaining("sequence 0 has 3 of 8 tokens; 6 more do not fit");
            assertThatThrownBy(() -> session.append(new int[] {256}, new int[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tokens[0]: 256 must be from 0 to 255");
            assertThatThrownBy(() -> session.append(new int[] {1})).hasMessageContaining("of 1 sequences");
            assertThat(session.length(0)).isEqualTo(3);
            assertThat(session.append(new int[0], new int[] {66})[0]).isEmpty();
            assertThat(session.length(1)).isEqualTo(2);
        }
        assertThatThrownBy(() -> generate(List.of(""), 8, GenerationOptions.greedy(1, List.of()), TokenListener.NONE))
                .hasMessageContaining("prompts: number 0 has no tokens");
    }

    @Test
    void quantizedCachesAndWeightsGoOn() {
        try (AttentionEngine engine = device.open();
                LanguageModel model = LanguageModel.load(engine, folder, DataType.Q8_0)) {
            assertThatThrownBy(
                            () -> model.newSession(CacheOptions.contiguous(1, 8).withType(DataType.Q8_0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("head size");
            try (ModelSession session =
                    model.newSession(CacheOptions.contiguous(1, 64).withType(DataType.F16))) {
                assertThat(session.append(tokenizer.encode("And the LORD spake unto M"))[0])
                        .hasSize(256);
            }
        }
    }

    @Test
    void modelsThatDoNotFitAreRefusedBeforeLoading() {
        RandomModel huge = RandomModel.of(Path.of("src/test/resources/models/huge.json"), 1, DataType.BF16);
        try (AttentionEngine engine = device.open()) {
            long before = engine.memoryInUse();
            assertThatThrownBy(() -> LanguageModel.load(engine, huge, null))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContainingAll("the model needs 137,431,646,208", "bytes, but the device has");
            assertThat(engine.memoryInUse()).isEqualTo(before);
        }
    }
}
