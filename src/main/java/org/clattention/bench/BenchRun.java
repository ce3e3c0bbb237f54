package org.clattention.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.bench.BenchResult.PeerResult;
import org.clattention.config.KernelTime;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceMemoryException;

/**
 * Times shapes on an engine and its peers, interleaved, on the same data with the same number of threads. Nothing is timed
 * whose output does not agree with the float64 reference.
 */
public final class BenchRun {
    private static final int PROFILED_CALLS = 5;

    private final AttentionEngine engine;
    private final List<PeerEngine> peers;
    private final double seconds;
    private final long seed;

    /**
     * Prepares a run.
     *
     * @param engine our engine
     * @param peers others to be measured in the same run
     * @param seconds how long each engine is timed for each shape
     * @param seed of all data
     */
    public BenchRun(AttentionEngine engine, List<PeerEngine> peers, double seconds, long seed) {
        this.engine = engine;
        this.peers = List.copyOf(peers);
        this.seconds = seconds;
        this.seed = seed;
    }

    /** How many threads the peers get: as many as this JVM may use cores. */
    public static int threads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Times one shape. */
    public BenchResult run(BenchShape shape) {
        LayerData data = LayerData.of(shape, seed);
        Expectation want = Expectation.of(shape, data);
        try (Contender ours = new EngineContender(engine, shape, data)) {
            String problem = want.problem(ours.output());
            if (!problem.isEmpty()) {
                return new BenchResult(shape, null, problem, true, want.extent(), List.of());
            }
            List<Contender> contenders = new ArrayList<>(List.of(ours));
            PeerResult[] results = new PeerResult[peers.size()];
            try {
                int[] place = new int[peers.size()];
                for (int i = 0; i < results.length; i++) {
                    results[i] = enter(peers.get(i), shape, data, want, contenders);
                    place[i] = contenders.size() - 1;
                }
                List<Statistics> times = new RoundRobin(System::nanoTime).time(contenders, seconds);
                for (int i = 0; i < results.length; i++) {
                    PeerResult r = results[i];
                    if (r.problem().isEmpty()) {
                        results[i] =
                                new PeerResult(r.peer(), r.version(), r.description(), true, times.get(place[i]), "");
                    }
                }
                return new BenchResult(shape, times.get(0), "", false, want.extent(), Arrays.asList(results));
            } finally {
                contenders.subList(1, contenders.size()).forEach(Contender::close);
            }
        } catch (DeviceMemoryException e) {
            return new BenchResult(shape, null, firstLine(e), false, "nothing", List.of());
        }
    }

    /** Prepares and checks a peer, and adds it to the contenders if its output is right. */
    private static PeerResult enter(
            PeerEngine peer, BenchShape shape, LayerData data, Expectation want, List<Contender> contenders) {
        String description = "";
        String problem = peer.unsupported(shape);
        boolean supported = problem.isEmpty();
        if (supported) {
            try {
                Contender contender = peer.prepare(shape, data, threads());
                description = contender.description();
                problem = wrong(contender, want);
                if (problem.isEmpty()) {
                    contenders.add(contender);
                } else {
                    contender.close();
                }
            } catch (RuntimeException e) {
                problem = "failed: " + firstLine(e);
            }
        }
        return new PeerResult(peer.name(), peer.version(), description, supported, null, problem);
    }

    private static String wrong(Contender contender, Expectation want) {
        try {
            String problem = want.problem(contender.output());
            return problem.isEmpty() ? "" : "its result differs: " + problem;
        } catch (RuntimeException e) {
            return "failed: " + firstLine(e);
        }
    }

    /** What the steps of one call run, and why. */
    public List<StepPlan> explain(BenchShape shape) {
        try (Contender contender = new EngineContender(engine, shape, LayerData.of(shape, seed))) {
            return engine.explain(contender::run);
        }
    }

    /**
     * Device time by kernel of a few calls.
     *
     * @param profiling an engine that was opened with profiling
     */
    public Map<String, KernelTime> profile(AttentionEngine profiling, BenchShape shape) {
        try (Contender contender = new EngineContender(profiling, shape, LayerData.of(shape, seed))) {
            contender.run();
            profiling.takeKernelTimes();
            for (int i = 0; i < PROFILED_CALLS; i++) {
                contender.run();
            }
            return profiling.takeKernelTimes();
        }
    }

    private static String firstLine(RuntimeException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse(e.toString()).strip();
    }
}
