/**
 * API, but for readers of models alone: one class for each model family, from its configuration to layers and the
 * names of its weights. Only {@code model} uses it.
 */
@NullMarked
package org.clattention.model.arch;

import org.jspecify.annotations.NullMarked;
