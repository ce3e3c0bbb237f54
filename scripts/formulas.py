"""Attention and what surrounds it in NumPy, by the formulas of the papers, whole tensors at a time.

Everything is computed in the type of the inputs. `store` is applied to every tensor that an engine may keep in memory
between two steps, so that a caller can round there.
"""

import math

import numpy as np


def keep(x):
    return x


def linear(x, inputs, which):
    out = x @ inputs["w_" + which].T
    return out + inputs["b_" + which] if "b_" + which in inputs else out


def split(rows, heads):
    return rows.reshape(rows.shape[0], rows.shape[1], heads, -1).swapaxes(1, 2)


def merge(heads):
    return heads.swapaxes(1, 2).reshape(heads.shape[0], heads.shape[2], -1)


def rms_norm(x, weight, epsilon):
    return x / np.sqrt(np.mean(np.square(x), -1, keepdims=True) + x.dtype.type(epsilon)) * weight


def layer_norm(x, weight, bias, epsilon):
    centred = x - x.mean(-1, keepdims=True)
    y = centred / np.sqrt(np.mean(np.square(centred), -1, keepdims=True) + x.dtype.type(epsilon)) * weight
    return y if bias is None else y + bias


def activate(x, name):
    if name == "relu":
        return np.maximum(x, 0)
    if name == "silu":
        return x / (1 + np.exp(-x))
    if name == "gelu":
        return (0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))).astype(x.dtype)
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))  # gelu_tanh


