package org.clattention.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Times contenders interleaved, round after round, so that whatever slows the machine for a while slows them all. A
 * slice begins with a call that does not count: it brings the contender's data back into the caches, and gives the waiting threads
 * of the previous contender time to go to sleep.
 */
final class RoundRobin {
    private static final int ROUNDS = 8;
    private static final int FEWEST_ROUNDS = 3;

    /** For calls this long, an extra call would cost more than it helps. */
    private static final double LONG_CALL_SECONDS = 0.05;

    private final LongSupplier nanoTime;

    /**
     * Uses a clock.
     *
     * @param nanoTime nanoseconds; {@code System::nanoTime} except in tests
     */
    RoundRobin(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Times all contenders.
     *
     * @param seconds how long each is timed, at least; slow ones run three times at least
     * @return in the order of the contenders
     */
    List<Statistics> time(List<? extends Contender> contenders, double seconds) {
        double slice = seconds / ROUNDS;
        List<List<Double>> times = new ArrayList<>();
        double[] shortest = new double[contenders.size()];
        double[] total = new double[contenders.size()];
        for (int i = 0; i < contenders.size(); i++) {
            times.add(new ArrayList<>());
            shortest[i] = warmUp(contenders.get(i), slice);
        }
        for (int round = 0; round < ROUNDS && !(round >= FEWEST_ROUNDS && allAtLeast(total, seconds)); round++) {
            for (int i = 0; i < contenders.size(); i++) {
                int turn = (i + round) % contenders.size();
                Contender contender = contenders.get(turn);
                if (shortest[turn] < LONG_CALL_SECONDS) {
                    contender.run();
                }
                double spent = 0;
                while (spent < slice || spent == 0) {
                    double time = call(contender);
                    times.get(turn).add(time);
                    spent += Math.max(time, 1e-9);
                }
                total[turn] += spent;
            }
        }
        return times.stream().map(Statistics::of).toList();
    }

    /** Runs until the code is compiled and memory is allocated. Returns the shortest time. */
    private double warmUp(Contender contender, double seconds) {
        double shortest = call(contender);
        double spent = shortest;
        while (spent < seconds) {
            double time = call(contender);
            shortest = Math.min(shortest, time);
            spent += Math.max(time, 1e-9);
        }
        return shortest;
    }

    private double call(Contender contender) {
        long start = nanoTime.getAsLong();
        contender.run();
        return (nanoTime.getAsLong() - start) * 1e-9;
    }

    private static boolean allAtLeast(double[] values, double least) {
        for (double value : values) {
            if (value < least) {
                return false;
            }
        }
        return true;
    }
}
