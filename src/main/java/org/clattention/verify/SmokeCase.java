package org.clattention.verify;

import java.util.function.Supplier;

/**
 * One check of a device.
 *
 * @param name its name, unique in a suite
 * @param part what it exercises: a kernel's name, or a word for something larger
 * @param answer where the right answer comes from
 * @param reduction how many terms the longest sum of the computation has
 * @param need the memory that it takes
 * @param plan in which calls the device computes it
 * @param inputs makes the case, whose outputs are the answer or, for other kinds of answer, only name what is wanted
 */
public record SmokeCase(
        String name,
        String part,
        Answer answer,
        long reduction,
        MemoryNeed need,
        CallPlan plan,
        Supplier<GoldenCase> inputs) {
    /** A check of a single call. */
    public SmokeCase(
            String name, String part, Answer answer, long reduction, MemoryNeed need, Supplier<GoldenCase> inputs) {
        this(name, part, answer, reduction, need, CallPlan.ONE_CALL, inputs);
    }

    /** A small check of this plan against the reference. */
    static SmokeCase of(String name, String part, long reduction, CallPlan plan, Supplier<GoldenCase> inputs) {
        return new SmokeCase(name, part, Answer.REFERENCE, reduction, MemoryNeed.LITTLE, plan, inputs);
    }

    /** Where the right answer comes from. */
    public enum Answer {
        /** The float64 reference, within {@link Tolerance}. */
        REFERENCE,
        /** The float64 reference, bit by bit: the inputs are small integers, whose products and sums have no rounding. */
        EXACT,
        /** The case itself. */
        GIVEN,
        /** The device's own first result, bit by bit. */
        REPEAT
    }
}