def frequencies(rope, dim):
    """Radians per position of each pair and the amplitude, as Hugging Face's `rope_scaling` defines them."""
    theta, scaling = rope.get("theta", 10000.0), rope.get("scaling", {"type": "none"})
    plain = 1.0 / theta ** (np.arange(0, dim, 2) / dim)
    factor, context = scaling.get("factor", 1.0), scaling.get("original_max_position_embeddings")
    if scaling["type"] == "linear":
        return plain / factor, 1.0
    if scaling["type"] == "llama3":
        low, high = scaling.get("low_freq_factor", 1.0), scaling.get("high_freq_factor", 4.0)
        wavelength = 2 * np.pi / plain
        smooth = (context / wavelength - low) / (high - low)
        between = (1 - smooth) * plain / factor + smooth * plain
        out = np.where(wavelength > context / low, plain / factor, between)
        return np.where(wavelength < context / high, plain, out), 1.0
    if scaling["type"] == "yarn":

        def pair(rotations):
            return dim * math.log(context / (rotations * 2 * math.pi)) / (2 * math.log(theta))

        low = max(math.floor(pair(scaling.get("beta_fast", 32.0))), 0)
        high = min(math.ceil(pair(scaling.get("beta_slow", 1.0))), dim - 1)
        high = high + 0.001 if low == high else high
        keep_share = 1 - np.clip((np.arange(dim // 2) - low) / (high - low), 0, 1)
        out = plain / factor * (1 - keep_share) + plain * keep_share
        return out, scaling.get("attention_factor", 0.1 * math.log(factor) + 1 if factor > 1 else 1.0)
    return plain, 1.0


def turn(x, cos, sin, interleaved):
    """x [B,H,S,d] with its first elements turned; cos and sin [B,S,pairs]."""
    pairs = cos.shape[-1]
    head, rest = x[..., : 2 * pairs], x[..., 2 * pairs :]
    if interleaved:
        cos, sin = np.repeat(cos, 2, -1), np.repeat(sin, 2, -1)
        other = np.stack([-head[..., 1::2], head[..., 0::2]], -1).reshape(head.shape)
    else:
        cos, sin = np.concatenate([cos, cos], -1), np.concatenate([sin, sin], -1)
        other = np.concatenate([-head[..., pairs:], head[..., :pairs]], -1)
    turned = head * cos[:, None].astype(x.dtype) + other * sin[:, None].astype(x.dtype)
    return np.concatenate([turned, rest], -1)


def rotate(x, rope, positions):
    """x [B,H,S,d], positions [B,S]; angles are always float64, as angles of far positions have to be."""
    if rope is None:
        return x
    dim = rope.get("dim", 0) or x.shape[-1]
    frequency, amplitude = frequencies(rope, dim)
    angles = positions[..., None].astype(np.float64) * frequency
    return turn(x, amplitude * np.cos(angles), amplitude * np.sin(angles), rope["style"] == "interleaved")


def attend(q, k, v, offset, options, inputs):
    """All stages of attention. offset [B]: position of the first query. options: names of `multi_head_attention`."""
    (batch, heads, length, size), (_, kv_heads, keys, _) = q.shape, k.shape
    grouped = q.reshape(batch, kv_heads, heads // kv_heads, length, size)
    allowed, bias = np.ones((batch, heads, length, keys), bool), np.zeros((), q.dtype)
    p, j = (offset[:, None] + np.arange(length))[:, None, :, None], np.arange(keys)
    if options.get("causal"):
        allowed &= j <= p
    if options.get("left_window", -1) >= 0:
        allowed &= j >= p - options["left_window"]
    if options.get("right_window", -1) >= 0:
        allowed &= j <= p + options["right_window"]
    if "nonpad_kv_seqlen" in inputs:
        allowed &= j < inputs["nonpad_kv_seqlen"][:, None, None, None]
    mask = inputs.get("attn_mask")
    if mask is not None:
        missing = [(0, 0)] * (mask.ndim - 1) + [(0, keys - mask.shape[-1])]
        if mask.dtype == bool:
            allowed &= np.pad(mask, missing)
        else:
            bias = np.pad(mask, missing, constant_values=-np.inf)
            allowed &= bias != -np.inf
    if "alibi_slopes" in inputs:
        bias = bias - inputs["alibi_slopes"][:, None, None] * np.abs(p - j).astype(q.dtype)

    # A value that nobody may attend to may be anything, so it is taken out before it is multiplied by a weight of 0.
    v = np.where(allowed.reshape(batch, kv_heads, -1, keys).any(2)[..., None], v, 0)
    scaled = np.einsum("bngsd,bntd->bngst", grouped, k).reshape(allowed.shape)
    scaled = scaled * q.dtype.type(options.get("scale", 1 / math.sqrt(size)))
    cap = options.get("softcap", 0)
    capped = cap * np.tanh(scaled / cap) if cap else scaled
    biased = np.where(allowed, capped + bias, -np.inf)
    top, sink = biased.max(-1, keepdims=True), None
    empty = top == -np.inf
    if "sinks" in inputs:
        sink = inputs["sinks"][:, None, None]
        top = np.maximum(top, sink)
        empty = top == -np.inf
    top = np.where(empty, 0, top)
    e = np.exp(biased - top)
    total = e.sum(-1, keepdims=True) + (0 if sink is None else np.exp(sink - top))
    weights = e / np.where(empty, 1, total)
    log_sum = np.where(empty, -np.inf, top + np.log(np.where(empty, 1, total)))[..., 0]
    context = np.einsum("bngst,bntd->bngsd", weights.reshape(grouped.shape[:4] + (keys,)), v)
    return {
        "stages": (scaled, capped, biased, weights),
        "log_sum_exp": log_sum,
        "context": context.reshape(batch, heads, length, -1),
    }


def attention(inputs, attributes, store=keep):
    """The operator `attention`."""
    q, k, v = inputs["Q"], inputs["K"], inputs["V"]
    if q.ndim == 3:
        q, k, v = (split(t, attributes[n]) for t, n in ((q, "q_num_heads"), (k, "kv_num_heads"), (v, "kv_num_heads")))
    offset = np.zeros(q.shape[0], np.int64)
    if "past_key" in inputs:
        offset += inputs["past_key"].shape[2]
        k, v = np.concatenate([inputs["past_key"], k], 2), np.concatenate([inputs["past_value"], v], 2)
    elif "nonpad_kv_seqlen" in inputs:
        offset = inputs["nonpad_kv_seqlen"] - q.shape[2]
    ours = {"is_causal": "causal", "left_window_size": "left_window", "right_window_size": "right_window"}
    result = attend(q, k, v, offset, {ours.get(key, key): value for key, value in attributes.items()}, inputs)
    y = result["context"]
    return {
        "Y": store(merge(y) if inputs["Q"].ndim == 3 else y),
        "log_sum_exp": result["log_sum_exp"],
        "qk_matmul_output": result["stages"][attributes.get("qk_matmul_output_mode", 0)],
        "present_key": k,
        "present_value": v,
    }


def multi_head_attention(inputs, attributes, store=keep):
    """The layer, past and gates included."""
    heads, rope, epsilon = attributes["num_heads"], attributes.get("rope"), attributes.get("norm_eps", 1e-6)
    kv_heads = attributes.get("num_kv_heads", heads)
    x = inputs["x"]
    memory = inputs.get("memory", x)
    q = store(split(linear(x, inputs, "q"), heads))
    k, v = (store(split(linear(memory, inputs, which), kv_heads)) for which in "kv")
    if "q_norm" in inputs:
        q = store(rms_norm(q, inputs["q_norm"], epsilon))
    if "k_norm" in inputs:
        k = store(rms_norm(k, inputs["k_norm"], epsilon))
    past = inputs["past_key"].shape[2] if "past_key" in inputs else 0
    batch, length = x.shape[:2]
    positions = inputs.get("position_ids", np.broadcast_to(past + np.arange(length), (batch, length)))
    q, k = store(rotate(q, rope, positions)), store(rotate(k, rope, positions))
    if past:
        k, v = np.concatenate([inputs["past_key"], k], 2), np.concatenate([inputs["past_value"], v], 2)
    result = attend(q, k, v, np.full(batch, past), attributes, inputs)
    context = store(result["context"])
    if "head_gate" in inputs:
        context = store(context * inputs["head_gate"][:, None, None])
    y = store(linear(merge(context), inputs, "o"))
    return {"y": y, "weights": result["stages"][3], "present_key": k, "present_value": v}


def latent_attention(inputs, attributes, store=keep):
    """DeepSeek-V2's attention in the absorbed form: queries are taken into the latent space, values out of it."""
    heads, rank = attributes["num_heads"], attributes["kv_lora_rank"]
    dn, dr, dv = (attributes[key + "_head_dim"] for key in ("qk_nope", "qk_rope", "v"))
    epsilon, rope, x = attributes.get("norm_eps", 1e-6), attributes.get("rope"), inputs["x"]
    batch, length = x.shape[:2]
    past = inputs["past_latent"].shape[1] if "past_latent" in inputs else 0
    positions = np.broadcast_to(past + np.arange(length), (batch, length))
    if "w_q" in inputs:
        q = linear(x, inputs, "q")
    else:
        q = linear(store(rms_norm(store(linear(x, inputs, "q_a")), inputs["q_a_norm"], epsilon)), inputs, "q_b")
    q = store(split(q, heads))
    compressed = store(linear(x, inputs, "kv_a"))
    latent = store(rms_norm(compressed[..., :rank], inputs["kv_a_norm"], epsilon))
    rope_key = store(rotate(compressed[:, None, :, rank:], rope, positions))[:, 0]
    if past:
        latent = np.concatenate([inputs["past_latent"], latent], 1)
        rope_key = np.concatenate([inputs["past_rope_key"], rope_key], 1)
    w_kv = inputs["w_kv_b"].reshape(heads, dn + dv, rank)
    absorbed = store(np.einsum("bhsn,hnr->bhsr", q[..., :dn], w_kv[:, :dn]))
    query = np.concatenate([absorbed, store(rotate(q[..., dn:], rope, positions))], -1)
    key = np.concatenate([latent, rope_key], -1)[:, None]
    options = {"causal": attributes.get("causal"), "scale": attributes.get("scale", 1 / math.sqrt(dn + dr))}
    result = attend(query, key, latent[:, None], np.full(batch, past), options, {})
    context = store(np.einsum("bhsr,hvr->bhsv", store(result["context"]), w_kv[:, dn:]))
    assert context.shape[-1] == dv
    return {"y": store(linear(merge(context), inputs, "o")), "present_latent": latent, "present_rope_key": rope_key}


def transformer_block(inputs, attributes, store=keep):
    """Attention and a feed-forward network with norms before or after them."""

    def norm(which, x):
        weight, bias = inputs[which + "_weight"], inputs.get(which + "_bias")
        epsilon = attributes.get("norm_eps", 1e-5)
        rms = attributes["norm"] == "rms"
        return store(rms_norm(x, weight, epsilon) if rms else layer_norm(x, weight, bias, epsilon))

    def attention_of(x):
        return multi_head_attention({**inputs, "x": x}, attributes["attention"], store)["y"]

    def feed_forward(x):
        up, name = store(linear(x, inputs, "up")), attributes["activation"]
        gated = "w_gate" in inputs
        hidden = activate(store(linear(x, inputs, "gate")), name) * up if gated else activate(up, name)
        return store(linear(store(hidden), inputs, "down"))

    x = inputs["x"]
    if attributes["norm_position"] == "pre":
        x = store(x + attention_of(norm("norm1", x)))
        return {"y": store(x + feed_forward(norm("norm2", x)))}
    x = norm("norm1", store(x + attention_of(x)))
    return {"y": norm("norm2", store(x + feed_forward(x)))}
