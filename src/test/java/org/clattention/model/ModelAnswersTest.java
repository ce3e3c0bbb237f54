package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.config.HostTensor;
import org.clattention.io.SafetensorsFile;
import org.clattention.testing.DeviceTest;
import org.clattention.verify.ReferenceSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Tiny models of every family give the logits that PyTorch gives, on every device and on the reference: for whole sequences, and
 * token by token through a cache.
 */
class ModelAnswersTest extends DeviceTest {
    private static final Path MODELS = Path.of("test-data", "models");
    private static final double TOLERANCE = 2e-4;

    /** A model with its answers. */
    private record Case(String name, ModelFolder model, SafetensorsFile expected) {
        List<int[]> sequences(String tensor) {
            HostTensor all = expected.tensor(tensor);
            HostTensor lengths = expected.has("lengths") ? expected.tensor("lengths") : null;
            List<int[]> out = new ArrayList<>();
            int longest = (int) all.dim(1);
            for (int b = 0; b < all.dim(0); b++) {
                int[] row = new int[lengths == null ? longest : (int) lengths.getLong(b)];
                for (int i = 0; i < row.length; i++) {
                    row[i] = (int) all.getLong(b * longest + i);
                }
                out.add(row);
            }
            return out;
        }

        List<int[]> tokens() {
            return sequences("tokens");
        }

        @Nullable
        List<int[]> types() {
            return expected.has("token_type_ids") ? sequences("token_type_ids") : null;
        }

        /** What PyTorch gives for a token. */
        double[] want(int sequence, int position) {
            HostTensor all = expected.tensor(expected.has("logits") ? "logits" : "hidden");
            int columns = (int) all.dim(2);
            int from = (sequence * (int) all.dim(1) + position) * columns;
            double[] out = new double[columns];
            for (int i = 0; i < columns; i++) {
                out[i] = all.getDouble(from + i);
            }
            return out;
        }

        String compare(String what, int sequence, int position, double[] got) {
            double[] want = want(sequence, position);
            if (got.length != want.length) {
                return name + ", " + what + ": " + got.length + " columns, want " + want.length;
            }
            for (int i = 0; i < want.length; i++) {
                if (!(Math.abs(got[i] - want[i]) <= TOLERANCE * (1 + Math.abs(want[i])))) {
                    return name + ", " + what + ": sequence " + sequence + ", position " + position + ", column " + i
                            + " is " + got[i] + ", want " + want[i];
                }
            }
            return "";
        }
    }

    @Test
    void wholeSequences() {
        List<String> problems = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (Case c : cases()) {
                try (LanguageModel model = LanguageModel.load(engine, c.model, null)) {
                    List<HostTensor> got = model.forward(c.tokens(), c.types());
                    for (int b = 0; b < got.size(); b++) {
                        check(problems, c, "whole", b, got.get(b).toDoubles());
                    }
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void tokenByToken() {
        List<String> problems = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (Case c : cases()) {
                if (!c.model.spec().causal()) {
                    continue;
                }
                List<int[]> tokens = c.tokens();
                int longest = tokens.stream().mapToInt(t -> t.length).max().orElseThrow();
                try (LanguageModel model = LanguageModel.load(engine, c.model, null);
                        ModelSession session = model.newSession(CacheOptions.contiguous(tokens.size(), longest))) {
                    steps(problems, c, tokens, session);
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void theReferenceAgreesToo() {
        Assumptions.assumeTrue(device.isJava(), "once is enough");
        List<String> problems = new ArrayList<>();
        for (Case c : cases()) {
            List<int[]> tokens = c.tokens();
            List<int[]> types = c.types();
            try (ReferenceSession session = new ReferenceSession(c.model, tokens.size(), 64)) {
                for (int b = 0; b < tokens.size(); b++) {
                    double[] got = session.rows(b, tokens.get(b), types == null ? null : types.get(b))
                            .values();
                    check(problems, c, "reference", b, got);
                }
            }
            if (c.model.spec().causal()) {
                try (ReferenceSession session = new ReferenceSession(c.model, tokens.size(), 64)) {
                    steps(problems, c, tokens, session);
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    private static void check(List<String> problems, Case c, String what, int b, double[] got) {
        int length = c.tokens().get(b).length;
        int columns = got.length / length;
        for (int i = 0; i < length; i++) {
            double[] row = Arrays.copyOfRange(got, i * columns, (i + 1) * columns);
            String problem = c.compare(what, b, i, row);
            if (!problem.isEmpty()) {
                problems.add(problem);
                return;
            }
        }
    }

    /** A prompt of a third, different for each sequence, then token by token. */
    private static void steps(List<String> problems, Case c, List<int[]> tokens, ModelSession session) {
        int[] at = new int[tokens.size()];
        boolean going = true;
        for (int step = 0; going; step++) {
            int[][] next = new int[tokens.size()][];
            going = false;
            for (int b = 0; b < next.length; b++) {
                int[] all = tokens.get(b);
                int count = step == 0 ? all.length / 3 + b : 1;
                next[b] = Arrays.copyOfRange(all, at[b], Math.min(all.length, at[b] + count));
                at[b] += next[b].length;
                going |= next[b].length > 0;
            }
            float[][] got = session.append(next);
            for (int b = 0; b < next.length; b++) {
                if (next[b].length > 0) {
                    double[] wide = new double[got[b].length];
                    Arrays.setAll(wide, wideFrom(got[b]));
                    String problem = c.compare("token by token", b, at[b] - 1, wide);
                    if (!problem.isEmpty()) {
                        problems.add(problem);
                        return;
                    }
                }
            }
        }
    }

    private static IntToDoubleFunction wideFrom(float[] values) {
        return i -> values[i];
    }

    private static List<Case> cases() {
        try (Stream<Path> folders = Files.list(MODELS)) {
            List<Case> cases = folders.filter(folder -> Files.exists(folder.resolve("expected.safetensors")))
                    .sorted()
                    .map(folder -> new Case(
                            folder.getFileName().toString(),
                            ModelFolder.open(folder),
                            SafetensorsFile.open(folder.resolve("expected.safetensors"))))
                    .toList();
            assertThat(cases).hasSizeGreaterThanOrEqualTo(15);
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
