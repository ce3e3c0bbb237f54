"""Cases of the layer with what nn.MultiheadAttention lacks."""

import numpy as np

import case_maker
import formulas
import random_inputs as r

PRESENT = ("y", "present_key", "present_value")

LLAMA3 = {
    "type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
YARN = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}


def far(rng, batch, length, limit):
    """Positions in no order, as far as limit."""
    return rng.integers(0, limit, (batch, length)).astype(np.int64)


def layer(name, seed, batch, length, width, heads, kv_heads, size, wanted=("y",), sizes=None, more=None, **attributes):
    """One case. sizes: further arguments of random_inputs.layer; more: a function of the generator, further inputs."""
    rng = np.random.default_rng(seed)
    inputs = r.layer(rng, batch, length, width, heads, kv_heads, size, **(sizes or {}))
    inputs.update(more(rng) if more else {})
    attributes = {"num_heads": heads, "num_kv_heads": kv_heads, **attributes}
    case_maker.case("multi_head_attention", name, seed, inputs, attributes, wanted)


def rotary(name, seed, more=None, size=8, **rope):
    layer("mha_rope_" + name, seed, 2, 7, 18, 2, 2, size, PRESENT, more=more, causal=True, rope=rope)


def decoded(name, seed, past, fresh, rope, q_norm=False, **attributes):
    """The last tokens of a sequence with rotated keys: answered over all of it, checked with the past given."""
    rng = np.random.default_rng(seed)
    whole = r.layer(rng, 2, past + fresh, 22, 4, 2, 6)
    if q_norm:
        whole.update({"q_norm": r.near_one(rng, 6), "k_norm": r.near_one(rng, 6)})
    attributes = {"num_heads": 4, "num_kv_heads": 2, "causal": True, "rope": rope, **attributes}
    full = formulas.multi_head_attention(case_maker.convert(whole, np.float64), attributes)
    answers = {key: full[key] for key in PRESENT[1:]}
    answers["y"] = full["y"][:, past:]
    inputs = {**whole, "x": whole["x"][:, past:]}
    for key in ("key", "value") if past else ():
        inputs["past_" + key] = full["present_" + key][:, :, :past].astype(np.float32)
    source = f"NumPy {np.__version__} in float64 over the whole sequence"
    case_maker.case(
        "multi_head_attention", name, seed, inputs, attributes, PRESENT, answers=answers, source=source
    )


def rotary_cases():
    rotary("half", 301, style="half")
    rotary("interleaved", 302, style="interleaved")
    rotary("half_partial", 303, size=10, style="half", dim=6)
    rotary("interleaved_partial", 304, size=9, style="interleaved", dim=4)
    rotary("theta", 305, style="half", theta=500000.0)
    # 16384 is far enough for angles in float32 to be off by more than the tolerance.
    rotary("positions", 306, lambda g: {"position_ids": far(g, 2, 7, 16384)}, style="half")
    rotary("positions_interleaved", 307, lambda g: {"position_ids": far(g, 2, 7, 300)}, style="interleaved")
    rotary("linear", 308, style="half", scaling={"type": "linear", "factor": 4.0})
    rotary("llama3", 309, lambda g: {"position_ids": far(g, 2, 7, 500)}, 16, style="half", scaling=LLAMA3)
    scaling = {**LLAMA3, "low_freq_factor": 2.0, "high_freq_factor": 9.0}
    rope = {"style": "interleaved", "scaling": scaling}
    rotary("llama3_parameters", 310, lambda g: {"position_ids": far(g, 2, 7, 500)}, 16, **rope)
    rotary("yarn", 311, lambda g: {"position_ids": far(g, 2, 7, 250)}, 16, style="half", scaling=YARN)
    # A context so long that both bounds of the ramp lie within the pairs.
    scaling = {**YARN, "original_max_position_embeddings": 512}
    scaling.update({"beta_fast": 8.0, "beta_slow": 2.0, "attention_factor": 1.25})
    rope = {"style": "interleaved", "theta": 1000.0, "scaling": scaling}
    rotary("yarn_parameters", 312, lambda g: {"position_ids": far(g, 2, 7, 2000)}, 16, **rope)


