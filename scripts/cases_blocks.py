"""Cases of transformer blocks that nn.TransformerEncoderLayer cannot be."""

import numpy as np

import case_maker
import random_inputs as r


def block(name, seed, norm, position, activation, gated, bias=False, hidden=27, eps=1e-5, more=None, **attention):
    """Width 20, heads of 6, so that 4·6 is not the width."""
    rng = np.random.default_rng(seed)
    heads, kv_heads = attention["num_heads"], attention.get("num_kv_heads", attention["num_heads"])
    inputs = r.layer(rng, 2, 7, 20, heads, kv_heads, 6, bias=bias)
    inputs.update(r.feed_forward(rng, 20, hidden, gated, bias, norm == "rms"))
    inputs.update(more(rng) if more else {})
    attributes = {
        "norm": norm,
        "norm_position": position,
        "norm_eps": eps,
        "activation": activation,
        "attention": attention,
    }
    case_maker.case("transformer_block", "block_" + name, seed, inputs, attributes, longest=hidden)


def make():
    half = {"style": "half", "theta": 500000.0}
    norms = {"q_norm": np.linspace(0.5, 1.5, 6, dtype=np.float32), "k_norm": np.ones(6, np.float32)}
    far = {"position_ids": np.array([[100, 3, 41, 0, 7, 99, 12], [5, 4, 3, 2, 1, 0, 64]], np.int64)}
    llama = {"num_heads": 4, "num_kv_heads": 2, "causal": True, "rope": half}
    block("llama", 501, "rms", "pre", "silu", True, **llama)
    block("llama_biases", 502, "rms", "pre", "silu", True, bias=True, **llama)
    block("llama_qk_norm", 503, "rms", "pre", "silu", True, eps=1e-6, more=lambda g: norms, **llama)
    block("llama_positions", 504, "rms", "pre", "silu", True, more=lambda g: far, **llama)
    block("gated_gelu_tanh", 505, "rms", "pre", "gelu_tanh", True, softcap=2.0, left_window=3, **llama)
    block("gpt2", 506, "layer", "pre", "gelu_tanh", False, bias=True, eps=0.05, num_heads=4, causal=True)
    block("gated_gelu_layer_norm", 507, "layer", "pre", "gelu", True, num_heads=3)
    block("gated_relu_post", 508, "layer", "post", "relu", True, bias=True, num_heads=3)
    block("rms_post_silu", 509, "rms", "post", "silu", False, num_heads=2, num_kv_heads=1, causal=True)
    block("rms_post_gated_epsilon", 510, "rms", "post", "silu", True, eps=0.05, num_heads=4)
    lengths = {"nonpad_kv_seqlen": np.array([7, 4], np.int64), "head_gate": np.array([1, 0, 0.5, 1], np.float32)}
    block("llama_padded_gates", 511, "rms", "pre", "silu", True, more=lambda g: lengths, **llama)
    sinks = {"sinks": np.array([0.5, -1, 2], np.float32), "attn_mask": np.tri(7, 7, 1, dtype=bool)}
    block("sinks_boolean_mask", 512, "layer", "pre", "gelu", False, bias=True, more=lambda g: sinks, num_heads=3)
