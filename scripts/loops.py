"""What formulas.py computes, a second time and in another way: scalar loops, complex numbers, PyTorch's functions.

Only for comparison, in float64. Where there are two forms of the same thing, this module takes the other one: latent
attention expands keys and values, a softmax sums plain exponentials.
"""

import cmath
import math

import numpy as np
import torch
from torch.nn import functional as F


def tensor(x):
    return torch.from_numpy(np.ascontiguousarray(x))


def linear(x, inputs, which):
    bias = inputs.get("b_" + which)
    return F.linear(tensor(x), tensor(inputs["w_" + which]), None if bias is None else tensor(bias)).numpy()


def rms_norm(x, weight, epsilon):
    out = np.empty_like(x)
    for index in np.ndindex(x.shape[:-1]):
        row = [float(e) for e in x[index]]
        inverse = 1 / math.sqrt(math.fsum(e * e for e in row) / len(row) + epsilon)
        out[index] = [e * inverse * float(w) for e, w in zip(row, weight)]
    return out


def frequency(rope, i, dim):
    """Radians per position of pair i, from the number of turns within the trained context."""
    theta, scaling = rope.get("theta", 10000.0), rope.get("scaling", {"type": "none"})
    plain = math.exp(-2 * i / dim * math.log(theta))
    stretched = plain / scaling.get("factor", 1.0)
    if scaling["type"] == "none":
        return plain
    if scaling["type"] == "linear":
        return stretched
    context = scaling["original_max_position_embeddings"]
    if scaling["type"] == "llama3":
        turns = context * plain / (2 * math.pi)
        low, high = scaling.get("low_freq_factor", 1.0), scaling.get("high_freq_factor", 4.0)
        if turns < low:
            return stretched
        if turns > high:
            return plain
        return stretched + (plain - stretched) * (turns - low) / (high - low)
    # YaRN: pair x makes context / (2 pi theta^(2x/dim)) turns. Solve for x at both bounds, widen to whole pairs.
    bounds = [
        dim / 2 * (math.log(context) - math.log(2 * math.pi * scaling.get(key, default))) / math.log(theta)
        for key, default in (("beta_fast", 32.0), ("beta_slow", 1.0))
    ]
    first, last = max(0, math.floor(bounds[0])), min(dim - 1, math.ceil(bounds[1]))
    if i <= first:
        return plain
    if i >= last:
        return stretched
    return plain + (stretched - plain) * (i - first) / (last - first)


def amplitude(rope):
    scaling = rope.get("scaling", {"type": "none"})
    if scaling["type"] != "yarn":
        return 1.0
    return scaling.get("attention_factor", 1 + math.log(scaling["factor"]) / 10)


