"""Cases of the operator `attention` that PyTorch has no counterpart for."""

import numpy as np

import case_maker
import random_inputs as r


def case(name, seed, inputs, wanted=("Y",), longest=64, **attributes):
    case_maker.case("attention", "attention_" + name, seed, inputs, attributes, wanted, longest)


def rng(seed):
    return np.random.default_rng(seed)


def every_second_row(length, keys):
    """Rows 0, 2, … attend to everything, the others to nothing."""
    return np.repeat(np.arange(length) % 2 == 0, keys).reshape(length, keys)


def windows_and_scores():
    case("scale", 201, r.qkv(rng(201), 2, 3, 3, 5, 7, 6), scale=0.3)
    case("grouped", 202, r.qkv(rng(202), 2, 6, 2, 5, 7, 10))
    case("window_left", 203, r.qkv(rng(203), 2, 2, 2, 11, 11, 6), left_window_size=3)
    case("window_right", 204, r.qkv(rng(204), 2, 2, 2, 11, 11, 6), right_window_size=2)
    case("window_both", 205, r.qkv(rng(205), 1, 4, 2, 13, 13, 7), left_window_size=4, right_window_size=1)
    case("window_self", 206, r.qkv(rng(206), 2, 2, 1, 9, 9, 5), left_window_size=0, right_window_size=0)
    case("window_causal", 207, r.qkv(rng(207), 2, 4, 2, 19, 19, 6), is_causal=1, left_window_size=5)
    # Windows that end before the last query: rows without any key.
    case("window_beyond", 208, r.qkv(rng(208), 1, 2, 2, 9, 4, 6), ("Y", "log_sum_exp"), left_window_size=2)
    case("softcap", 209, r.qkv(rng(209), 2, 3, 3, 6, 9, 8), softcap=1.5)
    case("softcap_causal", 210, r.qkv(rng(210), 2, 4, 2, 9, 9, 8), is_causal=1, softcap=0.7)
    case("causal_short_memory", 211, r.qkv(rng(211), 2, 2, 2, 9, 5, 6), ("Y", "log_sum_exp"), is_causal=1)
    case("value_size", 212, r.qkv(rng(212), 2, 3, 3, 5, 7, 6, 11))
    case("value_size_small_grouped", 213, r.qkv(rng(213), 2, 6, 3, 5, 7, 13, 3), is_causal=1)
    case("length_65", 214, r.qkv(rng(214), 1, 2, 1, 33, 65, 9), ("Y", "log_sum_exp"), longest=65)

    q, k, v = r.qkv(rng(215), 2, 6, 2, 5, 8, 4, 7).values()
    merged = {key: t.swapaxes(1, 2).reshape(2, t.shape[2], -1) for key, t in (("Q", q), ("K", k), ("V", v))}
    case("merged_heads", 215, merged, q_num_heads=6, kv_num_heads=2)


def sinks_and_slopes():
    g = rng(221)
    case("sinks", 221, {**r.qkv(g, 2, 4, 2, 5, 7, 6), "sinks": r.normal(g, 4, std=2)}, ("Y", "log_sum_exp"))
    g = rng(222)
    inputs = {**r.qkv(g, 2, 2, 2, 7, 7, 6), "sinks": np.array([9, -9], np.float32)}
    case("sinks_large_and_small", 222, inputs, ("Y", "log_sum_exp"), is_causal=1)
    g = rng(223)
    inputs = {**r.qkv(g, 2, 3, 3, 6, 7, 6), "attn_mask": every_second_row(6, 7), "sinks": r.normal(g, 3)}
    case("sinks_masked_rows", 223, inputs, ("Y", "log_sum_exp"))
    slopes = 2.0 ** -np.arange(2, 10, 2)
    inputs = {**r.qkv(rng(224), 2, 4, 4, 9, 9, 6), "alibi_slopes": slopes.astype(np.float32)}
    case("alibi", 224, inputs)
    inputs = {**r.qkv(rng(225), 2, 4, 2, 9, 9, 6), "alibi_slopes": slopes.astype(np.float32)}
    case("alibi_causal", 225, inputs, is_causal=1)
    g = rng(226)
    inputs = {**r.qkv(g, 2, 4, 2, 3, 3, 6), **r.past(g, 2, 2, 8, 6), "alibi_slopes": slopes.astype(np.float32)}
    case("alibi_past", 226, inputs, is_causal=1)


