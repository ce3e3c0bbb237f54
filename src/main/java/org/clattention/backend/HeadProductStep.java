package org.clattention.backend;

/**
 * out[b,h,i,n] = Σ_k x[b,h,i,k] · W[h·weightHead + n·weightRow + k·weightColumn].
 *
 * @param batch B
 * @param heads H
 * @param rows rows of each head
 * @param inner components of x
 * @param columns components of out
 * @param x the factors
 * @param weights the matrices, all in one
 * @param firstWeight element of the weights with which head 0 begins
 * @param weightHead elements from one head's matrix to the next
 * @param weightRow elements from one n to the next
 * @param weightColumn elements from one k to the next
 * @param out the result
 */
public record HeadProductStep(
        int batch,
        int heads,
        int rows,
        int inner,
        int columns,
        HeadView x,
        PackedWeights weights,
        int firstWeight,
        int weightHead,
        int weightRow,
        int weightColumn,
        HeadView out) {}
