"""What the models have in common, in plain PyTorch: norms, rotation, masks, attention. Any floating-point type."""

import math

import torch
import torch.nn.functional as F


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * weight


def linear(x, weights, name):
    """weights[name.weight] is [out, in]."""
    return F.linear(x, weights[name + ".weight"], weights.get(name + ".bias"))


def split(x, heads):
    """[B,S,H·d] to [B,H,S,d]."""
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def merge(x):
    return x.transpose(1, 2).flatten(2)


def angles(frequency, length, dtype):
    """Cosines and sines [S, pairs] of positions 0, 1, ...; the angles are always float64."""
    angle = torch.arange(length, dtype=torch.float64)[:, None] * frequency
    return angle.cos().to(dtype), angle.sin().to(dtype)


def rotate_half(x, cos, sin):
    """Element i is paired with element i + d/2."""
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def rotate_interleaved(x, cos, sin):
    """Element 2i is paired with element 2i + 1."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, odd * cos + even * sin], -1).flatten(-2)


def plain_frequencies(theta, dim):
    return theta ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)


def llama3_frequencies(theta, dim, scaling):
    """Long waves are stretched by the factor, short ones kept, those between blended."""
    factor, low, high = scaling["factor"], scaling["low_freq_factor"], scaling["high_freq_factor"]
    out = []
    for frequency in plain_frequencies(theta, dim).tolist():
        turns = scaling["original_max_position_embeddings"] * frequency / (2 * math.pi)
        share = min(max((turns - low) / (high - low), 0.0), 1.0)
        out.append(share * frequency + (1 - share) * frequency / factor)
    return torch.tensor(out, dtype=torch.float64)


def frequencies(theta, dim, scaling):
    """Radians per position of each pair."""
    kind = (scaling or {}).get("rope_type", "default")
    if kind == "llama3":
        return llama3_frequencies(theta, dim, scaling)
    if kind == "linear":
        return plain_frequencies(theta, dim) / scaling["factor"]
    assert kind == "default", kind
    return plain_frequencies(theta, dim)


def causal_bias(length, window, dtype):
    """[S,S] of 0 and −∞. window: how many keys a query sees, itself among them; None: all before it."""
    age = torch.arange(length)[:, None] - torch.arange(length)
    allowed = (age >= 0) & (age < (window or length))
    return torch.zeros(length, length, dtype=dtype).masked_fill_(~allowed, -math.inf)


def shared(x, heads):
    """Keys or values of each query head; neighbouring query heads share one."""
    return x if x.shape[1] == heads else x.repeat_interleave(heads // x.shape[1], 1)


def attention_weights(q, k, scale, bias, softcap=None):
    """[B,H,S,S]; bias is added after the softcap."""
    scores = (q * scale) @ shared(k, q.shape[1]).transpose(2, 3)
    if softcap:
        scores = softcap * torch.tanh(scores / softcap)
    return torch.softmax(scores + bias, -1)


def attend(q, k, v, scale, bias, softcap=None):
    weights = attention_weights(q, k, scale, bias, softcap)
    return merge(weights @ shared(v, q.shape[1]))
