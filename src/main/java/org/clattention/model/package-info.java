/**
 * API: published models. {@link org.clattention.model.ModelSource} reads folders as they come from Hugging Face;
 * {@link org.clattention.model.LanguageModel} runs them, generates tokens and embeds text. Model families are in
 * {@code arch}, text in {@code text}. Imports the root, {@code config}, {@code error} and {@code io}.
 */
@NullMarked
package org.clattention.model;

import org.jspecify.annotations.NullMarked;
