"""Cases that PyTorch's modules answer although they lack the feature, and encoder layers.

nn.MultiheadAttention has neither shared heads nor a cache. Shared heads are copies: the rows of W_K and W_V are
repeated for every query head of a group. A cache changes nothing: PyTorch runs over the whole sequence in one pass, and
a case asks for the last tokens, given the keys and values of the others.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import case_maker
import random_inputs as r

SOURCE = f"PyTorch {torch.__version__} %s in float64"


def double(x):
    return torch.from_numpy(x).double() if x.dtype == np.float32 else torch.from_numpy(x)


def repeated(t, key, heads, kv_heads):
    """w_k, w_v, b_k, b_v with one copy of a key-value head for each of its query heads."""
    return t[key].unflatten(0, (kv_heads, -1)).repeat_interleave(heads // kv_heads, 0).flatten(0, 1)


def ask_torch(inputs, attributes):
    """y and weights of nn.MultiheadAttention, causal from the first token on."""
    t = {key: double(value) for key, value in inputs.items()}
    heads = attributes["num_heads"]
    kv_heads = attributes.get("num_kv_heads", heads)
    x, memory = t["x"], t.get("memory", t["x"])
    length, keys, width = x.shape[1], memory.shape[1], x.shape[2]
    layer = nn.MultiheadAttention(
        width, heads, bias="b_q" in t, kdim=memory.shape[2], vdim=memory.shape[2], batch_first=True, dtype=torch.float64
    )
    with torch.no_grad():
        w_k, w_v = repeated(t, "w_k", heads, kv_heads), repeated(t, "w_v", heads, kv_heads)
        if memory.shape[2] == width:
            layer.in_proj_weight.copy_(torch.cat([t["w_q"], w_k, w_v]))
        else:
            layer.q_proj_weight.copy_(t["w_q"])
            layer.k_proj_weight.copy_(w_k)
            layer.v_proj_weight.copy_(w_v)
        layer.out_proj.weight.copy_(t["w_o"])
        if "b_q" in t:
            b_k, b_v = repeated(t, "b_k", heads, kv_heads), repeated(t, "b_v", heads, kv_heads)
            layer.in_proj_bias.copy_(torch.cat([t["b_q"], b_k, b_v]))
            layer.out_proj.bias.copy_(t["b_o"])
        ignore = torch.zeros(length, keys, dtype=torch.bool)
        if attributes.get("causal"):
            ignore = ~torch.ones(length, keys, dtype=torch.bool).tril()
        if "attn_mask" in t:  # [B,1,S,T], true = attend; one copy per head for PyTorch
            ignore = (ignore | ~t["attn_mask"]).expand(-1, heads, -1, -1).flatten(0, 1)
        padding = None
        if "nonpad_kv_seqlen" in t:
            padding = torch.arange(keys)[None, :] >= t["nonpad_kv_seqlen"][:, None]
        y, weights = layer(
            x, memory, memory, attn_mask=ignore, key_padding_mask=padding, need_weights=True, average_attn_weights=False
        )
    return {"y": y.numpy(), "weights": weights.numpy()}


def shared(name, seed, batch, length, width, heads, kv_heads, bias=True, memory=None, causal=False, lengths=None):
    rng = np.random.default_rng(seed)
    inputs = r.layer(rng, batch, length, width, heads, kv_heads, width // heads, bias=bias, memory=memory)
    if lengths:
        inputs["nonpad_kv_seqlen"] = np.array(lengths, np.int64)
    attributes = {"num_heads": heads, "num_kv_heads": kv_heads}
    if causal:
        attributes["causal"] = True
    answers = ask_torch(inputs, attributes)
    source = SOURCE % "nn.MultiheadAttention with repeated heads"
    case_maker.case(
        "multi_head_attention", name, seed, inputs, attributes, ("y", "weights"), 64, answers=answers, source=source
    )


def cached(name, seed, batch, width, heads, kv_heads, past, fresh, bias=False, masked=False):
    """The last `fresh` tokens of past + fresh; past 0 fills an empty cache."""
    rng = np.random.default_rng(seed)
    size, tokens = width // heads, past + fresh
    whole = r.layer(rng, batch, tokens, width, heads, kv_heads, size, bias=bias)
    attributes = {"num_heads": heads, "num_kv_heads": kv_heads, "causal": True}
    if masked:
        whole["attn_mask"] = r.booleans(rng, batch, 1, tokens, tokens)
    full = ask_torch(whole, attributes)
    answers = {"y": full["y"][:, past:], "weights": full["weights"][:, :, past:]}
    inputs = {**whole, "x": whole["x"][:, past:]}
    for key in "kv":
        longer = {"k": "key", "v": "value"}[key]
        bias_of = double(whole["b_" + key]) if bias else None
        present = F.linear(double(whole["x"]), double(whole["w_" + key]), bias_of)
        present = present.unflatten(2, (kv_heads, size)).transpose(1, 2).numpy()
        answers["present_" + longer] = present
        if past:
            inputs["past_" + longer] = present[:, :, :past].astype(np.float32)
    if masked:
        inputs["attn_mask"] = whole["attn_mask"][:, :, past:]
    source = SOURCE % "nn.MultiheadAttention over the whole sequence"
    case_maker.case(
        "multi_head_attention", name, seed, inputs, attributes, tuple(answers), 64, answers=answers, source=source
    )


def encoder(name, seed, batch, length, width, heads, hidden, pre, activation, causal=False, lengths=None):
    """nn.TransformerEncoderLayer, which has biases everywhere and layer normalization."""
    rng = np.random.default_rng(seed)
    inputs = r.layer(rng, batch, length, width, heads, heads, width // heads, bias=True)
    inputs.update(r.feed_forward(rng, width, hidden, gated=False, bias=True, rms=False))
    padding = None
    if lengths:
        inputs["nonpad_kv_seqlen"] = np.array(lengths, np.int64)
        padding = torch.arange(length)[None, :] >= torch.tensor(lengths)[:, None]
    t = {key: double(value) for key, value in inputs.items()}
    module = nn.TransformerEncoderLayer(
        width, heads, hidden, 0.0, activation, batch_first=True, norm_first=pre, dtype=torch.float64
    )
    state = {
        "self_attn.in_proj_weight": torch.cat([t["w_q"], t["w_k"], t["w_v"]]),
        "self_attn.in_proj_bias": torch.cat([t["b_q"], t["b_k"], t["b_v"]]),
        "self_attn.out_proj.weight": t["w_o"],
        "self_attn.out_proj.bias": t["b_o"],
        "linear1.weight": t["w_up"],
        "linear1.bias": t["b_up"],
        "linear2.weight": t["w_down"],
        "linear2.bias": t["b_down"],
    }
    for which in ("norm1", "norm2"):
        state[which + ".weight"], state[which + ".bias"] = t[which + "_weight"], t[which + "_bias"]
    module.load_state_dict(state)
    mask = torch.full((length, length), -math.inf, dtype=torch.float64).triu(1) if causal else None
    with torch.no_grad():
        y = module(t["x"], src_mask=mask, src_key_padding_mask=padding).numpy()
    attention = {"num_heads": heads, "causal": causal}
    attributes = {
        "norm": "layer",
        "norm_position": "pre" if pre else "post",
        "norm_eps": 1e-5,
        "activation": activation,
        "attention": attention,
    }
    source = SOURCE % "nn.TransformerEncoderLayer"
    case_maker.case(
        "transformer_block", name, seed, inputs, attributes, ("y",), hidden, answers={"y": y}, source=source
    )


def make():
    shared("mha_grouped", 101, 2, 7, 24, 6, 2)
    shared("mha_grouped_causal", 102, 2, 9, 30, 6, 3, bias=False, causal=True)
    shared("mha_grouped_padded", 103, 3, 6, 20, 4, 2, lengths=[6, 1, 4])
    shared("mha_multi_query", 104, 2, 5, 21, 7, 1)
    shared("mha_multi_query_causal", 105, 1, 11, 24, 4, 1, causal=True)
    shared("mha_cross_grouped", 106, 2, 5, 24, 4, 2, memory=(9, 13))
    shared("mha_cross_grouped_padded", 107, 3, 4, 18, 6, 3, memory=(7, 18), lengths=[7, 2, 5])
    shared("mha_cross_multi_query", 108, 1, 3, 25, 5, 1, bias=False, memory=(17, 11))

    cached("mha_cache_fill", 111, 2, 24, 4, 4, 0, 7, bias=True)
    cached("mha_cache_step", 112, 2, 24, 4, 4, 7, 1, bias=True)
    cached("mha_cache_steps", 113, 2, 20, 4, 4, 5, 3)
    cached("mha_cache_grouped_fill", 114, 1, 30, 6, 2, 0, 9)
    cached("mha_cache_grouped_step", 115, 3, 30, 6, 2, 13, 1)
    cached("mha_cache_grouped_steps", 116, 2, 24, 6, 3, 17, 5, bias=True)
    cached("mha_cache_multi_query_step", 117, 2, 21, 7, 1, 33, 1)
    cached("mha_cache_boolean_mask", 118, 2, 20, 4, 2, 6, 3, masked=True)

    encoder("block_post_relu", 121, 2, 7, 18, 3, 31, pre=False, activation="relu")
    encoder("block_post_gelu", 122, 2, 5, 16, 4, 33, pre=False, activation="gelu")
    encoder("block_pre_relu", 123, 1, 9, 14, 2, 35, pre=True, activation="relu")
    encoder("block_pre_gelu", 124, 2, 6, 20, 4, 29, pre=True, activation="gelu")
    encoder("block_post_gelu_padded", 125, 3, 6, 18, 3, 29, pre=False, activation="gelu", lengths=[6, 2, 5])
    encoder("block_post_relu_causal", 126, 2, 8, 15, 5, 31, pre=False, activation="relu", causal=True)
    encoder("block_pre_gelu_causal", 127, 2, 8, 18, 3, 29, pre=True, activation="gelu", causal=True)
    lengths = [7, 3, 5]
    encoder("block_pre_relu_causal_padded", 128, 3, 7, 16, 4, 27, True, "relu", causal=True, lengths=lengths)
