package org.clattention.layer;

import org.clattention.backend.HeadView;

/** Views of arrays that have a row for each token of a call. */
final class TokenViews {
    private TokenViews() {}

    /** In a ragged call all sequences lie in one: the row alone tells them apart. */
    static HeadView flat(TokenRows tokens, HeadView view) {
        return tokens.ragged()
                ? new HeadView(view.array(), view.offset(), 0, view.headStride(), view.rowStride())
                : view;
    }
}
