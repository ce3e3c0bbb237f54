package org.clattention.heads;

/**
 * What becomes of the output when one head is removed.
 *
 * @param layer its layer, from 0
 * @param head its number in the layer, from 0
 * @param change ‖y − y'‖ / ‖y‖ with y' the output without the head; 0 if nothing changes, infinite if y is all zeros and
 *     y' is not
 */
public record HeadEffect(int layer, int head, double change) {}
