package org.clattention.heads;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.clattention.AttentionEngine;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.model.LanguageModel;
import org.clattention.model.ModelSource;
import org.clattention.model.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** The heads of a language model that reads a text. */
public final class ModelHeads implements HeadsSource {
    private final AttentionEngine engine;
    private final ModelSource source;
    private final @Nullable DataType storage;
    private final Tokenizer tokenizer;
    private final int[] tokens;

    /**
     * Nothing is loaded yet.
     *
     * @param storage how the device stores matrices; null: as in the file
     * @throws IllegalArgumentException if the text is empty or longer than the model's context
     */
    public ModelHeads(
            AttentionEngine engine, ModelSource source, @Nullable DataType storage, Tokenizer tokenizer, String text) {
        this.engine = engine;
        this.source = source;
        this.storage = storage;
        this.tokenizer = tokenizer;
        this.tokens = tokenizer.encode(text);
        int most = source.spec().maxPositions();
        if (tokens.length == 0 || tokens.length > most) {
            throw new IllegalArgumentException(
                    "text: " + tokens.length + " tokens; at least 1 and at most " + most + " are possible");
        }
    }

    @Override
    public HeadWeights weights() {
        try (LanguageModel model = LanguageModel.load(engine, source, storage)) {
            List<HostTensor> layers = model.attention(tokens).stream()
                    .map(block -> block.reshape(1, block.dim(0), block.dim(1), block.dim(2)))
                    .toList();
            List<String> names = Arrays.stream(tokens)
                    .mapToObj(token -> TokenText.visible(tokenizer.bytes(token)))
                    .toList();
            String title = source.spec().architecture() + ", " + tokens.length + " tokens";
            return HeadWeights.of(title, names, names, OptionalInt.of(0), layers, 0);
        }
    }

    @Override
    public double[] outputWith(float[][] gates) {
        try (LanguageModel model = LanguageModel.loadGated(engine, source, storage, gates)) {
            return model.forward(List.of(tokens), null).get(0).toDoubles();
        }
    }
}
