/** Internal, may change: rotary embedding: frequencies and tables of angles. */
@NullMarked
package org.clattention.internal.layer.rotary;

import org.jspecify.annotations.NullMarked;