def masks():
    g = rng(231)
    case("additive_causal", 231, {**r.qkv(g, 2, 3, 3, 7, 7, 6), "attn_mask": r.additive(g, 7, 7)}, is_causal=1)
    g = rng(232)
    case("boolean_causal", 232, {**r.qkv(g, 2, 4, 2, 7, 7, 6), "attn_mask": r.booleans(g, 2, 1, 7, 7)}, is_causal=1)
    g = rng(233)
    case("additive_per_batch", 233, {**r.qkv(g, 3, 2, 1, 5, 9, 6), "attn_mask": r.additive(g, 3, 1, 5, 9)})
    g = rng(234)
    case("boolean_per_head", 234, {**r.qkv(g, 2, 4, 2, 5, 9, 6), "attn_mask": r.booleans(g, 4, 5, 9)})
    g = rng(235)
    case("boolean_one_row", 235, {**r.qkv(g, 2, 2, 2, 5, 9, 6), "attn_mask": r.booleans(g, 1, 9)})
    g = rng(236)
    case("boolean_narrow", 236, {**r.qkv(g, 2, 2, 2, 5, 9, 6), "attn_mask": r.booleans(g, 5, 6)})
    g = rng(237)
    case("additive_narrow", 237, {**r.qkv(g, 2, 2, 1, 5, 9, 6), "attn_mask": r.additive(g, 2, 5, 4)})
    inputs = {**r.qkv(rng(238), 2, 3, 3, 6, 7, 6), "attn_mask": every_second_row(6, 7)}
    case("masked_rows", 238, inputs, ("Y", "log_sum_exp"))
    inputs = {**r.qkv(rng(239), 3, 2, 2, 4, 7, 6), "nonpad_kv_seqlen": np.array([7, 0, 3], np.int64)}
    case("lengths", 239, inputs, ("Y", "log_sum_exp"))
    # With lengths and no past, the keys are a cache whose last tokens are the queries.
    inputs = {**r.qkv(rng(240), 3, 4, 2, 3, 11, 6), "nonpad_kv_seqlen": np.array([11, 3, 6], np.int64)}
    case("lengths_causal", 240, inputs, ("Y", "log_sum_exp"), is_causal=1)
    inputs = r.qkv(rng(241), 2, 4, 2, 5, 9, 6)
    inputs["nonpad_kv_seqlen"] = np.array([6, 4], np.int64)
    for b, n in enumerate((6, 4)):
        inputs["K"][b, :, n:] = np.nan
        inputs["V"][b, :, n:] = np.inf
    case("garbage_in_padding", 241, inputs, ("Y", "log_sum_exp"))


def stages():
    """Everything at once, and each intermediate result of it."""
    for mode, name in enumerate(("scaled", "capped", "biased", "weights")):
        seed = 251 + mode
        g = rng(seed)
        inputs = {**r.qkv(g, 2, 4, 2, 6, 8, 6), "attn_mask": r.additive(g, 4, 6, 8), "sinks": r.normal(g, 4)}
        wanted = ("Y", "qk_matmul_output", "log_sum_exp")
        case("scores_" + name, seed, inputs, wanted, softcap=2.0, is_causal=1, qk_matmul_output_mode=mode)
    g = rng(255)
    inputs = {**r.qkv(g, 2, 3, 3, 6, 7, 6), "attn_mask": every_second_row(6, 7)}
    case("weights_masked_rows", 255, inputs, ("Y", "qk_matmul_output"), qk_matmul_output_mode=3)


def pasts():
    wanted = ("Y", "present_key", "present_value")
    g = rng(261)
    case("past", 261, {**r.qkv(g, 2, 4, 2, 3, 3, 6), **r.past(g, 2, 2, 5, 6)}, wanted, is_causal=1)
    g = rng(262)
    inputs = {**r.qkv(g, 2, 2, 2, 1, 1, 6, 9), **r.past(g, 2, 2, 16, 6, 9)}
    case("past_step_value_size", 262, inputs, wanted + ("log_sum_exp",), is_causal=1)
    g = rng(263)
    inputs = {**r.qkv(g, 2, 4, 1, 4, 4, 6), **r.past(g, 2, 1, 9, 6)}
    case("past_window", 263, inputs, wanted, is_causal=1, left_window_size=4)
    g = rng(264)
    inputs = {**r.qkv(g, 2, 2, 2, 3, 3, 6), **r.past(g, 2, 2, 6, 6), "attn_mask": r.additive(g, 2, 1, 3, 9)}
    case("past_additive", 264, inputs, wanted, softcap=3.0)
    g = rng(265)
    inputs = {
        **r.qkv(g, 2, 4, 2, 5, 5, 8, 5),
        **r.past(g, 2, 2, 6, 8, 5),
        "attn_mask": r.additive(g, 4, 5, 11),
        "sinks": r.normal(g, 4),
        "alibi_slopes": np.array([0.5, 0.25, 0.125, 0.0625], np.float32),
    }
    options = {"is_causal": 1, "left_window_size": 7, "softcap": 2.5, "scale": 0.4}
    case("everything", 265, inputs, wanted + ("log_sum_exp",), **options)


def make():
    windows_and_scores()
    sinks_and_slopes()
    masks()
    stages()
    pasts()
