/** Published models: folders as they come from Hugging Face, read into the shapes and weights of the public API. */
@NullMarked
package org.clattention.model;

import org.jspecify.annotations.NullMarked;
