"""The same models a second time, in NumPy by scripts/formulas.py: latent attention in the absorbed form, shared heads
grouped instead of copied, rotations of neighbours in place. Weights are NumPy arrays in float64."""

import numpy as np

import deepseek
import formulas
import gemma
import llama


def renamed(w, prefix, names):
    """w[prefix + theirs.weight] as w_ours or ours_norm, and its bias as b_ours."""
    out = {}
    for ours, theirs in names.items():
        for kind, part in (("w_", ".weight"), ("b_", ".bias")):
            if prefix + theirs + part in w:
                out[kind + ours] = w[prefix + theirs + part]
    return out


def projections(names="qkvo"):
    return {name: name + "_proj" for name in names}


def scaling(config):
    given = config.get("rope_scaling")
    return {**given, "type": given.get("rope_type", given.get("type"))} if given else {"type": "none"}


def gated(x, w, prefix, activation):
    inputs = renamed(w, prefix, {name: name + "_proj" for name in ("gate", "up", "down")})
    hidden = formulas.activate(formulas.linear(x, inputs, "gate"), activation) * formulas.linear(x, inputs, "up")
    return formulas.linear(hidden, inputs, "down")


def llama_logits(config, w, tokens):
    epsilon = config["rms_norm_eps"]
    x = w["model.embed_tokens.weight"][tokens]
    options = {"num_heads": config["num_attention_heads"], "causal": True, "norm_eps": epsilon}
    options["num_kv_heads"] = config["num_key_value_heads"]
    options["rope"] = {"style": "half", "theta": config["rope_theta"], "scaling": scaling(config)}
    if config["model_type"] in llama.WINDOWED:
        options["left_window"] = config["sliding_window"] - 1
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        inputs = renamed(w, prefix + "self_attn.", projections())
        for name in ("q_norm", "k_norm"):
            if f"{prefix}self_attn.{name}.weight" in w:
                inputs[name] = w[f"{prefix}self_attn.{name}.weight"]
        inputs["x"] = formulas.rms_norm(x, w[prefix + "input_layernorm.weight"], epsilon)
        x = x + formulas.multi_head_attention(inputs, options)["y"]
        normed = formulas.rms_norm(x, w[prefix + "post_attention_layernorm.weight"], epsilon)
        x = x + gated(normed, w, prefix + "mlp.", "silu")
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return formulas.rms_norm(x, w["model.norm.weight"], epsilon) @ head.T


def gemma_logits(config, w, tokens):
    def norm(x, name):
        return formulas.rms_norm(x, 1 + w[name + ".weight"], config["rms_norm_eps"])

    x = w["model.embed_tokens.weight"][tokens] * np.sqrt(config["hidden_size"])
    for layer in range(config["num_hidden_layers"]):
        prefix, sliding = f"model.layers.{layer}.", gemma.is_sliding(config, layer)
        options = {"num_heads": config["num_attention_heads"], "num_kv_heads": config["num_key_value_heads"]}
        options.update(causal=True, scale=config["query_pre_attn_scalar"] ** -0.5, norm_eps=config["rms_norm_eps"])
        options["softcap"] = config["attn_logit_softcapping"] or 0
        options["rope"] = {"style": "half", "theta": config["rope_theta"], "scaling": scaling(config)}
        if sliding:
            options["left_window"] = config["sliding_window"] - 1
        if sliding and "rope_local_base_freq" in config:
            options["rope"] = {"style": "half", "theta": config["rope_local_base_freq"]}
        inputs = renamed(w, prefix + "self_attn.", projections())
        for name in ("q_norm", "k_norm"):
            if f"{prefix}self_attn.{name}.weight" in w:
                inputs[name] = 1 + w[f"{prefix}self_attn.{name}.weight"]
        inputs["x"] = norm(x, prefix + "input_layernorm")
        x = x + norm(formulas.multi_head_attention(inputs, options)["y"], prefix + "post_attention_layernorm")
        y = gated(norm(x, prefix + "pre_feedforward_layernorm"), w, prefix + "mlp.", "gelu_tanh")
        x = x + norm(y, prefix + "post_feedforward_layernorm")
    out, cap = norm(x, "model.norm") @ w["model.embed_tokens.weight"].T, config["final_logit_softcapping"]
    return cap * np.tanh(out / cap) if cap else out


