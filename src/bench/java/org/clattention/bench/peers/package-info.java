/** Other engines running the same layer: ONNX Runtime, and libtorch through DJL. */
@NullMarked
package org.clattention.bench.peers;

import org.jspecify.annotations.NullMarked;
