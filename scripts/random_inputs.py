"""Random tensors of new cases; one generator per case, seeded with the case's number."""

import math

import numpy as np


def normal(rng, *shape, std=1.0):
    return (std * rng.standard_normal(shape)).astype(np.float32)


def near_one(rng, *shape):
    """Weights of a normalization."""
    return (1 + 0.2 * rng.standard_normal(shape)).astype(np.float32)


def matrix(rng, rows, columns):
    """A weight [out, in] that keeps the variance of what it is applied to."""
    return normal(rng, rows, columns, std=1 / math.sqrt(columns))


def booleans(rng, *shape):
    """Two in three may attend, and every query to the first key."""
    mask = rng.random(shape) < 2 / 3
    mask[..., 0] = True
    return mask


def additive(rng, *shape):
    """One entry in four is masked, but never the first key."""
    mask = normal(rng, *shape)
    mask[rng.random(shape) < 0.25] = -np.inf
    mask[..., 0] = 0.5
    return mask


def qkv(rng, batch, heads, kv_heads, length, keys, size, value_size=None):
    return {
        "Q": normal(rng, batch, heads, length, size),
        "K": normal(rng, batch, kv_heads, keys, size),
        "V": normal(rng, batch, kv_heads, keys, value_size or size),
    }


def layer(rng, batch, length, width, heads, kv_heads, size, value_size=None, out_width=None, bias=False, memory=None):
    """x and the weights of a layer; memory: (T, Dm)."""
    value_size, out_width = value_size or size, out_width or width
    source = memory[1] if memory else width
    out = {"x": normal(rng, batch, length, width)}
    if memory:
        out["memory"] = normal(rng, batch, *memory)
    out["w_q"] = matrix(rng, heads * size, width)
    out["w_k"] = matrix(rng, kv_heads * size, source)
    out["w_v"] = matrix(rng, kv_heads * value_size, source)
    out["w_o"] = matrix(rng, out_width, heads * value_size)
    if bias:
        for key in "qkvo":
            out["b_" + key] = normal(rng, out["w_" + key].shape[0], std=0.5)
    return out


def past(rng, batch, kv_heads, tokens, size, value_size=None):
    return {
        "past_key": normal(rng, batch, kv_heads, tokens, size),
        "past_value": normal(rng, batch, kv_heads, tokens, value_size or size),
    }


def feed_forward(rng, width, hidden, gated, bias, rms):
    """Norms and the feed-forward network of a block."""
    out = {}
    for which in ("norm1", "norm2"):
        out[which + "_weight"] = near_one(rng, width)
        if not rms:
            out[which + "_bias"] = normal(rng, width, std=0.2)
    out["w_up"], out["w_down"] = matrix(rng, hidden, width), matrix(rng, width, hidden)
    if gated:
        out["w_gate"] = matrix(rng, hidden, width)
    if bias:
        for which in ("up", "down") + (("gate",) if gated else ()):
            out["b_" + which] = normal(rng, out["w_" + which].shape[0], std=0.3)
    return out


def latent(rng, batch, length, width, heads, dn, dr, dv, rank, query_rank=0, past_tokens=0):
    out = {"x": normal(rng, batch, length, width)}
    if query_rank:
        out["w_q_a"] = matrix(rng, query_rank, width)
        out["q_a_norm"] = near_one(rng, query_rank)
        out["w_q_b"] = matrix(rng, heads * (dn + dr), query_rank)
    else:
        out["w_q"] = matrix(rng, heads * (dn + dr), width)
    out["w_kv_a"] = matrix(rng, rank + dr, width)
    out["kv_a_norm"] = near_one(rng, rank)
    out["w_kv_b"] = matrix(rng, heads * (dn + dv), rank)
    out["w_o"] = matrix(rng, width, heads * dv)
    if past_tokens:
        out["past_latent"] = normal(rng, batch, past_tokens, rank)
        out["past_rope_key"] = normal(rng, batch, past_tokens, dr)
    return out
