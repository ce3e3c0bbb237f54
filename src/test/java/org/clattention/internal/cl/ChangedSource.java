package org.clattention.internal.cl;

import java.util.function.UnaryOperator;

/**
 * While open, programs that this thread builds have a kernel source of another text. Other threads build what is there. Only one may be
 * open in a process; compiled kernels are kept by their text, so no cache can mistake one for the other.
 */
public final class ChangedSource implements AutoCloseable {
    private ChangedSource() {}

    /**
     * Changes a source.
     *
     * @param file its name, for example {@code common/masks.cl}
     * @param change from its text to the new one
     */
    public static ChangedSource of(String file, UnaryOperator<String> change) {
        if (ProgramSource.change != null) {
            throw new IllegalStateException("a source is changed already");
        }
        Thread owner = Thread.currentThread();
        ProgramSource.change =
                (name, text) -> name.equals(file) && Thread.currentThread() == owner ? change.apply(text) : text;
        return new ChangedSource();
    }

    @Override
    public void close() {
        ProgramSource.change = null;
    }
}
