/**
 * Tool: the command line. One class for each command; results go to standard output, everything else to standard
 * error. Nothing imports it.
 */
@NullMarked
package org.clattention.cli;

import org.jspecify.annotations.NullMarked;
