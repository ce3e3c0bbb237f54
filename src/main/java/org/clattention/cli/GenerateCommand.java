package org.clattention.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.EngineOptions;
import org.clattention.config.PeakRates;
import org.clattention.model.DamagedLogitsException;
import org.clattention.model.GenerationOptions;
import org.clattention.model.GenerationResult;
import org.clattention.model.Generator;
import org.clattention.model.LanguageModel;
import org.clattention.model.ModelSession;
import org.clattention.model.ModelSource;
import org.clattention.model.SamplingOptions;
import org.clattention.model.TokenListener;
import org.clattention.verify.ReferenceSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Generates text with a model: the prompts, their continuations, and the speed. */
@Command(
        name = "generate",
        description = "Generate text with a model's folder, streaming; then tokens per second and time to first token.",
        mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final PromptOptions prompt = new PromptOptions();

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "The most new tokens per sequence. Default: ${DEFAULT-VALUE}.")
    private int maxTokens = 128;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divides the logits before sampling; 0, the default, always takes the most probable token.")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Sample from the K most probable tokens. Default: all.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Sample from the most probable tokens that together have this probability. Default: 1, all.")
    private double topP = 1;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the sampling. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--context",
            paramLabel = "N",
            description =
                    "The most tokens per sequence. Default: what the prompt and the new tokens need, up to the model's limit.")
    private int context;

    @Option(
            names = "--cache",
            paramLabel = "TYPE",
            description = "How keys and values are cached: f32 (default), f16, bf16, q8.")
    private @Nullable String cache;

    @Option(
            names = "--peak",
            description = "Also measure how fast the device reads memory, and which share of that decoding reaches.")
    private boolean peak;

    @Override
    public Integer call() {
        Output output = common.output();
        GenerationOptions options = options();
        ModelSource source = model.source();
        if (!source.spec().causal()) {
            throw new BadInputException("--model " + model.folder() + ": a "
                    + source.spec().architecture() + " does not predict next tokens");
        }
        PromptOptions.Prompts prompts = prompt.read(model.folder(), source.spec());
        int capacity = capacity(source, prompts);
        EngineOptions engineOptions = common.engineOptions();
        boolean reference = common.device().strip().equalsIgnoreCase(CaseSession.REFERENCE);
        DataType cacheType = ModelOptions.type("--cache", cache == null ? "f32" : cache);
        if (reference && (peak || cache != null || model.storage() != null)) {
            throw new BadInputException("--device reference: takes neither --peak nor --weights nor --cache");
        }
        if (reference) {
            try (ReferenceSession session = new ReferenceSession(source, prompts.size(), capacity)) {
                return generate(output, "reference", null, source, session, prompts, options, null);
            }
        }
        try (AttentionEngine engine = AttentionEngine.open(engineOptions)) {
            DataType storage = model.storage();
            DataType kept = storage == null ? null : engine.keptAs(storage);
            PeakRates peaks = peak ? engine.measurePeaks() : null;
            try (LanguageModel loaded = LanguageModel.load(engine, source, storage);
                    ModelSession session = loaded.newSession(
                            CacheOptions.contiguous(prompts.size(), capacity).withType(cacheType))) {
                return generate(output, engine.device().name(), kept, source, session, prompts, options, peaks);
            }
        } catch (IllegalArgumentException e) {
            throw new BadInputException(e.getMessage(), e);
        }
    }

    private GenerationOptions options() {
        try {
            return new GenerationOptions(maxTokens, new SamplingOptions(temperature, topK, topP, seed), Set.of());
        } catch (IllegalArgumentException e) {
            throw new BadInputException(e.getMessage(), e);
        }
    }

    private int capacity(ModelSource source, PromptOptions.Prompts prompts) {
        int most = source.spec().maxPositions();
        int longest = prompts.longest();
        if (context < 0 || context > most) {
            throw new BadInputException(
                    "--context " + context + ": the model has positions for 1 to " + most + " tokens");
        }
        int capacity = context > 0 ? context : (int) Math.min(most, (long) longest + maxTokens);
        if (longest > capacity) {
            throw new BadInputException(
                    "the longest prompt has " + longest + " tokens, but the context only " + capacity);
        }
        return capacity;
    }

    private int generate(
            Output output,
            String device,
            @Nullable DataType storage,
            ModelSource source,
            ModelSession session,
            PromptOptions.Prompts prompts,
            GenerationOptions options,
            @Nullable PeakRates peaks) {
        Set<Integer> stops = Set.copyOf(source.spec().endTokens());
        GenerationOptions whole = new GenerationOptions(options.maxNewTokens(), options.sampling(), stops);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        boolean stream = output.isText() && prompts.size() == 1;
        TokenListener listener = stream ? streaming(out, prompts) : TokenListener.NONE;
        GenerationResult result;
        try {
            result = Generator.generate(session, prompts.tokens(), whole, listener);
        } catch (DamagedLogitsException e) {
            spec.commandLine().getErr().println("clattention: " + e.getMessage());
            return ExitCode.WRONG_RESULT;
        }
        if (stream) {
            out.println(prompts.rest());
        } else {
            for (int b = 0; b < prompts.size(); b++) {
                output.line("[" + b + "] " + prompts.text(b)
                        + prompts.continuation(b, result.tokens().get(b)));
            }
        }
        GenerationReport report = new GenerationReport(
                device, source, session.capacity(), options.maxNewTokens(), storage, prompts, result, peaks);
        report.lines().forEach(output::line);
        report.json(output);
        return ExitCode.PASSED;
    }

    /** Prints the prompt, then text as soon as it is final. */
    private static TokenListener streaming(PrintWriter out, PromptOptions.Prompts prompts) {
        out.print(prompts.text(0));
        out.flush();
        return (sequence, token) -> {
            out.print(prompts.add(token));
            out.flush();
            // The other end of the pipe is closed: nobody reads any more.
            return !out.checkError();
        };
    }
}
