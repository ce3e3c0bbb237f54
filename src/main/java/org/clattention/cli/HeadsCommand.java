package org.clattention.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.clattention.EngineOptions;
import org.clattention.verify.CaseHeads;
import org.clattention.verify.GoldenCase;
import org.clattention.verify.GoldenCaseFile;
import org.clattention.verify.UnsupportedCaseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what each head of a golden case looks at. */
@Command(
        name = "heads",
        description = {
            "Show what each attention head looks at: a table, a page to explore, a picture.",
            "The case's operation is attention, multi_head_attention or transformer_block."
        },
        mixinStandardHelpOptions = true)
final class HeadsCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "CASE", description = "A case file.")
    private Path file = Path.of("");

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
        if (Files.isDirectory(file)) {
            throw new BadInputException(file + ": is a folder; heads takes one case");
        }
        GoldenCase goldenCase = GoldenCaseFile.read(file);
        try (CaseSession session = CaseSession.open(options)) {
            CaseHeads source = new CaseHeads(session.runner(), goldenCase, sequence);
            HeadsReport.of(source, ablate).write(session, output, files);
        } catch (UnsupportedCaseException | IllegalArgumentException e) {
            throw new BadInputException(file + ": case " + goldenCase.name() + ": " + e.getMessage(), e);
        }
        return ExitCode.PASSED;
    }
}
