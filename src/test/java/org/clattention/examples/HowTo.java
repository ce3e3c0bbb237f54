package org.clattention.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
import org.clattention.config.HostTensor;
import org.clattention.heads.HeadAnalysis;
import org.clattention.heads.HeadProfile;
import org.clattention.heads.HeadWeights;
import org.clattention.heads.HeadsPage;
import org.clattention.heads.ModelHeads;
import org.clattention.model.LanguageModel;
import org.clattention.model.ModelFolder;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.clattention.verify.Comparison;
import org.clattention.verify.EngineRunner;
import org.clattention.verify.GoldenCase;
import org.clattention.verify.GoldenCaseFile;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeCheck;
import org.clattention.verify.SmokeResult;
import org.clattention.verify.SmokeSuite;

/** The code of docs/howto.md; {@link HowToTest} runs it and compares it with the page. */
final class HowTo {
    private HowTo() {}

    // padded: begin
    /** Sequences padded to one length: x [B, S, D]; the rows of sequence b from lengths[b] on are padding. */
    static float[] padded(MultiHeadAttention layer, Tensor x, int... lengths) {
        try (AttentionResult result = layer.forward(AttentionInputs.of(x).withLengths(lengths))) {
            return result.output().toFloats(); // [B, S, D]; ignore the rows of padding
        }
    }
    // padded: end

    // ragged: begin
    /** The same sequences without padding, one after another: x [total, D]. */
    static float[] ragged(MultiHeadAttention layer, Tensor x, int... lengths) {
        int[] offsets = new int[lengths.length + 1]; // sequence b has the rows offsets[b] to offsets[b + 1] - 1
        for (int b = 0; b < lengths.length; b++) {
            offsets[b + 1] = offsets[b] + lengths[b];
        }
        try (AttentionResult result = layer.forward(AttentionInputs.ragged(x, offsets))) {
            return result.output().toFloats(); // [total, D]
        }
    }
    // ragged: end

    // cross: begin
    /** A decoder's tokens attend to an encoder's output, which is wider: queries [B, S, 64], memory [B, T, 96]. */
    static float[] crossAttention(AttentionEngine engine, AttentionWeights weights, Tensor queries, Tensor memory) {
        AttentionConfig config = AttentionConfig.of(64, 4).withMemoryWidth(96); // W_k and W_v are [64, 96]
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                AttentionResult result =
                        layer.forward(AttentionInputs.of(queries).withMemory(memory))) {
            return result.output().toFloats(); // [B, S, 64]
        }
    }
    // cross: end

    // branch: begin
    /** One prompt, several continuations: each has an independent copy of the cache. */
    static List<float[]> continuations(MultiHeadAttention layer, Tensor prompt, Tensor... next) {
        List<float[]> out = new ArrayList<>();
        try (KvCache cache = layer.newCache(CacheOptions.paged(1, 64, 16))) { // 64 blocks of 16 tokens
            layer.forward(AttentionInputs.of(prompt).withCache(cache)).close();
            for (Tensor x : next) {
                try (KvCache branch = cache.branch();
                        AttentionResult step =
                                layer.forward(AttentionInputs.of(x).withCache(branch))) {
                    out.add(step.output().toFloats());
                }
            }
        }
        return out;
    }
    // branch: end

    // truncate: begin
    /** Tries a draft of tokens and takes back those after the first {@code accepted}. */
    static void takeBack(MultiHeadAttention layer, KvCache cache, Tensor draft, int accepted) {
        int before = cache.length(0);
        layer.forward(AttentionInputs.of(draft).withCache(cache)).close();
        cache.truncate(before + accepted);
    }
    // truncate: end

    // ring: begin
    /** A layer that sees the last 8 tokens and itself, with a cache that does not grow: it keeps the last 16. */
    static float[] slidingWindow(AttentionEngine engine, AttentionWeights weights, Tensor... chunks) {
        AttentionConfig config = AttentionConfig.of(64, 4)
                .withOptions(AttentionOptions.DEFAULT.withCausal(true).withWindow(8, -1));
        float[] last = {};
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                KvCache cache = layer.newCache(CacheOptions.ring(1, 16))) {
            for (Tensor chunk : chunks) { // at most 16 - 8 tokens each
                try (AttentionResult result =
                        layer.forward(AttentionInputs.of(chunk).withCache(cache))) {
                    last = result.output().toFloats();
                }
            }
        }
        return last;
    }
    // ring: end

    // embeddings: begin
    /** An embedding of each sequence: the mean of its hidden states, of length 1. */
    static List<float[]> embed(AttentionEngine engine, Path folder, List<int[]> sequences) {
        List<float[]> out = new ArrayList<>();
        try (LanguageModel model = LanguageModel.load(engine, ModelFolder.open(folder), null)) {
            for (HostTensor hidden : model.forward(sequences, null)) { // [S, D] for each; no padding anywhere
                float[] rows = hidden.toFloats();
                int tokens = (int) hidden.dim(0);
                float[] mean = new float[(int) hidden.dim(1)];
                double squares = 0;
                for (int c = 0; c < mean.length; c++) {
                    for (int i = 0; i < tokens; i++) {
                        mean[c] += rows[i * mean.length + c] / tokens;
                    }
                    squares += (double) mean[c] * mean[c];
                }
                for (int c = 0; c < mean.length; c++) {
                    mean[c] /= (float) Math.sqrt(squares);
                }
                out.add(mean);
            }
        }
        return out;
    }
    // embeddings: end

    // heads: begin
    /** Writes a page that shows what each head of a model looks at, and returns what each head does. */
    static List<HeadProfile> heads(AttentionEngine engine, Path folder, String text, Path html) throws IOException {
        ModelFolder source = ModelFolder.open(folder);
        try (Tokenizer tokenizer = Tokenizers.of(folder, source.spec())) {
            HeadWeights weights = new ModelHeads(engine, source, null, tokenizer, text).weights();
            List<HeadProfile> profiles = HeadAnalysis.of(weights);
            Files.writeString(html, HeadsPage.html(weights, profiles));
            return profiles;
        }
    }
    // heads: end

    // check-case: begin
    /** Whether a device gives the answers of a golden case. */
    static boolean check(AttentionEngine engine, Path file) {
        GoldenCase golden = GoldenCaseFile.read(file);
        Map<String, HostTensor> got = new EngineRunner(engine).run(golden);
        return golden.outputs().entrySet().stream()
                .map(want -> Comparison.compare(
                        want.getKey(), got.get(want.getKey()), want.getValue(), golden.rtol(), golden.atol()))
                .peek(comparison -> System.err.print(comparison.reason()))
                .allMatch(Comparison::passed);
    }
    // check-case: end

    // check-device: begin
    /** Checks a device before it serves, as the command "smoke" does; empty if all is well. */
    static List<SmokeResult> wrongResults(AttentionEngine engine, String part) {
        SmokeCheck check = new SmokeCheck();
        EngineRunner runner = new EngineRunner(engine);
        List<SmokeResult> wrong = new ArrayList<>();
        for (SmokeCase smokeCase : SmokeSuite.QUICK.cases(1)) { // the same seed, the same checks
            if (smokeCase.part().equals(part)) { // leave this out to check everything
                SmokeResult result = check.run(smokeCase, runner);
                if (result.status() != SmokeResult.Status.PASSED) {
                    wrong.add(result);
                }
            }
        }
        return wrong;
    }
    // check-device: end

    /** Not on the page: the rows of one sequence. */
    static float[] rows(float[] all, int from, int to, int width) {
        return Arrays.copyOfRange(all, from * width, to * width);
    }
}
