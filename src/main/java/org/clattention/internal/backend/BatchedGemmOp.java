package org.clattention.internal.backend;

/**
 * Every head times a matrix of its own: out[b,h,i,n] = Σ_k x[b,h,i,k] · W[h][n,k].
 *
 * @param batch B
 * @param heads H
 * @param rows rows of each head
 * @param inner components of x
 * @param columns components of out
 * @param x the factors
 * @param weights H matrices [columns, inner], packed for heads
 * @param out the result
 */
public record BatchedGemmOp(
        int batch, int heads, int rows, int inner, int columns, HeadView x, PackedWeights weights, HeadView out) {}
