package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

class AttentionProblemTest {
    private static RefTensor zeros(int... shape) {
        return RefTensor.zeros(shape);
    }

    private static AttentionProblem.Builder valid() {
        return AttentionProblem.of(zeros(2, 4, 3, 8), zeros(2, 2, 5, 8), zeros(2, 2, 5, 6));
    }

    private static void rejects(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }

    @Test
    void rejectsShapesThatDoNotFit() {
        rejects(
                () -> AttentionProblem.of(zeros(2, 4, 8), zeros(2, 2, 5, 8), zeros(2, 2, 5, 8))
                        .build(),
                "query",
                "[2, 4, 8]");
        rejects(
                () -> AttentionProblem.of(zeros(2, 4, 3, 8), zeros(2, 2, 5, 7), zeros(2, 2, 5, 8))
                        .build(),
                "key",
                "[2, 2, 5, 7]",
                "[2, any, any, 8]");
        rejects(
                () -> AttentionProblem.of(zeros(2, 4, 3, 8), zeros(2, 2, 5, 8), zeros(2, 2, 4, 8))
                        .build(),
                "value",
                "[2, 2, 4, 8]");
        rejects(
                () -> AttentionProblem.of(zeros(2, 4, 3, 0), zeros(2, 2, 5, 0), zeros(2, 2, 5, 8))
                        .build(),
                "head size 0");
        rejects(
                () -> AttentionProblem.of(zeros(2, 4, 3, 8), zeros(2, 3, 5, 8), zeros(2, 3, 5, 8))
                        .build(),
                "4 heads",
                "multiple of the 3");
    }

    @Test
    void rejectsAPastThatDoesNotFit() {
        rejects(() -> valid().past(zeros(2, 2, 3, 8), null).build(), "both or neither");
        rejects(() -> valid().past(zeros(2, 2, 3, 8), zeros(2, 2, 4, 6)).build(), "pastValue", "[2, 2, 4, 6]");
        rejects(() -> valid().past(zeros(2, 1, 3, 8), zeros(2, 1, 3, 6)).build(), "pastKey", "[2, 1, 3, 8]");
    }

    @Test
    void rejectsMasksThatDoNotBroadcast() {
        rejects(() -> attend(valid().mask(floats(6))), "mask", "[6]", "[2, 4, 3, 5]");
        rejects(() -> attend(valid().mask(floats(2, 5))), "mask", "[2, 5]");
        rejects(() -> attend(valid().mask(floats(3, 1, 1, 5))), "mask", "[3, 1, 1, 5]");
        rejects(() -> attend(valid().mask(floats(1, 1, 1, 1, 5))), "mask", "[1, 1, 1, 1, 5]");
        rejects(() -> valid().mask(HostTensor.ofLongs(new long[5], 5)).build(), "mask", "I64");
    }

    @Test
    void rejectsLengthsOutOfRange() {
        rejects(() -> valid().lengths(HostTensor.ofLongs(new long[] {6, 1}, 2)).build(), "lengths", "6", "5");
        rejects(() -> valid().lengths(HostTensor.ofLongs(new long[] {1, -1}, 2)).build(), "lengths", "-1");
        rejects(() -> valid().lengths(HostTensor.ofLongs(new long[] {1}, 1)).build(), "lengths", "[1]", "[2]");
        AttentionOptions needsLengths = AttentionOptions.DEFAULT.withAlignment(CausalAlignment.LENGTHS);
        rejects(() -> valid().options(needsLengths).build(), "lengths", "LENGTHS");
    }

    @Test
    void rejectsVectorsThatAreNotPerHead() {
        rejects(() -> valid().sinks(zeros(2)).build(), "sinks", "[Hq]", "[4]");
        rejects(() -> valid().alibiSlopes(zeros(3)).build(), "alibiSlopes", "[3]");
    }

    private static void attend(AttentionProblem.Builder problem) {
        ReferenceAttention.attend(problem.build());
    }

    private static HostTensor floats(long... shape) {
        int n = 1;
        for (long dim : shape) {
            n *= (int) dim;
        }
        return HostTensor.of(new float[n], shape);
    }
}
