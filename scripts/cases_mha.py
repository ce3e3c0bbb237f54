"""Cases of the layer that PyTorch's nn.MultiheadAttention answers, and an example worked by hand.

PyTorch computes in float64 from inputs that are exact in float32. Each answer is compared with an implementation of the
definition in NumPy before it is rounded and stored, so that a mask with a wrong meaning cannot slip through.
"""

import math

import numpy as np
import torch
from torch import nn

import golden_case
from case_maker import RTOL, check, save


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float32).numpy()


def make_weights(width, memory_width, bias, integers):
    """Weights [out, in]; random ones keep the variance of what they are applied to."""
    out = {}
    for key, n in (("w_q", width), ("w_k", memory_width), ("w_v", memory_width), ("w_o", width)):
        if integers:
            out[key] = torch.randint(-2, 3, (width, n)).numpy().astype(np.float32)
        else:
            out[key] = (randn(width, n) / math.sqrt(n)).astype(np.float32)
    for key in ("b_q", "b_k", "b_v", "b_o") if bias else ():
        out[key] = torch.randint(-2, 3, (width,)).numpy().astype(np.float32) if integers else randn(width) / 2
    return out


def seeded_weights(width, bias, seed, std):
    out = {key: golden_case.seeded(key, seed, std, width, width) for key in ("w_q", "w_k", "w_v", "w_o")}
    out.update({key: golden_case.seeded(key, seed, std, width) for key in ("b_q", "b_k", "b_v", "b_o") if bias})
    return out


def ask_torch(inputs, attributes, causal):
    """y and per-head weights of nn.MultiheadAttention in float64, with our masks put into its terms."""
    t = {key: torch.from_numpy(value) for key, value in inputs.items()}
    t = {key: value.double() if value.dtype == torch.float32 else value for key, value in t.items()}
    x, memory = t["x"], t.get("memory", t["x"])
    (batch, length, width), (_, keys, memory_width), heads = x.shape, memory.shape, attributes["num_heads"]
    layer = nn.MultiheadAttention(
        width, heads, bias="b_q" in t, kdim=memory_width, vdim=memory_width, batch_first=True, dtype=torch.float64
    )
    with torch.no_grad():
        if memory_width == width:
            layer.in_proj_weight.copy_(torch.cat([t["w_q"], t["w_k"], t["w_v"]]))
        else:
            layer.q_proj_weight.copy_(t["w_q"])
            layer.k_proj_weight.copy_(t["w_k"])
            layer.v_proj_weight.copy_(t["w_v"])
        layer.out_proj.weight.copy_(t["w_o"])
        if "b_q" in t:
            layer.in_proj_bias.copy_(torch.cat([t["b_q"], t["b_k"], t["b_v"]]))
            layer.out_proj.bias.copy_(t["b_o"])

        mask = t.get("attn_mask")
        if mask is not None:
            mask = ~mask if mask.dtype == torch.bool else mask  # PyTorch: true = ignore
            if mask.ndim > 2:
                mask = mask.expand(batch, heads, length, keys).reshape(batch * heads, length, keys)
        if causal:
            later = torch.ones(length, keys, dtype=torch.bool).triu(1)
            if mask is None:
                mask = later
            else:
                mask = mask | later if mask.dtype == torch.bool else mask.masked_fill(later, -math.inf)
        padding = None
        if "nonpad_kv_seqlen" in t:
            padding = torch.arange(keys)[None, :] >= t["nonpad_kv_seqlen"][:, None]  # true = ignore
        y, weights = layer(
            x, memory, memory, attn_mask=mask, key_padding_mask=padding, need_weights=True, average_attn_weights=False
        )
    return y.numpy(), weights.numpy()


