package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.clattention.error.DeviceException;
import org.clattention.io.BadFiles;
import org.clattention.io.BadFiles.BadFile;
import org.clattention.testing.TestDevice;
import org.clattention.verify.CaseRunner;
import org.clattention.verify.ReferenceRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {
    @TempDir
    Path folder;

    static List<BadFile> badFiles() {
        return BadFiles.all();
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void aBadFileIsOneLine(BadFile bad) throws IOException {
        Path file = bad.create(folder);
        Cli.run("verify", "--device", "reference", file.toString()).requireOneLine(ExitCode.BAD_INPUT, "");
    }

    @Test
    void passes() throws IOException {
        Cases.right(folder, "one");
        Files.createDirectory(folder.resolve("inner"));
        Cases.right(folder.resolve("inner"), "two");
        Cli cli = Cli.run("verify", "--device", "reference", folder.toString());
        assertThat(cli).isEqualTo(new Cli(ExitCode.PASSED, line("2 passed, 0 failed, 0 skipped"), ""));
    }

    @Test
    void aWrongResultIsNamed() throws IOException {
        Cases.right(folder, "right");
        Cases.wrong(folder, "the-wrong-one");
        Cli cli = Cli.run("verify", "--device", "reference", folder.toString());
        assertThat(cli.code()).isEqualTo(ExitCode.WRONG_RESULT);
        assertThat(cli.out().lines().toList()).hasSize(2);
        assertThat(cli.out())
                .startsWith("FAILED  the-wrong-one (softmax): out.y[0,0]: got 0.5, want 0.625")
                .endsWith(line("1 passed, 1 failed, 0 skipped"));
    }

    @Test
    void skipsAreCountedByReason() throws IOException {
        Cases.unsupported(folder, "a");
        Cases.unsupported(folder, "b");
        Cli brief = Cli.run("verify", "--device", "reference", folder.toString());
        assertThat(brief.code()).isEqualTo(ExitCode.PASSED);
        assertThat(brief.out().lines().toList())
                .containsExactly("SKIPPED 2: no operation no_such_operation", "0 passed, 0 failed, 2 skipped");
        CaseSession reference = new FakeSession(new ReferenceRunner());
        StringWriter out = new StringWriter();
        VerifyCommand.verify(reference, CaseFiles.find(List.of(folder)), Cli.output(out, true), shown(true));
        assertThat(out.toString()).contains("SKIPPED a (no_such_operation)", "SKIPPED b (no_such_operation)");
    }

    @Test
    void jsonAsDesigned() throws IOException {
        Cases.right(folder, "right");
        Cases.wrong(folder, "wrong");
        Cases.unsupported(folder, "unsupported");
        Cli cli = Cli.run("verify", "--device", "reference", "--json", "-", folder.toString());
        assertThat(cli.code()).isEqualTo(ExitCode.WRONG_RESULT);
        Map<String, Object> json = cli.json();
        assertThat(json.keySet()).isEqualTo(Set.of("device", "passed", "failed", "skipped", "coverage", "cases"));
        assertThat(json).containsEntry("passed", 1L).containsEntry("failed", 1L).containsEntry("skipped", 1L);
        List<Map<?, ?>> cases = cases(json);
        assertThat(cases.stream().map(c -> String.valueOf(c.get("status"))))
                .containsExactly("passed", "skipped", "failed");
        for (Map<?, ?> one : cases) {
            assertThat(new HashSet<Object>(one.keySet()))
                    .isEqualTo(Set.of("name", "op", "status", "maxAbsError", "maxRelError", "reason"));
        }
        assertThat(cases.get(2).get("maxAbsError")).isEqualTo(0.125);
        assertThat(String.valueOf(cases.get(1).get("reason"))).contains("no_such_operation");
    }

    @Test
    void plansOfCases() throws IOException {
        Cases.right(folder, "right");
        String device = TestDevice.any().require().selector();
        Cli text = Cli.run("verify", "--device", device, "--explain", folder.toString());
        assertThat(text.code()).as(text.err()).isEqualTo(ExitCode.PASSED);
        assertThat(text.out()).contains("plan of right (softmax)", "softmax        1 x 2 x 1", ", because ");
        Cli cli = Cli.run("verify", "--device", device, "--explain", "--json", "-", folder.toString());
        List<?> plan = (List<?>) cases(cli.json()).get(0).get("plan");
        assertThat(plan).hasSize(1);
        Map<?, ?> step = (Map<?, ?>) plan.get(0);
        assertThat(new HashSet<Object>(step.keySet())).isEqualTo(Set.of("step", "shape", "reason", "kernels"));
        Map<?, ?> kernel = (Map<?, ?>) ((List<?>) step.get("kernels")).get(0);
        assertThat(new HashSet<Object>(kernel.keySet())).isEqualTo(Set.of("name", "constants", "launch", "launches"));
        assertThat(kernel.get("name")).isEqualTo("softmax");
    }

    @Test
    void theReferenceHasNoPlans() throws IOException {
        Cases.right(folder, "right");
        Cli.run("verify", "--device", "reference", "--explain", folder.toString())
                .requireOneLine(ExitCode.BAD_INPUT, "--explain: the float64 reference has no kernels");
    }

    private static VerifyCommand.Shown shown(boolean skipped) {
        return new VerifyCommand.Shown(skipped, false, false);
    }

    @Test
    void aCaseThatContradictsItselfIsBadInput() throws IOException {
        Path file = Cases.inconsistent(folder, "odd");
        Cli.run("verify", "--device", "reference", file.toString()).requireOneLine(ExitCode.BAD_INPUT, "case odd: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "java"})
    void lengthsBeyondIntegersAreBadInput(String device) throws IOException {
        Path file = Cases.lengths(folder, 9_205_357_638_345_293_827L);
        Cli.run("verify", "--device", device, file.toString())
                .requireOneLine(ExitCode.BAD_INPUT, "9205357638345293827");
    }

    @Test
    void aFolderWithoutCasesIsBadInput() {
        Cli.run("verify", "--device", "reference", folder.toString())
                .requireOneLine(ExitCode.BAD_INPUT, "holds no *.safetensors");
    }

    @Test
    void aFailingDeviceCostsOneCase() throws IOException {
        Cases.right(folder, "a");
        Cases.right(folder, "b");
        Cases.right(folder, "c");
        CaseRunner reference = new ReferenceRunner();
        FakeSession session = new FakeSession(goldenCase -> {
            if (!goldenCase.name().equals("c")) {
                throw new DeviceException("clFinish: lost " + goldenCase.name() + "\n  more");
            }
            return reference.run(goldenCase);
        });
        StringWriter out = new StringWriter();
        int code = VerifyCommand.verify(session, CaseFiles.find(List.of(folder)), Cli.output(out, false), shown(false));
        assertThat(code).isEqualTo(ExitCode.DEVICE_FAILED);
        assertThat(session.reopened()).isEqualTo(1);
        List<Map<?, ?>> cases = cases(Cli.parse(out.toString()));
        assertThat(cases.stream().map(c -> String.valueOf(c.get("status"))))
                .containsExactly("error", "error", "passed");
        assertThat(cases.get(0).get("reason")).isEqualTo("clFinish: lost a");
    }

    @Test
    void aResultThatIsMissingFails() throws IOException {
        Path file = Cases.right(folder, "a");
        StringWriter out = new StringWriter();
        int code = VerifyCommand.verify(
                new FakeSession(goldenCase -> Map.of()), List.of(file), Cli.output(out, true), shown(false));
        assertThat(code).isEqualTo(ExitCode.WRONG_RESULT);
        assertThat(out.toString()).contains("out.y: no such result");
    }

    private static List<Map<?, ?>> cases(Map<String, Object> json) {
        return ((List<?>) json.get("cases"))
                .stream().<Map<?, ?>>map(c -> (Map<?, ?>) c).toList();
    }

    private static String line(String text) {
        return text + System.lineSeparator();
    }
}
