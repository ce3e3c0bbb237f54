package org.clattention.examples;

import java.nio.file.Path;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.model.GenerationOptions;
import org.clattention.model.Generator;
import org.clattention.model.LanguageModel;
import org.clattention.model.ModelFolder;
import org.clattention.model.ModelSession;
import org.clattention.model.text.TextStream;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;

/** The third program of the README. */
final class GenerationExample {
    private GenerationExample() {}

    // README: begin
    /** Prints the continuation of a prompt, token by token. */
    static void write(Path folder, String prompt) {
        ModelFolder source = ModelFolder.open(folder); // config.json and *.safetensors, checked, not loaded
        try (AttentionEngine engine = AttentionEngine.open();
                LanguageModel model = LanguageModel.load(engine, source); // or load(engine, source, DataType.Q8_0)
                ModelSession session = model.newSession(CacheOptions.contiguous(1, 512));
                Tokenizer tokenizer = Tokenizers.of(folder, source.spec())) {
            int[] start = tokenizer.encode(prompt);
            TextStream text = new TextStream(tokenizer, start);
            GenerationOptions options =
                    GenerationOptions.greedy(100, source.spec().endTokens());
            Generator.generate(session, List.of(start), options, (sequence, token) -> {
                System.out.print(text.add(token));
                return true; // false cancels
            });
        }
    }
    // README: end
}
