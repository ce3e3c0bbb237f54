package org.clattention.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.clattention.config.DataType;
import org.clattention.config.EngineOptions;
import org.clattention.heads.ModelHeads;
import org.clattention.model.ModelSource;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.clattention.verify.CaseHeads;
import org.clattention.verify.GoldenCase;
import org.clattention.verify.GoldenCaseFile;
import org.clattention.verify.UnsupportedCaseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what each head of a model or of a golden case looks at. */
@Command(
        name = "heads",
        description = {
            "Show what each attention head looks at: a table, a page to explore, a picture.",
            "Of a model reading a text (--model, --text), or of a golden case whose operation is attention,"
                    + " multi_head_attention or transformer_block."
        },
        mixinStandardHelpOptions = true)
final class HeadsCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(arity = "0..1", paramLabel = "CASE", description = "A case file.")
    private @Nullable Path file;

    @Option(names = "--text", paramLabel = "TEXT", description = "What the model reads.")
    private @Nullable String text;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page to explore; it needs no network.")
    private @Nullable String html;

    @Option(names = "--png", paramLabel = "FILE", description = "Write a picture of all heads.")
    private @Nullable String png;

    @Option(
            names = "--sequence",
            paramLabel = "N",
            description = "Which sequence of the batch, from 0. Default: ${DEFAULT-VALUE}.")
    private int sequence;

    @Option(
            names = "--ablate",
            description = "Remove each head in turn and show how much the output changes, the smallest change first.")
    private boolean ablate;

    @Override
    public Integer call() {
        Output output = common.output();
        HeadsFiles files = HeadsFiles.of(html, png);
        EngineOptions options = common.engineOptions();
        if (options.device().strip().toLowerCase(Locale.ROOT).equals(CaseSession.REFERENCE)) {
            throw new BadInputException("--device reference: heads are computed on a device, not by the reference");
        }
        if (model.isGiven() == (file != null) || model.isGiven() != (text != null)) {
            throw new BadInputException("give a case file, or --model and --text");
        }
        if (model.isGiven() ? sequence != 0 : model.isChanged()) {
            throw new BadInputException(
                    model.isGiven()
                            ? "--sequence: for a case file alone"
                            : "--weights, --random-weights: for --model alone");
        }
        if (file != null) {
            ofCase(file, options, output, files);
        } else {
            ofModel(String.valueOf(text), options, output, files);
        }
        return ExitCode.PASSED;
    }

    private void ofCase(Path caseFile, EngineOptions options, Output output, HeadsFiles files) {
        if (Files.isDirectory(caseFile)) {
            throw new BadInputException(caseFile + ": is a folder; heads takes one case");
        }
        GoldenCase goldenCase = GoldenCaseFile.read(caseFile);
        try (CaseSession session = CaseSession.open(options)) {
            CaseHeads source = new CaseHeads(session.runner(), goldenCase, sequence);
            HeadsReport.of(source, ablate).write(session, output, files);
        } catch (UnsupportedCaseException | IllegalArgumentException e) {
            throw new BadInputException(caseFile + ": case " + goldenCase.name() + ": " + e.getMessage(), e);
        }
    }

    private void ofModel(String words, EngineOptions options, Output output, HeadsFiles files) {
        DataType storage = model.storage();
        ModelSource source = model.source();
        Tokenizer tokenizer = Tokenizers.of(model.folder(), source.spec());
        try (CaseSession.Engine session = new CaseSession.Engine(options)) {
            ModelHeads heads = new ModelHeads(session.engine(), source, storage, tokenizer, words);
            HeadsReport.of(heads, ablate).write(session, output, files);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(model.folder() + ": " + e.getMessage(), e);
        }
    }
}
