"""Gemma 2 and the text models of Gemma 3. Names are those of Hugging Face's files; norms multiply by 1 + weight."""

import torch
import torch.nn.functional as F

import parts

# A layer's norms, of its input and output: of attention, then of the feed-forward network.
NORMS = ("input", "post_attention", "pre_feedforward", "post_feedforward")


def names(config):
    """Name and shape of every tensor."""
    width, hidden, size = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    queries, keys = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    out = {"model.embed_tokens.weight": (config["vocab_size"], width), "model.norm.weight": (width,)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for norm in NORMS:
            out[f"{prefix}{norm}_layernorm.weight"] = (width,)
        for name, rows in (("q", queries), ("k", keys), ("v", keys)):
            out[f"{prefix}self_attn.{name}_proj.weight"] = (rows, width)
        if config["model_type"] == "gemma3_text":
            out[prefix + "self_attn.q_norm.weight"] = out[prefix + "self_attn.k_norm.weight"] = (size,)
        out[prefix + "self_attn.o_proj.weight"] = (width, queries)
        out[prefix + "mlp.gate_proj.weight"] = out[prefix + "mlp.up_proj.weight"] = (hidden, width)
        out[prefix + "mlp.down_proj.weight"] = (width, hidden)
    return out


def is_sliding(config, layer):
    """Gemma 2 windows layers 0, 2, 4 and so on; Gemma 3 all but every sixth, or whatever the pattern's length is."""
    return (layer + 1) % config.get("sliding_window_pattern", 2) != 0


def rotation(config, sliding):
    """Base and scaling: a layer of Gemma 3 with a window has its own base and no scaling."""
    if config["model_type"] == "gemma3_text" and sliding:
        return config["rope_local_base_freq"], None
    return config["rope_theta"], config.get("rope_scaling")


def norm(x, w, name, config):
    return parts.rms_norm(x, 1 + w[name + ".weight"], config["rms_norm_eps"])


def attention(x, w, prefix, config, sliding):
    length, size = x.shape[1], config["head_dim"]
    q = parts.split(parts.linear(x, w, prefix + "q_proj"), config["num_attention_heads"])
    k, v = (parts.split(parts.linear(x, w, f"{prefix}{name}_proj"), config["num_key_value_heads"]) for name in "kv")
    if config["model_type"] == "gemma3_text":
        q, k = norm(q, w, prefix + "q_norm", config), norm(k, w, prefix + "k_norm", config)
    theta, scaling = rotation(config, sliding)
    cos, sin = parts.angles(parts.frequencies(theta, size, scaling), length, x.dtype)
    q, k = parts.rotate_half(q, cos, sin), parts.rotate_half(k, cos, sin)
    bias = parts.causal_bias(length, config["sliding_window"] if sliding else None, x.dtype)
    scale = config["query_pre_attn_scalar"] ** -0.5
    return parts.linear(parts.attend(q, k, v, scale, bias, config["attn_logit_softcapping"]), w, prefix + "o_proj")


def feed_forward(x, w, prefix):
    gate = F.gelu(parts.linear(x, w, prefix + "gate_proj"), approximate="tanh")
    return parts.linear(gate * parts.linear(x, w, prefix + "up_proj"), w, prefix + "down_proj")


def logits(config, w, tokens):
    """[B,S,V]"""
    x = F.embedding(tokens, w["model.embed_tokens.weight"]) * config["hidden_size"] ** 0.5
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        before_attention, after_attention, before, after = (f"{prefix}{which}_layernorm" for which in NORMS)
        normed = norm(x, w, before_attention, config)
        y = attention(normed, w, prefix + "self_attn.", config, is_sliding(config, layer))
        x = x + norm(y, w, after_attention, config)
        y = feed_forward(norm(x, w, before, config), w, prefix + "mlp.")
        x = x + norm(y, w, after, config)
    out = F.linear(norm(x, w, "model.norm", config), w["model.embed_tokens.weight"])
    cap = config["final_logit_softcapping"]
    return cap * torch.tanh(out / cap) if cap else out