def mha(name, seed, batch, length, width, heads, memory=None, bias=True, causal=False, lengths=None, mask=None,
        weights=False, integers=False, weight_std=None, seeded_x=False):
    """One multi_head_attention case. memory: (T, Dm); mask: a function of nothing; weight_std: weights by seed."""
    torch.manual_seed(seed)
    stored, attributes = {}, {"num_heads": heads}
    if causal:
        attributes["causal"] = True
    made = {}
    if seeded_x:
        made["x"] = golden_case.seeded("x", seed, 1.0, batch, length, width)
        attributes["random_x"] = {"seed": seed, "std": 1.0, "shape": [batch, length, width]}
    elif integers:
        stored["x"] = torch.randint(-3, 4, (batch, length, width)).numpy().astype(np.float32)
    else:
        stored["x"] = randn(batch, length, width)
    if memory:
        stored["memory"] = randn(batch, *memory)
    if weight_std:
        made.update(seeded_weights(width, bias, seed, weight_std))
        attributes["random_weights"] = {"seed": seed, "std": weight_std}
        attributes["biases"] = bias
    else:
        stored.update(make_weights(width, memory[1] if memory else width, bias, integers))
    if mask:
        stored["attn_mask"] = mask()
    if lengths:
        stored["nonpad_kv_seqlen"] = np.array(lengths, np.int64)

    inputs = {**stored, **made}
    y, w = ask_torch(inputs, attributes, causal)
    y2, w2 = golden_case.multi_head_attention(inputs, attributes)
    check(name + " y", y, y2, 1e-9)
    check(name + " weights", w, w2, 1e-9)

    # Rounding errors of a sum grow with the square root of its length and with the size of its terms.
    longest = max(width, *(memory or (0,)))
    atol = 2e-6 * max(1.0, math.sqrt(longest / 64)) * max(1.0, float(np.sqrt(np.mean(y**2))))
    atol = float(f"{atol:.1e}")
    y3, w3 = golden_case.multi_head_attention(inputs, attributes, np.float32, golden_case.matmul_one_by_one)
    check(name + " y, float32", y3, y, (atol + RTOL * np.abs(y)) / 3)
    check(name + " weights, float32", w3, w, (atol + RTOL * np.abs(w)) / 3)

    outputs = {"y": y.astype(np.float32)}
    if weights:
        outputs["weights"] = w.astype(np.float32)
    source = f"PyTorch {torch.__version__} nn.MultiheadAttention in float64, NumPy {np.__version__}, seed {seed}"
    save("multi_head_attention", name, attributes, RTOL, atol, source, stored, outputs)


def hand_worked_example():
    """Five tokens (animal, road, because, was, tired), two heads given by their weights, one common set of values."""
    values = np.array(
        [[0.8, 0.1, 0.0, 0.2], [0.1, 0.7, 0.1, 0.0], [0.2, 0.2, 0.6, 0.1], [0.1, 0.1, 0.2, 0.8], [0.3, 0.6, 0.1, 0.2]],
        np.float32,
    )
    weights = np.array([[0.70, 0.05, 0.10, 0.05, 0.10], [0.20, 0.05, 0.05, 0.15, 0.55]])
    by_hand = np.array([[0.62, 0.19, 0.085, 0.21], [0.355, 0.41, 0.12, 0.275]])
    logs = np.log(weights)
    check("hand_worked_example", weights @ values.astype(np.float64), by_hand, 1e-6)

    # Queries of zero leave the mask alone to decide: softmax(ln w) = w. Both heads share one key-value head.
    inputs = {
        "Q": np.zeros((1, 2, 1, 4), np.float32),
        "K": np.ones((1, 1, 5, 4), np.float32),
        "V": values.reshape(1, 1, 5, 4),
        "attn_mask": logs.reshape(1, 2, 1, 5).astype(np.float32),
    }
    outputs = {"Y": by_hand.reshape(1, 2, 1, 4).astype(np.float32)}
    save("attention", "hand_worked_example_attention", {}, 0, 1e-6, "worked by hand", inputs, outputs)

    # Without a mask: the memory's features are the four values and ln w of each head. The query picks the logarithm
    # (times 2, which the scale 1/sqrt(4) takes away again), w_v picks the values, once per head.
    w_q, w_k, w_v = np.zeros((8, 8), np.float32), np.zeros((8, 6), np.float32), np.zeros((8, 6), np.float32)
    for head in range(2):
        w_q[4 * head, head] = 2
        w_k[4 * head, 4 + head] = 1
        w_v[4 * head : 4 * head + 4, :4] = np.eye(4)
    inputs = {
        "x": np.ones((1, 1, 8), np.float32),
        "memory": np.concatenate([values, logs.T], 1).astype(np.float32).reshape(1, 5, 6),
        "w_q": w_q,
        "w_k": w_k,
        "w_v": w_v,
        "w_o": np.eye(8, dtype=np.float32),
    }
    y, w = golden_case.multi_head_attention(inputs, {"num_heads": 2})
    check("hand_worked_example y", y.reshape(2, 4), by_hand, 1e-6)
    check("hand_worked_example weights", w.reshape(2, 5), weights, 1e-6)
    outputs = {
        "y": by_hand.reshape(1, 1, 8).astype(np.float32),
        "weights": weights.reshape(1, 2, 1, 5).astype(np.float32),
    }
    save("multi_head_attention", "hand_worked_example", {"num_heads": 2}, 0, 1e-6, "worked by hand", inputs, outputs)


def additive(*shape):
    return lambda: randn(*shape)


