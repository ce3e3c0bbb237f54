@NullMarked
package org.clattention.cli;

import org.jspecify.annotations.NullMarked;
