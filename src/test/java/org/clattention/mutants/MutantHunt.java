package org.clattention.mutants;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.clattention.AttentionEngine;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceException;
import org.clattention.internal.backend.opencl.KernelFiles;
import org.clattention.internal.cl.ChangedSource;
import org.clattention.internal.cl.OpenClException;
import org.clattention.verify.EngineRunner;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeCheck;
import org.clattention.verify.SmokeChecks;
import org.clattention.verify.SmokeResult;
import org.clattention.verify.SmokeResult.Status;
import org.clattention.verify.UnsupportedCaseException;

/**
 * Plants mutants in one set of kernels, and runs the smoke check's cases until one does not pass. Cases whose kernels do not have the
 * changed source are left out; which kernels those are is learnt as they run. What killed before is tried first. For one thread.
 */
final class MutantHunt implements AutoCloseable {
    /** Layers of the largest published models take minutes; they would find nothing that smaller ones do not. */
    private static final long MOST_HEAP_BYTES = 256L << 20;

    private final KernelFamily family;
    private final List<SmokeCase> cases;
    private final AttentionEngine sound;
    private final SmokeCheck check = SmokeChecks.remembering();
    private final Map<String, Set<String>> sources = new HashMap<>();
    private final Map<String, Set<String>> sourcesOfKernels = new HashMap<>();
    private final Map<String, Double> seconds = new HashMap<>();
    private final Map<String, Integer> kills = new HashMap<>();

    /**
     * @param cases of the smoke check; those that need much memory are left out, so that scores are lower bounds
     */
    MutantHunt(KernelFamily family, List<SmokeCase> cases) {
        this.family = family;
        this.cases = cases.stream()
                .filter(c -> c.need().heapBytes() <= MOST_HEAP_BYTES)
                .collect(Collectors.toCollection(ArrayList::new));
        this.sound = family.device().open();
    }

    /** Whether these cases find it. */
    Finding run(Mutant mutant) {
        long start = System.nanoTime();
        cases.sort(Comparator.<SmokeCase>comparingInt(c -> -kills.getOrDefault(c.name(), 0))
                .thenComparingDouble(c -> seconds.getOrDefault(c.name(), 0.0)));
        int ran = 0;
        try (ChangedSource planted = mutant.plant();
                AttentionEngine engine = family.device().open()) {
            for (SmokeCase smokeCase : cases) {
                Set<String> known = sources.get(smokeCase.name());
                boolean touched = known == null || known.contains(mutant.file());
                if (!touched || !mutant.cases().matcher(smokeCase.name()).find()) {
                    continue;
                }
                ran++;
                String failure = failure(smokeCase, engine);
                if (!failure.isEmpty()) {
                    kills.merge(smokeCase.name(), 1, Integer::sum);
                    return new Finding(mutant, family, smokeCase, failure, ran, since(start));
                }
            }
        }
        return new Finding(mutant, family, null, "", ran, since(start));
    }

    /** Why this case does not pass on kernels without a fault; empty if it does. No mutant may be planted. */
    String failureOfSoundKernels(SmokeCase smokeCase) {
        return failure(smokeCase, sound);
    }

    private String failure(SmokeCase smokeCase, AttentionEngine engine) {
        long start = System.nanoTime();
        SmokeResult[] result = new SmokeResult[1];
        try {
            List<StepPlan> steps = engine.explain(() -> result[0] = check.run(smokeCase, new EngineRunner(engine)));
            sources.putIfAbsent(smokeCase.name(), sourcesOf(steps));
            seconds.putIfAbsent(smokeCase.name(), since(start));
            return result[0].status() == Status.PASSED ? "" : result[0].reason();
        } catch (UnsupportedCaseException e) {
            sources.putIfAbsent(smokeCase.name(), Set.of());
            return "";
        } catch (OpenClException e) {
            if (e.getMessage().contains("clBuildProgram")) {
                throw new IllegalStateException("the mutant does not compile: " + e.getMessage(), e);
            }
            return String.valueOf(e.getMessage());
        } catch (DeviceException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Set<String> sourcesOf(List<StepPlan> steps) {
        return steps.stream()
                .flatMap(step -> step.kernels().stream())
                .flatMap(kernel -> sourcesOfKernels.computeIfAbsent(kernel.name(), KernelFiles::of).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static double since(long start) {
        return (System.nanoTime() - start) * 1e-9;
    }

    @Override
    public void close() {
        sound.close();
    }
}
