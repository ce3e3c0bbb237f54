/**
 * API: checks of an engine against the float64 reference: golden cases, the smoke suite, comparison with bounds. Uses
 * engines as any caller does, and never their internals.
 */
@NullMarked
package org.clattention.verify;

import org.jspecify.annotations.NullMarked;
