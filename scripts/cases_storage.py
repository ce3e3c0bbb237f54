"""Cases in F16 and BF16: inputs and weights are of that type, answers come from their exact values."""

import numpy as np

import case_maker
import cases_latent
import cases_operators as ops
import golden_case
import random_inputs as r


def narrow(inputs, dtype, keep=()):
    """Floating-point inputs in dtype, except those that stay float32."""
    return {
        key: golden_case.rounded(x, dtype) if x.dtype == np.float32 and key not in keep else x
        for key, x in inputs.items()
    }


def attention(dtype, seed):
    def case(name, number, inputs, wanted=("Y",), **attributes):
        inputs = narrow(inputs, dtype, keep=("sinks", "attn_mask"))
        name = f"attention_{name}_{dtype.lower()}"
        case_maker.case16("attention", name, number, dtype, inputs, attributes, wanted)

    case("plain", seed, r.qkv(np.random.default_rng(seed), 2, 3, 3, 7, 9, 8))
    case("causal_grouped", seed + 1, r.qkv(np.random.default_rng(seed + 1), 2, 6, 2, 11, 11, 10), is_causal=1)
    g = np.random.default_rng(seed + 2)
    inputs = {**r.qkv(g, 2, 4, 2, 9, 9, 6), "sinks": r.normal(g, 4), "attn_mask": r.booleans(g, 2, 1, 9, 9)}
    case("sinks_softcap_window", seed + 2, inputs, softcap=2.0, is_causal=1, left_window_size=4)
    g = np.random.default_rng(seed + 3)
    inputs = {**r.qkv(g, 2, 4, 2, 1, 1, 8, 5), **r.past(g, 2, 2, 17, 8, 5)}
    case("past_value_size", seed + 3, inputs, ("Y", "present_key", "present_value"), is_causal=1)
    g = np.random.default_rng(seed + 4)
    case("additive", seed + 4, {**r.qkv(g, 2, 2, 1, 5, 9, 7), "attn_mask": r.additive(g, 2, 5, 9)})


def layers(dtype, seed):
    def case(op, name, number, inputs, attributes, wanted=("y",)):
        name = f"{name}_{dtype.lower()}"
        case_maker.case16(op, name, number, dtype, narrow(inputs, dtype), attributes, wanted)

    present = ("y", "present_key", "present_value")
    g = np.random.default_rng(seed)
    case("multi_head_attention", "mha_self", seed, r.layer(g, 2, 7, 21, 3, 3, 7, bias=True), {"num_heads": 3})
    g = np.random.default_rng(seed + 1)
    rope = {"style": "half"}
    llama = {"num_heads": 4, "num_kv_heads": 2, "causal": True, "rope": rope}
    case("multi_head_attention", "mha_rope", seed + 1, r.layer(g, 2, 9, 22, 4, 2, 6), llama, present)
    g = np.random.default_rng(seed + 2)
    inputs = {**r.layer(g, 2, 1, 22, 4, 2, 6), **r.past(g, 2, 2, 13, 6)}
    inputs.update({"q_norm": r.near_one(g, 6), "k_norm": r.near_one(g, 6)})
    case("multi_head_attention", "mha_cache_step", seed + 2, inputs, llama, present)
    g = np.random.default_rng(seed + 3)
    inputs = r.layer(g, 2, 5, 20, 4, 4, 5, memory=(9, 13), bias=True)
    inputs["head_gate"] = np.array([1, 0, 0.5, 1], np.float32)
    case("multi_head_attention", "mha_cross_head_gate", seed + 3, inputs, {"num_heads": 4})
    g = np.random.default_rng(seed + 4)
    attributes = {**cases_latent.sizes(3, 6, 4, 5, 11), "causal": True, "rope": {"style": "interleaved"}}
    inputs = r.latent(g, 2, 3, 22, 3, 6, 4, 5, 11, past_tokens=7)
    case("latent_attention", "mla_steps", seed + 4, inputs, attributes, cases_latent.PRESENT)
    g = np.random.default_rng(seed + 5)
    block = {"norm": "rms", "norm_position": "pre", "norm_eps": 1e-5, "activation": "silu", "attention": llama}
    inputs = {**r.layer(g, 2, 7, 20, 4, 2, 6), **r.feed_forward(g, 20, 35, True, False, True)}
    case("transformer_block", "block_llama", seed + 5, inputs, block)
    g = np.random.default_rng(seed + 6)
    inputs = {**r.layer(g, 2, 7, 20, 4, 4, 5, bias=True), **r.feed_forward(g, 20, 33, False, True, False)}
    block = {"norm": "layer", "norm_position": "post", "norm_eps": 1e-5, "activation": "gelu"}
    case("transformer_block", "block_post_gelu", seed + 6, inputs, {**block, "attention": {"num_heads": 4}})


def operators(dtype, seed):
    def case(op, name, number, inputs, wanted="y", single=(), **attributes):
        name = f"{name}_{dtype.lower()}"
        inputs = narrow(inputs, dtype, keep=("cos_cache", "sin_cache"))
        case_maker.case16(op, name, number, dtype, inputs, attributes, (wanted,) + single, True, single)

    statistics = ("Mean", "InvStdDev")
    case("layer_normalization", "layer_norm", seed, ops.norm_inputs(seed, (3, 5, 21), (21,)), "Y", statistics)
    case("rms_normalization", "rms_norm", seed + 1, ops.norm_inputs(seed + 1, (3, 5, 21), (21,), False), "Y")
    x = r.normal(np.random.default_rng(seed + 2), 3, 5, 11, std=3)
    case("gelu", "gelu", seed + 2, {"x": x})
    case("gelu", "gelu_tanh", seed + 3, {"x": x[::-1].copy()}, approximate="tanh")
    case("swish", "swish", seed + 4, {"x": x + 1})
    case("rotary_embedding", "rotary_half", seed + 5, ops.rotary_inputs(seed + 5, (2, 3, 5, 8), 8, 50), "output")
    inputs = ops.rotary_inputs(seed + 6, (2, 5, 18), 4, 50)
    options = {"num_heads": 3, "rotary_embedding_dim": 4, "interleaved": 1}
    case("rotary_embedding", "rotary_partial_interleaved", seed + 6, inputs, "output", **options)


def make():
    for dtype, seed in (("F16", 700), ("BF16", 800)):
        attention(dtype, seed + 1)
        layers(dtype, seed + 11)
        operators(dtype, seed + 21)
