"""Cases of latent attention, answered in the absorbed form and checked in the plain one."""

import numpy as np

import case_maker
import random_inputs as r

PRESENT = ("y", "present_latent", "present_rope_key")


def sizes(heads, dn, dr, dv, rank, query_rank=0):
    return {
        "num_heads": heads,
        "qk_nope_head_dim": dn,
        "qk_rope_head_dim": dr,
        "v_head_dim": dv,
        "kv_lora_rank": rank,
        "q_lora_rank": query_rank,
    }


def latent(name, seed, batch, length, width, heads, dn, dr, dv, rank, query_rank=0, past=0, **attributes):
    rng = np.random.default_rng(seed)
    inputs = r.latent(rng, batch, length, width, heads, dn, dr, dv, rank, query_rank, past)
    attributes = {**sizes(heads, dn, dr, dv, rank, query_rank), "causal": True, **attributes}
    case_maker.case("latent_attention", "mla_" + name, seed, inputs, attributes, PRESENT)


def make():
    interleaved, half = {"style": "interleaved"}, {"style": "half", "theta": 50000.0}
    latent("plain", 401, 2, 7, 22, 3, 6, 4, 5, 11, rope=interleaved)
    latent("compressed_queries", 402, 2, 7, 22, 3, 6, 4, 5, 11, 9, rope=interleaved)
    latent("half", 403, 1, 9, 22, 4, 5, 6, 7, 13, rope=half)
    latent("not_causal", 404, 2, 5, 20, 2, 6, 4, 9, 7, rope=half, causal=False)
    latent("step", 405, 2, 1, 22, 3, 6, 4, 5, 11, past=13, rope=interleaved)
    latent("steps_compressed_queries", 406, 2, 4, 22, 3, 6, 4, 5, 11, 9, past=6, rope=interleaved)
    yarn = {"type": "yarn", "factor": 40.0, "original_max_position_embeddings": 32, "attention_factor": 1.0}
    rope = {"style": "interleaved", "scaling": yarn}
    latent("yarn_scale", 407, 2, 9, 20, 2, 7, 8, 5, 9, 6, past=17, rope=rope, scale=0.45, norm_eps=0.02)
    latent("no_rotation", 408, 2, 5, 20, 2, 6, 4, 5, 9)