def norms_and_caches():
    def norms(g):
        return {"q_norm": r.near_one(g, 6), "k_norm": r.near_one(g, 6)}

    layer("mha_qk_norm", 321, 2, 5, 20, 3, 3, 6, more=norms)
    layer("mha_qk_norm_epsilon", 322, 2, 5, 20, 4, 2, 6, PRESENT, more=norms, norm_eps=0.1, causal=True)
    rope = {"style": "half", "theta": 1e6}
    layer("mha_qk_norm_rope", 323, 2, 9, 20, 4, 2, 6, PRESENT, more=norms, causal=True, rope=rope)
    decoded("mha_rope_cache_fill", 324, 0, 9, {"style": "half"})
    decoded("mha_rope_cache_step", 325, 9, 1, {"style": "half"})
    decoded("mha_rope_cache_steps", 326, 6, 5, {"style": "interleaved"})
    decoded("mha_rope_cache_step_qk_norm", 327, 12, 1, rope, q_norm=True)
    decoded("mha_rope_cache_step_window", 328, 15, 2, {"style": "half"}, left_window=5)
    decoded("mha_rope_cache_step_llama3", 329, 19, 1, {"style": "half", "scaling": {**LLAMA3, "factor": 2.0}})


def scores():
    layer("mha_window", 341, 2, 11, 20, 4, 2, 5, ("y", "weights"), left_window=3, right_window=1)
    layer("mha_window_causal", 342, 2, 13, 20, 4, 4, 5, ("y", "weights"), causal=True, left_window=4)
    layer("mha_softcap", 343, 2, 7, 20, 3, 3, 7, ("y", "weights"), softcap=0.8, scale=0.5)
    layer("mha_softcap_causal_window", 344, 1, 17, 24, 4, 2, 6, softcap=1.2, causal=True, left_window=6)
    layer("mha_sinks", 345, 2, 7, 20, 4, 2, 5, ("y", "weights"), more=lambda g: {"sinks": r.normal(g, 4)})
    slopes = np.array([0.5, 0.25, 0.125], np.float32)
    layer("mha_alibi", 346, 2, 7, 20, 3, 3, 5, ("y", "weights"), more=lambda g: {"alibi_slopes": slopes}, causal=True)

    def with_mask(make, *shape):
        return lambda g: {"attn_mask": make(g, *shape)}

    wanted, mask = ("y", "weights"), with_mask(r.additive, 4, 7, 7)
    layer("mha_additive_causal_grouped", 347, 2, 7, 20, 4, 2, 5, wanted, more=mask, causal=True)
    mask = with_mask(r.booleans, 3, 1, 7, 7)
    layer("mha_boolean_causal_grouped", 348, 3, 7, 20, 4, 2, 5, wanted, more=mask, causal=True)
    # A small model of the kind that has sliding windows, sinks, shared heads and YaRN.
    rope = {"style": "half", "theta": 150000.0, "scaling": {**YARN, "factor": 32.0}}
    layer(
        "mha_sinks_window_yarn", 349, 2, 11, 20, 4, 2, 8, PRESENT, {"bias": True}, lambda g: {"sinks": r.normal(g, 4)},
        causal=True, left_window=4, rope=rope,
    )


def heads():
    def gate(*values):
        return lambda g: {"head_gate": np.array(values, np.float32)}

    layer("mha_head_gate", 361, 2, 5, 20, 4, 4, 5, ("y", "weights"), {"bias": True}, gate(1, 0, 0.5, -1.5))
    layer("mha_head_gate_grouped", 362, 2, 7, 20, 6, 2, 4, ("y",), None, gate(0, 1, 0, 0.25, 0, 2), causal=True)
    layer("mha_head_gate_all_off", 363, 2, 3, 20, 3, 3, 5, ("y",), {"bias": True}, gate(0, 0, 0))
    layer("mha_value_size", 364, 2, 5, 20, 3, 3, 6, ("y", "weights"), {"value_size": 11, "out_width": 17})
    sizes = {"value_size": 3, "bias": True, "memory": (8, 15)}
    layer("mha_value_size_cross_grouped", 365, 2, 5, 20, 4, 2, 7, ("y", "weights"), sizes)


def make():
    rotary_cases()
    norms_and_caches()
    scores()
    heads()
