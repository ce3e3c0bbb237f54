package org.clattention.internal.backend.cpu;

import java.util.function.Supplier;
import org.clattention.internal.backend.cpu.pool.Job;
import org.clattention.internal.backend.cpu.pool.WorkerPool;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernelsProvider;

/** What this JVM reaches on this machine at most, with all threads of the engine: the yardstick for its speed. */
public final class JavaPeaks {
    private static final int ROUNDS = 24;
    /** Few at a time, so that the loop itself is compiled and not one that runs already. */
    private static final int FMA_STEPS = 4096;

    private static final int REPEATS = 64;

    /** More than caches hold, where the heap allows it. */
    private static final long READ_BYTES = 256L << 20;

    private static final int PART = 1 << 13;

    private JavaPeaks() {}

    /** Billions of multiplications and additions a second in fused multiply-add, with operands in registers. */
    public static double gflops() {
        Supplier<VectorKernels> loops = VectorKernelsProvider.best();
        int threads = JavaDevice.threads();
        Job job = new Job();
        Workspace workspace = new Workspace(loops.get());
        long best = Long.MAX_VALUE;
        int tiles = 4 * threads;
        try (WorkerPool pool = new WorkerPool(threads, loops)) {
            float[] results = new float[tiles];
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                pool.run(job, (tile, own) -> results[tile] = fmas(own.loops()), tiles, workspace);
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return 2.0 * workspace.loops().fmasOfStep() * FMA_STEPS * REPEATS * tiles / best;
    }

    private static float fmas(VectorKernels loops) {
        float result = 0;
        for (int i = 0; i < REPEATS; i++) {
            result += loops.fmas(FMA_STEPS);
        }
        return result;
    }

    /** Billions of bytes a second, summed up from one large array. */
    public static double readGigabytes() {
        Supplier<VectorKernels> loops = VectorKernelsProvider.best();
        int threads = JavaDevice.threads();
        int parts = (int) (Math.min(READ_BYTES, Runtime.getRuntime().maxMemory() / 8) / (4L * PART));
        float[] values = new float[parts * PART];
        float[] sums = new float[parts];
        Job job = new Job();
        Workspace workspace = new Workspace(loops.get());
        long best = Long.MAX_VALUE;
        try (WorkerPool pool = new WorkerPool(threads, loops)) {
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                pool.run(job, (tile, own) -> sums[tile] = own.loops().sum(values, tile * PART, PART), parts, workspace);
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return 4.0 * values.length / best;
    }
}