def gpt2_logits(config, w, tokens):
    w = {name.replace("transformer.", ""): value for name, value in w.items()}
    options = {"norm": "layer", "norm_position": "pre", "activation": "gelu_tanh"}
    options["norm_eps"] = config["layer_norm_epsilon"]
    options["attention"] = {"num_heads": config["n_head"], "causal": True}
    x = w["wte.weight"][tokens] + w["wpe.weight"][: tokens.shape[1]]
    for layer in range(config["n_layer"]):
        turned = {name: value.T for name, value in w.items() if name.startswith(f"h.{layer}.") and value.ndim <= 2}
        inputs = renamed(turned, f"h.{layer}.", {"o": "attn.c_proj", "up": "mlp.c_fc", "down": "mlp.c_proj"})
        for kind, part in (("w_", "weight"), ("b_", "bias")):
            for name, value in zip("qkv", np.split(turned[f"h.{layer}.attn.c_attn.{part}"], 3)):
                inputs[kind + name] = value
        for which in "12":
            for part in ("weight", "bias"):
                inputs[f"norm{which}_{part}"] = w[f"h.{layer}.ln_{which}.{part}"]
        x = formulas.transformer_block({**inputs, "x": x}, options)["y"]
    return formulas.layer_norm(x, w["ln_f.weight"], w["ln_f.bias"], config["layer_norm_epsilon"]) @ w["wte.weight"].T


def bert_hidden(config, w, tokens, token_types, lengths):
    w, epsilon = {name.replace("bert.", ""): value for name, value in w.items()}, config["layer_norm_eps"]
    options = {"norm": "layer", "norm_position": "post", "activation": "gelu", "norm_eps": epsilon}
    options["attention"] = {"num_heads": config["num_attention_heads"]}
    words, positions, types = (w[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type"))
    x = words[tokens] + types[token_types] + positions[: tokens.shape[1]]
    x = formulas.layer_norm(x, w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"], epsilon)
    names = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
    names.update(o="attention.output.dense", up="intermediate.dense", down="output.dense")
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}."
        inputs = {**renamed(w, prefix, names), "nonpad_kv_seqlen": lengths, "x": x}
        for which, theirs in (("norm1", "attention.output"), ("norm2", "output")):
            for part in ("weight", "bias"):
                inputs[f"{which}_{part}"] = w[f"{prefix}{theirs}.LayerNorm.{part}"]
        x = formulas.transformer_block(inputs, options)["y"]
    return x


def bert_head(config, w, x):
    inputs = renamed(w, "cls.predictions.", {"t": "transform.dense"})
    x = formulas.activate(formulas.linear(x, inputs, "t"), "gelu")
    weight, bias = (w[f"cls.predictions.transform.LayerNorm.{part}"] for part in ("weight", "bias"))
    x = formulas.layer_norm(x, weight, bias, config["layer_norm_eps"])
    return x @ w["bert.embeddings.word_embeddings.weight"].T + w["cls.predictions.bias"]


def deepseek_logits(config, w, tokens):
    epsilon = config["rms_norm_eps"]
    options = {key: config[key] for key in ("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "kv_lora_rank")}
    options.update(num_heads=config["num_attention_heads"], causal=True, scale=deepseek.softmax_scale(config))
    options["rope"] = {"style": "interleaved", "theta": config["rope_theta"], "scaling": scaling(config)}
    if config["rope_scaling"]:
        options["rope"]["scaling"]["attention_factor"] = deepseek.amplitude(config)
    names = {"q": "q_proj", "q_a": "q_a_proj", "q_b": "q_b_proj", "kv_a": "kv_a_proj_with_mqa", "kv_b": "kv_b_proj"}
    x = w["model.embed_tokens.weight"][tokens]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        inputs = renamed(w, prefix + "self_attn.", {**names, "o": "o_proj"})
        for ours, theirs in (("q_a_norm", "q_a_layernorm"), ("kv_a_norm", "kv_a_layernorm")):
            if f"{prefix}self_attn.{theirs}.weight" in w:
                inputs[ours] = w[f"{prefix}self_attn.{theirs}.weight"]
        inputs["x"] = formulas.rms_norm(x, w[prefix + "input_layernorm.weight"], epsilon)
        x = x + formulas.latent_attention(inputs, options)["y"]
        normed = formulas.rms_norm(x, w[prefix + "post_attention_layernorm.weight"], epsilon)
        x = x + gated(normed, w, prefix + "mlp.", "silu")
    return formulas.rms_norm(x, w["model.norm.weight"], epsilon) @ w["lm_head.weight"].T
