"""DeepSeek-V2 without experts: latent attention in its plain form. Names are those of Hugging Face's files."""

import math

import torch
import torch.nn.functional as F

import llama
import parts

# The norms of the compressed queries and keys do not read rms_norm_eps.
LATENT_EPSILON = 1e-6


def names(config):
    """Name and shape of every tensor."""
    width, hidden, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    dn, dr, dv = config["qk_nope_head_dim"], config["qk_rope_head_dim"], config["v_head_dim"]
    rank, query_rank = config["kv_lora_rank"], config["q_lora_rank"]
    out = {"model.embed_tokens.weight": (config["vocab_size"], width)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        out[prefix + "input_layernorm.weight"] = out[prefix + "post_attention_layernorm.weight"] = (width,)
        prefix += "self_attn."
        if query_rank:
            out[prefix + "q_a_proj.weight"] = (query_rank, width)
            out[prefix + "q_a_layernorm.weight"] = (query_rank,)
            out[prefix + "q_b_proj.weight"] = (heads * (dn + dr), query_rank)
        else:
            out[prefix + "q_proj.weight"] = (heads * (dn + dr), width)
        out[prefix + "kv_a_proj_with_mqa.weight"] = (rank + dr, width)
        out[prefix + "kv_a_layernorm.weight"] = (rank,)
        out[prefix + "kv_b_proj.weight"] = (heads * (dn + dv), rank)
        out[prefix + "o_proj.weight"] = (width, heads * dv)
        prefix = f"model.layers.{layer}.mlp."
        out[prefix + "gate_proj.weight"] = out[prefix + "up_proj.weight"] = (hidden, width)
        out[prefix + "down_proj.weight"] = (width, hidden)
    out["model.norm.weight"] = (width,)
    out["lm_head.weight"] = (config["vocab_size"], width)
    return out


def mscale(factor, weight):
    return 0.1 * weight * math.log(factor) + 1.0 if factor > 1 else 1.0


def yarn(config):
    """Radians per position of each pair."""
    scaling, theta, dim = config["rope_scaling"], config["rope_theta"], config["qk_rope_head_dim"]
    factor, context = scaling["factor"], scaling["original_max_position_embeddings"]

    def pair_that_turns(times):
        return dim * math.log(context / (times * 2 * math.pi)) / (2 * math.log(theta))

    low = max(math.floor(pair_that_turns(scaling["beta_fast"])), 0)
    high = min(math.ceil(pair_that_turns(scaling["beta_slow"])), dim - 1)
    ramp = ((torch.arange(dim // 2, dtype=torch.float64) - low) / max(high - low, 0.001)).clamp(0, 1)
    plain = parts.plain_frequencies(theta, dim)
    return plain / factor * ramp + plain * (1 - ramp)


def amplitude(config):
    """What cosines and sines are multiplied by."""
    scaling = config["rope_scaling"]
    return mscale(scaling["factor"], scaling["mscale"]) / mscale(scaling["factor"], scaling["mscale_all_dim"])


def softmax_scale(config):
    scaling, size = config["rope_scaling"], config["qk_nope_head_dim"] + config["qk_rope_head_dim"]
    return size**-0.5 * (mscale(scaling["factor"], scaling["mscale_all_dim"]) ** 2 if scaling else 1.0)


def rotate(x, cos, sin):
    """Pairs are neighbours; as in DeepSeek's code they come out as halves, in queries and keys alike."""
    return parts.rotate_half(torch.cat([x[..., 0::2], x[..., 1::2]], -1), cos, sin)


def attention(x, w, prefix, config, cos, sin, bias):
    batch, length, _ = x.shape
    heads, rank, dn = config["num_attention_heads"], config["kv_lora_rank"], config["qk_nope_head_dim"]
    if config["q_lora_rank"]:
        compressed = parts.linear(x, w, prefix + "q_a_proj")
        compressed = parts.rms_norm(compressed, w[prefix + "q_a_layernorm.weight"], LATENT_EPSILON)
        q = parts.linear(compressed, w, prefix + "q_b_proj")
    else:
        q = parts.linear(x, w, prefix + "q_proj")
    q = parts.split(q, heads)
    joint = parts.linear(x, w, prefix + "kv_a_proj_with_mqa")
    latent = parts.rms_norm(joint[..., :rank], w[prefix + "kv_a_layernorm.weight"], LATENT_EPSILON)
    kv = parts.split(parts.linear(latent, w, prefix + "kv_b_proj"), heads)
    rope_key = rotate(joint[:, None, :, rank:], cos, sin).expand(batch, heads, length, -1)
    q = torch.cat([q[..., :dn], rotate(q[..., dn:], cos, sin)], -1)
    k = torch.cat([kv[..., :dn], rope_key], -1)
    return parts.linear(parts.attend(q, k, kv[..., dn:], softmax_scale(config), bias), w, prefix + "o_proj")


def logits(config, w, tokens):
    """[B,S,V]"""
    length, epsilon, scaled = tokens.shape[1], config["rms_norm_eps"], config["rope_scaling"]
    x = F.embedding(tokens, w["model.embed_tokens.weight"])
    frequency = yarn(config) if scaled else parts.plain_frequencies(config["rope_theta"], config["qk_rope_head_dim"])
    cos, sin = (part * (amplitude(config) if scaled else 1.0) for part in parts.angles(frequency, length, x.dtype))
    bias = parts.causal_bias(length, None, x.dtype)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        normed = parts.rms_norm(x, w[prefix + "input_layernorm.weight"], epsilon)
        x = x + attention(normed, w, prefix + "self_attn.", config, cos, sin, bias)
        normed = parts.rms_norm(x, w[prefix + "post_attention_layernorm.weight"], epsilon)
        x = x + llama.feed_forward(normed, w, prefix + "mlp.")
    return F.linear(parts.rms_norm(x, w["model.norm.weight"], epsilon), w["lm_head.weight"])