def rotate(x, rope, positions):
    """Each pair is a complex number that is multiplied by a complex number."""
    if rope is None:
        return x
    dim = rope.get("dim", 0) or x.shape[-1]
    out = x.copy()
    for b, h, i in np.ndindex(x.shape[:3]):
        for pair in range(dim // 2):
            angle = int(positions[b][i]) * frequency(rope, pair, dim)
            here, there = (2 * pair, 2 * pair + 1) if rope["style"] == "interleaved" else (pair, pair + dim // 2)
            z = complex(x[b, h, i, here], x[b, h, i, there]) * cmath.rect(amplitude(rope), angle)
            out[b, h, i, here], out[b, h, i, there] = z.real, z.imag
    return out


def may_attend(b, h, i, j, p, options, inputs):
    """Whether, and the bias."""
    left, right = options.get("left_window", -1), options.get("right_window", -1)
    if options.get("causal") and j > p or left != -1 and p - j > left or right != -1 and j - p > right:
        return False, 0.0
    if "nonpad_kv_seqlen" in inputs and j >= inputs["nonpad_kv_seqlen"][b]:
        return False, 0.0
    bias, mask = 0.0, inputs.get("attn_mask")
    if mask is not None:
        if j >= mask.shape[-1]:
            return False, 0.0
        full = mask.reshape((1,) * (4 - mask.ndim) + mask.shape)
        entry = full[tuple(n if size > 1 else 0 for n, size in zip((b, h, i), full.shape)) + (j,)]
        if mask.dtype == bool and not entry or mask.dtype != bool and entry == -math.inf:
            return False, 0.0
        bias = 0.0 if mask.dtype == bool else float(entry)
    if "alibi_slopes" in inputs:
        bias -= float(inputs["alibi_slopes"][h]) * abs(p - j)
    return True, bias


def attend(q, k, v, offset, options, inputs):
    (batch, heads, length, size), keys = q.shape, k.shape[2]
    scale, cap = options.get("scale", size**-0.5), options.get("softcap", 0)
    stages = [np.full((batch, heads, length, keys), fill) for fill in (0.0, 0.0, -math.inf, 0.0)]
    log_sum = np.full((batch, heads, length), -math.inf)
    context = np.zeros((batch, heads, length, v.shape[-1]))
    for b, h, i in np.ndindex(batch, heads, length):
        key_head = h // (heads // k.shape[1])
        exponentials = {}
        for j in range(keys):
            score = scale * sum(float(a) * float(c) for a, c in zip(q[b, h, i], k[b, key_head, j]))
            capped = score if not cap else cap - 2 * cap / (math.exp(2 * score / cap) + 1)
            allowed, bias = may_attend(b, h, i, j, int(offset[b]) + i, options, inputs)
            stages[0][b, h, i, j], stages[1][b, h, i, j] = score, capped
            if allowed:
                stages[2][b, h, i, j] = capped + bias
                exponentials[j] = math.exp(capped + bias)
        total = math.fsum(exponentials.values())
        total += math.exp(float(inputs["sinks"][h])) if "sinks" in inputs else 0
        if total > 0:
            log_sum[b, h, i] = math.log(total)
            for j, e in exponentials.items():
                stages[3][b, h, i, j] = e / total
                context[b, h, i] += e / total * v[b, key_head, j]
    return stages, log_sum, context


def attention(inputs, attributes):
    def four(t, count):
        return t if t.ndim == 4 else np.stack(np.split(t, count, -1), 1)

    q = four(inputs["Q"], attributes.get("q_num_heads", 1))
    k, v = (four(inputs[key], attributes.get("kv_num_heads", 1)) for key in "KV")
    offset = [0] * q.shape[0]
    if "nonpad_kv_seqlen" in inputs and "past_key" not in inputs:
        offset = [int(n) - q.shape[2] for n in inputs["nonpad_kv_seqlen"]]
    if "past_key" in inputs:
        offset = [inputs["past_key"].shape[2]] * q.shape[0]
        k, v = np.append(inputs["past_key"], k, 2), np.append(inputs["past_value"], v, 2)
    options = {
        "causal": attributes.get("is_causal"),
        "left_window": attributes.get("left_window_size", -1),
        "right_window": attributes.get("right_window_size", -1),
        "scale": attributes.get("scale", q.shape[-1] ** -0.5),
        "softcap": attributes.get("softcap", 0),
    }
    stages, log_sum, y = attend(q, k, v, offset, options, inputs)
    return {
        "Y": y if inputs["Q"].ndim == 4 else np.concatenate(list(y.swapaxes(0, 1)), -1),
        "log_sum_exp": log_sum,
        "qk_matmul_output": stages[attributes.get("qk_matmul_output_mode", 0)],
        "present_key": k,
        "present_value": v,
    }


def heads_of(rows, count):
    return np.stack(np.split(rows, count, -1), 1)


def rows_of(heads):
    return np.concatenate([heads[:, h] for h in range(heads.shape[1])], -1)


def multi_head_attention(inputs, attributes):
    x, heads, rope = inputs["x"], attributes["num_heads"], attributes.get("rope")
    memory = inputs["memory"] if "memory" in inputs else x
    q = heads_of(linear(x, inputs, "q"), heads)
    k, v = (heads_of(linear(memory, inputs, which), attributes.get("num_kv_heads", heads)) for which in "kv")
    epsilon = attributes.get("norm_eps", 1e-6)
    q = rms_norm(q, inputs["q_norm"], epsilon) if "q_norm" in inputs else q
    k = rms_norm(k, inputs["k_norm"], epsilon) if "k_norm" in inputs else k
    past = 0 if "past_key" not in inputs else inputs["past_key"].shape[2]
    positions = inputs.get("position_ids", [range(past, past + x.shape[1])] * x.shape[0])
    q, k = rotate(q, rope, positions), rotate(k, rope, positions)
    if past:
        k, v = np.append(inputs["past_key"], k, 2), np.append(inputs["past_value"], v, 2)
    stages, _, context = attend(q, k, v, [past] * x.shape[0], attributes, inputs)
    for h, gate in enumerate(inputs.get("head_gate", ())):
        context[:, h] *= gate
    y = linear(rows_of(context), inputs, "o")
    return {"y": y, "weights": stages[3], "present_key": k, "present_value": v}


def latent_attention(inputs, attributes):
    """The plain form: every head's keys and values are made from the latent, the shared key is copied to every head."""
    heads, rank, x = attributes["num_heads"], attributes["kv_lora_rank"], inputs["x"]
    dn, epsilon, rope = attributes["qk_nope_head_dim"], attributes.get("norm_eps", 1e-6), attributes.get("rope")
    past = inputs["past_latent"].shape[1] if "past_latent" in inputs else 0
    positions = [range(past, past + x.shape[1])] * x.shape[0]
    if "w_q_a" in inputs:
        q = linear(rms_norm(linear(x, inputs, "q_a"), inputs["q_a_norm"], epsilon), inputs, "q_b")
    else:
        q = linear(x, inputs, "q")
    q = heads_of(q, heads)
    q = np.append(q[..., :dn], rotate(q[..., dn:], rope, positions), -1)
    both = linear(x, inputs, "kv_a")
    latent = rms_norm(both[..., :rank], inputs["kv_a_norm"], epsilon)
    shared = rotate(both[..., rank:][:, None], rope, positions)[:, 0]
    if past:
        latent, shared = np.append(inputs["past_latent"], latent, 1), np.append(inputs["past_rope_key"], shared, 1)
    expanded = heads_of(linear(latent, inputs, "kv_b"), heads)
    k = np.append(expanded[..., :dn], np.stack([shared] * heads, 1), -1)
    options = {key: attributes[key] for key in ("causal", "scale") if key in attributes}
    _, _, context = attend(q, k, expanded[..., dn:], [past] * x.shape[0], options, {})
    return {"y": linear(rows_of(context), inputs, "o"), "present_latent": latent, "present_rope_key": shared}


def activate(x, name):
    functions = {"relu": F.relu, "silu": F.silu, "gelu": F.gelu, "gelu_tanh": lambda t: F.gelu(t, approximate="tanh")}
    return functions[name](tensor(x)).numpy()


def transformer_block(inputs, attributes):
    def norm(which, x):
        epsilon, weight = attributes.get("norm_eps", 1e-5), inputs[which + "_weight"]
        if attributes["norm"] == "rms":
            return rms_norm(x, weight, epsilon)
        bias = tensor(inputs.get(which + "_bias", np.zeros_like(weight)))
        return F.layer_norm(tensor(x), x.shape[-1:], tensor(weight), bias, epsilon).numpy()

    def network(x):
        entry = activate(linear(x, inputs, "gate" if "w_gate" in inputs else "up"), attributes["activation"])
        return linear(entry * linear(x, inputs, "up") if "w_gate" in inputs else entry, inputs, "down")

    steps = [
        ("norm1", lambda x: multi_head_attention({**inputs, "x": x}, attributes["attention"])["y"]),
        ("norm2", network),
    ]
    x = inputs["x"]
    for which, step in steps:
        x = x + step(norm(which, x)) if attributes["norm_position"] == "pre" else norm(which, x + step(x))
    return {"y": x}
