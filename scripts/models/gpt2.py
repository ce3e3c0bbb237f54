"""GPT-2. Names are those of Hugging Face's files; its matrices are [in, out]."""

import torch.nn.functional as F

import parts

PREFIX = "transformer."


def names(config):
    """Name and shape of every tensor."""
    width = config["n_embd"]
    out = {PREFIX + "wte.weight": (config["vocab_size"], width), PREFIX + "wpe.weight": (config["n_positions"], width)}
    for layer in range(config["n_layer"]):
        prefix = f"{PREFIX}h.{layer}."
        for name in ("ln_1", "ln_2"):
            out[f"{prefix}{name}.weight"] = out[f"{prefix}{name}.bias"] = (width,)
        for name, rows, columns in (
            ("attn.c_attn", width, 3 * width),
            ("attn.c_proj", width, width),
            ("mlp.c_fc", width, 4 * width),
            ("mlp.c_proj", 4 * width, width),
        ):
            out[f"{prefix}{name}.weight"], out[f"{prefix}{name}.bias"] = (rows, columns), (columns,)
    out[PREFIX + "ln_f.weight"] = out[PREFIX + "ln_f.bias"] = (width,)
    return out


def conv1d(x, w, name):
    return x @ w[name + ".weight"] + w[name + ".bias"]


def norm(x, w, name, config):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], config["layer_norm_epsilon"])


def logits(config, w, tokens):
    """[B,S,V]"""
    length, heads = tokens.shape[1], config["n_head"]
    x = F.embedding(tokens, w[PREFIX + "wte.weight"]) + w[PREFIX + "wpe.weight"][:length]
    bias = parts.causal_bias(length, None, x.dtype)
    for layer in range(config["n_layer"]):
        prefix = f"{PREFIX}h.{layer}."
        joint = conv1d(norm(x, w, prefix + "ln_1", config), w, prefix + "attn.c_attn")
        q, k, v = (parts.split(part, heads) for part in joint.chunk(3, -1))
        x = x + conv1d(parts.attend(q, k, v, q.shape[-1] ** -0.5, bias), w, prefix + "attn.c_proj")
        hidden = conv1d(norm(x, w, prefix + "ln_2", config), w, prefix + "mlp.c_fc")
        x = x + conv1d(F.gelu(hidden, approximate="tanh"), w, prefix + "mlp.c_proj")
    return F.linear(norm(x, w, PREFIX + "ln_f", config), w[PREFIX + "wte.weight"])