def additive_with_minus_infinity(*shape):
    """One entry in four is masked, but never the first key."""

    def make():
        mask = randn(*shape)
        mask[torch.rand(*shape).numpy() < 0.25] = -np.inf
        mask[..., 0] = 0.5
        return mask

    return make


def boolean(*shape):
    """Two in three may attend, and every query to the last key."""

    def make():
        mask = torch.rand(*shape).numpy() < 2 / 3
        mask[..., -1] = True
        return mask

    return make


def small_cases():
    mha("mha_self", 1, 1, 4, 8, 2)
    mha("mha_self_batch", 2, 3, 7, 16, 4)
    mha("mha_self_three_heads_of_five", 3, 2, 5, 15, 3)
    mha("mha_self_one_head", 4, 2, 6, 12, 1)
    mha("mha_self_weights", 5, 2, 6, 12, 3, weights=True)
    mha("mha_self_no_biases", 6, 2, 5, 16, 2, bias=False)
    mha("mha_cross", 7, 2, 4, 16, 4, memory=(7, 10))
    mha("mha_cross_same_width", 8, 2, 3, 16, 2, memory=(9, 16))
    mha("mha_cross_short_memory_weights", 9, 1, 9, 12, 2, memory=(3, 20), bias=False, weights=True)
    mha("mha_causal", 10, 2, 8, 16, 2, causal=True)
    mha("mha_causal_weights", 11, 1, 9, 16, 4, causal=True, weights=True)
    mha("mha_padded", 12, 3, 6, 16, 4, lengths=[6, 3, 5], weights=True)
    mha("mha_padded_to_a_single_key", 13, 3, 5, 16, 2, lengths=[5, 1, 4], weights=True)
    mha("mha_padded_memory", 14, 2, 4, 16, 2, memory=(8, 12), lengths=[8, 5])
    mha("mha_additive_mask", 15, 2, 6, 16, 2, mask=additive(6, 6))
    mha("mha_additive_mask_per_head", 16, 2, 5, 16, 2, mask=additive_with_minus_infinity(2, 2, 5, 5), weights=True)
    mha("mha_additive_mask_causal", 17, 2, 7, 16, 4, mask=additive(7, 7), causal=True)
    mha("mha_boolean_mask", 18, 2, 6, 16, 2, mask=boolean(6, 6), weights=True)
    mha("mha_boolean_mask_per_batch", 19, 3, 4, 16, 2, memory=(7, 16), mask=boolean(3, 1, 4, 7))
    mha("mha_boolean_mask_per_head", 20, 2, 5, 16, 4, mask=boolean(1, 4, 5, 5), weights=True)
    mha("mha_boolean_mask_padded", 21, 2, 4, 12, 3, mask=lambda: np.tri(4, dtype=bool), lengths=[4, 2], weights=True)
    mha("mha_length_one", 22, 2, 1, 16, 4, weights=True)
    mha("mha_query_of_one", 23, 2, 1, 16, 2, memory=(11, 16), weights=True)
    mha("mha_memory_of_one", 24, 2, 5, 16, 2, memory=(1, 16), weights=True)
    mha("mha_length_33", 25, 1, 33, 32, 4, causal=True)
    mha("mha_memory_of_65", 26, 1, 17, 32, 2, memory=(65, 24), weights=True)
    mha("mha_head_size_40", 27, 1, 9, 80, 2, weight_std=0.11)
    mha("mha_head_size_59", 28, 2, 7, 118, 2, weight_std=0.09, causal=True)
    mha("mha_integers", 29, 2, 5, 8, 2, integers=True, weights=True)


def published_sizes():
    mha("mha_512_8_transformer_base", 30, 1, 48, 512, 8, weight_std=0.044, seeded_x=True)
    mha("mha_768_12_bert_base", 31, 2, 24, 768, 12, weight_std=0.036, seeded_x=True, lengths=[24, 15])
    mha("mha_768_12_gpt2", 32, 1, 33, 768, 12, weight_std=0.036, seeded_x=True, causal=True)
    mha("mha_1024_16", 33, 1, 32, 1024, 16, weight_std=0.031, seeded_x=True, causal=True)
    mha("mha_4096_32_llama2_7b", 34, 1, 12, 4096, 32, weight_std=0.0156, seeded_x=True, causal=True, bias=False)
    mha("mha_512_heads_of_one", 35, 1, 17, 512, 512, weight_std=0.044, seeded_x=True)
    mha("mha_one_head_of_512", 36, 1, 17, 512, 1, weight_std=0.044, seeded_x=True, weights=True)
    mha("mha_seeded_length_one", 37, 1, 1, 16, 2, weight_std=0.25, seeded_x=True)


def make():
    hand_worked_example()
    small_cases()
    published_sizes()
