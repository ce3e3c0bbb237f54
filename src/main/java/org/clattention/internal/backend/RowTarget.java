package org.clattention.internal.backend;

/** The only target of a projection to plain rows; the last call's again if it is the same, so that calls alike make no garbage. */
public final class RowTarget {
    private HeadTarget[] last = {};

    /** The rows of y [rows, outputs], as one head. */
    public HeadTarget[] of(DeviceArray y, int outputs) {
        if (last.length == 0 || !last[0].view().array().equals(y) || last[0].size() != outputs) {
            last = new HeadTarget[] {new HeadTarget(new HeadView(y, 0, 0, 0, outputs), 1, outputs)};
        }
        return last;
    }
}
