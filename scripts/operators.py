"""The ONNX operators around attention: in NumPy, and each a second time with PyTorch or in scalars."""

import math

import numpy as np
import torch
from torch.nn import functional as F

import formulas
import loops


def layer_normalization(inputs, attributes, store=formulas.keep):
    x, axis = inputs["X"], attributes.get("axis", -1)
    axes = tuple(range(axis % x.ndim, x.ndim))
    mean = x.mean(axes, keepdims=True)
    inverse = 1 / np.sqrt(np.square(x - mean).mean(axes, keepdims=True) + x.dtype.type(attributes.get("epsilon", 1e-5)))
    y = (x - mean) * inverse * inputs["W"]
    return {"Y": store(y + inputs["B"] if "B" in inputs else y), "Mean": mean, "InvStdDev": inverse}


def layer_normalization_again(inputs, attributes):
    x, axis = torch.from_numpy(inputs["X"]), attributes.get("axis", -1)
    bias = torch.from_numpy(inputs["B"]) if "B" in inputs else None
    weight, epsilon = torch.from_numpy(inputs["W"]), attributes.get("epsilon", 1e-5)
    y, mean, inverse = torch.native_layer_norm(x, weight.shape, weight, bias, epsilon)
    assert weight.ndim == x.ndim - axis % x.ndim
    return {"Y": y.numpy(), "Mean": mean.numpy(), "InvStdDev": inverse.numpy()}


def rms_normalization(inputs, attributes, store=formulas.keep):
    x = inputs["X"]
    axes = tuple(range(attributes.get("axis", -1) % x.ndim, x.ndim))
    square = np.square(x).mean(axes, keepdims=True)
    return {"Y": store(x / np.sqrt(square + x.dtype.type(attributes.get("epsilon", 1e-5))) * inputs["W"])}


def rms_normalization_again(inputs, attributes):
    x, weight = inputs["X"], inputs["W"]
    rows = x.reshape(-1, weight.size)
    return {"Y": loops.rms_norm(rows, weight.reshape(-1), attributes.get("epsilon", 1e-5)).reshape(x.shape)}


def gelu(inputs, attributes, store=formulas.keep):
    name = "gelu_tanh" if attributes.get("approximate") == "tanh" else "gelu"
    return {"y": store(formulas.activate(inputs["x"], name))}


def gelu_again(inputs, attributes):
    return {"y": F.gelu(torch.from_numpy(inputs["x"]), approximate=attributes.get("approximate", "none")).numpy()}


def swish(inputs, attributes, store=formulas.keep):
    return {"y": store(inputs["x"] / (1 + np.exp(-attributes.get("alpha", 1.0) * inputs["x"])))}


def swish_again(inputs, attributes):
    x = torch.from_numpy(inputs["x"])
    return {"y": (x * torch.sigmoid(attributes.get("alpha", 1.0) * x)).numpy()}


def softmax(inputs, attributes, store=formulas.keep):
    x, axis = inputs["x"], attributes.get("axis", -1)
    e = np.exp(x - x.max(axis, keepdims=True))
    return {"y": store(e / e.sum(axis, keepdims=True))}


def softmax_again(inputs, attributes):
    return {"y": torch.softmax(torch.from_numpy(inputs["x"]), attributes.get("axis", -1)).numpy()}


def rotary_embedding(inputs, attributes, store=formulas.keep):
    x = inputs["input"]
    heads = formulas.split(x, attributes["num_heads"]) if x.ndim == 3 else x
    cos, sin = inputs["cos_cache"], inputs["sin_cache"]
    if "position_ids" in inputs:
        cos, sin = cos[inputs["position_ids"]], sin[inputs["position_ids"]]
    out = formulas.turn(heads, cos, sin, bool(attributes.get("interleaved")))
    return {"output": store(formulas.merge(out) if x.ndim == 3 else out)}


def rotary_embedding_again(inputs, attributes):
    """One multiplication of complex numbers per pair."""
    x, cos, sin = inputs["input"], inputs["cos_cache"], inputs["sin_cache"]
    out = (loops.heads_of(x, attributes["num_heads"]) if x.ndim == 3 else x).copy()
    pairs = (attributes.get("rotary_embedding_dim", 0) or out.shape[-1]) // 2
    for b, h, s, n in np.ndindex(out.shape[:3] + (pairs,)):
        row = (inputs["position_ids"][b, s],) if "position_ids" in inputs else (b, s)
        u, v = (2 * n, 2 * n + 1) if attributes.get("interleaved") else (n, n + pairs)
        z = complex(out[b, h, s, u], out[b, h, s, v]) * complex(cos[row][n], sin[row][n])
        out[b, h, s, u], out[b, h, s, v] = z.real, z.imag
    return {"output": loops.rows_of(out) if x.ndim == 3 else out}


def angles(rows, dim):
    """Positions times the usual frequencies."""
    return np.arange(rows)[:, None] * np.exp(-np.arange(0, dim, 2) / dim * math.log(10000.0))
