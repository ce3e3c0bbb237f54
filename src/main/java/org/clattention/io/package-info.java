/**
 * API: safetensors files and strict JSON. Every size and offset is checked before it is used. Imports {@code config}
 * alone.
 */
@NullMarked
package org.clattention.io;

import org.jspecify.annotations.NullMarked;
