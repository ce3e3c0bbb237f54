"""The golden-case file format, tensors by seed, and multi-head attention in plain NumPy."""

import json
import math
import os
import struct

import numpy as np

# NumPy has no bfloat16: an array of 16-bit unsigned integers holds the bits of bfloat16 numbers.
DTYPES = {
    np.dtype("<f4"): "F32",
    np.dtype("<f2"): "F16",
    np.dtype("<u2"): "BF16",
    np.dtype("<i8"): "I64",
    np.dtype("?"): "BOOL",
}
TENSOR_INDEX = {"w_q": 0, "w_k": 1, "w_v": 2, "w_o": 3, "b_q": 4, "b_k": 5, "b_v": 6, "b_o": 7, "x": 8}


def write_case(path, op, name, attributes, rtol, atol, source, inputs, outputs):
    """Writes one case as a safetensors file; equal arguments give equal bytes."""
    header = {
        "__metadata__": {
            "format": "clattention-case/1",
            "op": op,
            "name": name,
            "attributes": json.dumps(attributes),
            "rtol": f"{rtol:g}",
            "atol": f"{atol:g}",
            "source": source,
        }
    }
    data = b""
    for prefix, tensors in (("in.", inputs), ("out.", outputs)):
        for key, tensor in tensors.items():
            tensor = np.asarray(tensor)
            begin = len(data)
            data += np.ascontiguousarray(tensor).tobytes()
            header[prefix + key] = {
                "dtype": DTYPES[tensor.dtype],
                "shape": list(tensor.shape),
                "data_offsets": [begin, len(data)],
            }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    draft = path + ".tmp"
    with open(draft, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    os.replace(draft, path)


def rounded(x, dtype):
    """Floating-point numbers in a storage type, each rounded to the nearest, ties to even."""
    if dtype != "BF16":
        return x.astype({"F32": np.float32, "F16": np.float16}[dtype])
    # Rounding twice, to float32 first, could end at the wrong neighbour: so the 16 bits are taken from float64 at once.
    bits = np.frexp(x.astype(np.float64))
    nearest = np.ldexp(np.rint(np.ldexp(bits[0], 8)), bits[1] - 8)
    return (nearest.astype(np.float32).view(np.uint32) >> np.uint32(16)).astype(np.uint16)


def as_double(x):
    """A tensor in float64 if it is floating-point."""
    if x.dtype == np.uint16:
        return (x.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(np.float64)
    return x.astype(np.float64) if x.dtype.kind == "f" else x


def seeded(name, seed, std, *shape):
    """The tensor that SeededTensors makes for this name and seed, bit by bit."""
    start = (seed * 0x9E3779B97F4A7C15 + (TENSOR_INDEX[name] << 40)) % 2**64
    z = np.uint64(start) + np.arange(math.prod(shape), dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float64)
    return ((u - 8388607.5) / 8388608 * np.sqrt(3.0) * std).astype(np.float32).reshape(shape)


def matmul_one_by_one(a, b):
    """a @ b with one running float32 sum per element: the least accurate order that an engine may use."""
    out = np.zeros(a.shape[:-1] + b.shape[-1:], np.float32)
    for k in range(a.shape[-1]):
        out += a[..., :, k : k + 1] * b[..., k : k + 1, :]
    return out


def multi_head_attention(inputs, attributes, dtype=np.float64, matmul=np.matmul):
    """y [B,S,D] and weights [B,H,S,T] by the definition; masks in this project's meaning, true = attend."""

    def get(key):
        return inputs[key].astype(dtype) if key in inputs else None

    def project(rows, which):
        out = matmul(rows, np.swapaxes(get("w_" + which), 0, 1))
        return out if "b_" + which not in inputs else out + get("b_" + which)

    def split(rows):
        return rows.reshape(rows.shape[0], rows.shape[1], heads, -1).swapaxes(1, 2)

    heads = attributes["num_heads"]
    x = get("x")
    memory = get("memory") if "memory" in inputs else x
    q, k, v = split(project(x, "q")), split(project(memory, "k")), split(project(memory, "v"))
    scores = matmul(q, k.swapaxes(2, 3)) * dtype(1 / math.sqrt(q.shape[3]))
    batch, _, length, keys = scores.shape

    attend = np.ones(scores.shape, bool)
    mask = inputs.get("attn_mask")
    if mask is not None and mask.dtype == bool:
        attend &= mask
    elif mask is not None:
        scores = scores + mask.astype(dtype)
    if attributes.get("causal"):
        attend &= np.arange(keys)[None, :] <= np.arange(length)[:, None]
    if "nonpad_kv_seqlen" in inputs:
        attend &= np.arange(keys) < inputs["nonpad_kv_seqlen"].reshape(batch, 1, 1, 1)

    scores = np.where(attend, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    context = matmul(weights, v).swapaxes(1, 2).reshape(batch, length, -1)
    return project(context, "o"), weights
