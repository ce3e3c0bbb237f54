package org.clattention.internal.layer;

import org.clattention.internal.backend.HeadView;

/** Views of arrays that have a row for each token of a call. */
final class BatchViews {
    private BatchViews() {}

    /** In a ragged call all sequences lie in one: the row alone tells them apart. */
    static HeadView flat(BatchLayout tokens, HeadView view) {
        return tokens.ragged()
                ? new HeadView(view.array(), view.offset(), 0, view.headStride(), view.rowStride())
                : view;
    }
}
