"""Llama and what differs from it in details: Mistral, Qwen2, Qwen3. Names are those of Hugging Face's files."""

import torch
import torch.nn.functional as F

import parts

# Mistral windows every layer; the files of Qwen2 hold a window that is off.
WINDOWED = ("mistral",)


def head_size(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def names(config):
    """Name and shape of every tensor."""
    width, hidden, size = config["hidden_size"], config["intermediate_size"], head_size(config)
    queries, keys = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    kind, out = config["model_type"], {"model.embed_tokens.weight": (config["vocab_size"], width)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        out[prefix + "input_layernorm.weight"] = (width,)
        for name, rows in (("q", queries), ("k", keys), ("v", keys)):
            out[f"{prefix}self_attn.{name}_proj.weight"] = (rows, width)
            if kind == "qwen2":
                out[f"{prefix}self_attn.{name}_proj.bias"] = (rows,)
        if kind == "qwen3":
            out[prefix + "self_attn.q_norm.weight"] = out[prefix + "self_attn.k_norm.weight"] = (size,)
        out[prefix + "self_attn.o_proj.weight"] = (width, queries)
        out[prefix + "post_attention_layernorm.weight"] = (width,)
        out[prefix + "mlp.gate_proj.weight"] = out[prefix + "mlp.up_proj.weight"] = (hidden, width)
        out[prefix + "mlp.down_proj.weight"] = (width, hidden)
    out["model.norm.weight"] = (width,)
    if not config["tie_word_embeddings"]:
        out["lm_head.weight"] = (config["vocab_size"], width)
    return out


def queries_keys_values(x, w, prefix, config, cos, sin):
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    q = parts.split(parts.linear(x, w, prefix + "q_proj"), heads)
    k, v = (parts.split(parts.linear(x, w, f"{prefix}{name}_proj"), kv_heads) for name in "kv")
    if prefix + "q_norm.weight" in w:
        q = parts.rms_norm(q, w[prefix + "q_norm.weight"], config["rms_norm_eps"])
        k = parts.rms_norm(k, w[prefix + "k_norm.weight"], config["rms_norm_eps"])
    return parts.rotate_half(q, cos, sin), parts.rotate_half(k, cos, sin), v


def feed_forward(x, w, prefix):
    gated = F.silu(parts.linear(x, w, prefix + "gate_proj")) * parts.linear(x, w, prefix + "up_proj")
    return parts.linear(gated, w, prefix + "down_proj")


def logits(config, w, tokens, seen=None):
    """[B,S,V]. seen: a list that gets the attention weights [B,H,S,S] of each layer."""
    length, size, epsilon = tokens.shape[1], head_size(config), config["rms_norm_eps"]
    x = F.embedding(tokens, w["model.embed_tokens.weight"])
    frequency = parts.frequencies(config["rope_theta"], size, config.get("rope_scaling"))
    cos, sin = parts.angles(frequency, length, x.dtype)
    window = config["sliding_window"] if config["model_type"] in WINDOWED else None
    bias = parts.causal_bias(length, window, x.dtype)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        normed = parts.rms_norm(x, w[prefix + "input_layernorm.weight"], epsilon)
        q, k, v = queries_keys_values(normed, w, prefix + "self_attn.", config, cos, sin)
        if seen is not None:
            seen.append(parts.attention_weights(q, k, size**-0.5, bias))
        x = x + parts.linear(parts.attend(q, k, v, size**-0.5, bias), w, prefix + "self_attn.o_proj")
        normed = parts.rms_norm(x, w[prefix + "post_attention_layernorm.weight"], epsilon)
        x = x + feed_forward(normed, w, prefix + "mlp.")
    x = parts.rms_norm(x, w["model.norm.weight"], epsilon)
    return F.linear(x, w.get("lm_head.weight", w["model.embed_tokens.weight"]))
