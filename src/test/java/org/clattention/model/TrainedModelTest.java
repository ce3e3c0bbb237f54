package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.io.JsonReader;
import org.clattention.io.SafetensorsFile;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.clattention.reference.RefTensor;
import org.clattention.testing.DeviceTest;
import org.clattention.verify.ReferenceSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The trained model writes the same text everywhere, and is as surprised by a passage that it has not seen as it is in PyTorch. */
class TrainedModelTest extends DeviceTest {
    private static final Path FOLDER = Path.of("test-data", "kjv-tiny");
    private static final int NEW_TOKENS = 200;

    private final ModelFolder folder = ModelFolder.open(FOLDER);
    private final Tokenizer tokenizer = Tokenizers.of(FOLDER, folder.spec());
    private final Map<String, Object> greedy = JsonReader.readObject(FOLDER.resolve("greedy.json"));
    private final SafetensorsFile expected = SafetensorsFile.open(FOLDER.resolve("expected.safetensors"));

    @Test
    void greedyTextIsPyTorchs() {
        Assumptions.assumeTrue(device.quick(), "takes a minute there");
        try (AttentionEngine engine = device.open();
                LanguageModel model = LanguageModel.load(engine, folder, null);
                ModelSession session = model.newSession(CacheOptions.contiguous(1, 512))) {
            assertThat(text(session)).isEqualTo(greedy.get("continuation"));
        }
    }

    @Test
    void theReferenceWritesItToo() {
        Assumptions.assumeTrue(device.isJava(), "once is enough");
        try (ReferenceSession session = new ReferenceSession(folder, 1, 512)) {
            assertThat(text(session)).isEqualTo(greedy.get("continuation"));
        }
    }

    private String text(ModelSession session) {
        int[] prompt = tokenizer.encode(String.valueOf(greedy.get("prompt")));
        GenerationResult result = Generator.generate(
                session, List.of(prompt), GenerationOptions.greedy(NEW_TOKENS, List.of()), TokenListener.NONE);
        return tokenizer.decode(result.tokens().get(0));
    }

    @Test
    void lossOnWhatItHasNotSeen() {
        Assumptions.assumeTrue(device.quick(), "too slow there");
        double want = Double.parseDouble(expected.metadata().get("loss"));
        try (AttentionEngine engine = device.open();
                LanguageModel model = LanguageModel.load(engine, folder, null)) {
            HostTensor logits = model.forward(List.of(passage()), null).get(0);
            assertThat(loss(logits.toDoubles())).isCloseTo(want, within(1e-4));
        }
    }

    @Test
    void lossOfTheReference() {
        Assumptions.assumeTrue(device.isJava(), "once is enough");
        double want = Double.parseDouble(expected.metadata().get("loss"));
        try (ReferenceSession session = new ReferenceSession(folder, 1, 512)) {
            RefTensor logits = session.rows(0, passage(), null);
            assertThat(loss(logits.values())).isCloseTo(want, within(1e-6));
        }
    }

    /** What rounding the weights costs, in nats per byte. */
    @Test
    void lossWithRoundedWeights() {
        Assumptions.assumeTrue(device.quick(), "takes a minute there");
        double exact = Double.parseDouble(expected.metadata().get("loss"));
        Map<DataType, Double> most = Map.of(DataType.BF16, 0.01, DataType.Q8_0, 0.01, DataType.Q4_0, 0.2);
        try (AttentionEngine engine = device.open()) {
            most.forEach((type, bound) -> {
                try (LanguageModel model = LanguageModel.load(engine, folder, type)) {
                    HostTensor logits = model.forward(List.of(passage()), null).get(0);
                    assertThat(loss(logits.toDoubles())).as("%s", type).isCloseTo(exact, within(bound));
                }
            });
        }
    }

    private int[] passage() {
        HostTensor tokens = expected.tensor("tokens");
        int[] out = new int[(int) tokens.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) tokens.getLong(i);
        }
        return out;
    }

    /** Mean cross-entropy of each token but the first, in nats. */
    private double loss(double[] logits) {
        int[] tokens = passage();
        int vocabulary = logits.length / tokens.length;
        double sum = 0;
        for (int i = 0; i + 1 < tokens.length; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int v = 0; v < vocabulary; v++) {
                largest = Math.max(largest, logits[i * vocabulary + v]);
            }
            double total = 0;
            for (int v = 0; v < vocabulary; v++) {
                total += Math.exp(logits[i * vocabulary + v] - largest);
            }
            sum += largest + Math.log(total) - logits[i * vocabulary + tokens[i + 1]];
        }
        return sum / (tokens.length - 1);
    }
}
