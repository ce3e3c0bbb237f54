"""Cases of the ONNX operators around attention."""

import numpy as np

import case_maker
import operators
import random_inputs as r


def rng(seed):
    return np.random.default_rng(seed)


def case(op, name, seed, inputs, wanted="y", longest=64, **attributes):
    case_maker.case(op, name, seed, inputs, attributes, (wanted,) if isinstance(wanted, str) else wanted, longest)


def norm_inputs(seed, shape, normalized, bias=True, scale=1.0, shift=0.0):
    g = rng(seed)
    inputs = {"X": r.normal(g, *shape, std=scale) + np.float32(shift), "W": r.near_one(g, *normalized)}
    if bias:
        inputs["B"] = r.normal(g, *normalized)
    return inputs


def norms():
    every = ("Y", "Mean", "InvStdDev")
    case("layer_normalization", "layer_norm", 601, norm_inputs(601, (2, 5, 21), (21,)), every)
    case("layer_normalization", "layer_norm_no_bias", 602, norm_inputs(602, (3, 17), (17,), bias=False), every)
    case("layer_normalization", "layer_norm_axis", 603, norm_inputs(603, (2, 3, 5, 7), (5, 7)), every, axis=2)
    case("layer_normalization", "layer_norm_epsilon", 604, norm_inputs(604, (4, 9), (9,)), every, epsilon=0.25)
    # Far from 0: the mean of the squares minus the square of the mean would lose the variance.
    case("layer_normalization", "layer_norm_shifted", 605, norm_inputs(605, (3, 65), (65,), shift=30), "Y", 65 * 900)
    case("layer_normalization", "layer_norm_wide", 606, norm_inputs(606, (1, 1025), (1025,)), every, 1025)
    inputs = norm_inputs(607, (4, 11), (11,))
    inputs["X"][1] = 3
    case("layer_normalization", "layer_norm_constant_row", 607, inputs, "Y")
    case("rms_normalization", "rms_norm", 611, norm_inputs(611, (2, 5, 21), (21,), False), "Y")
    case("rms_normalization", "rms_norm_axis", 612, norm_inputs(612, (2, 3, 5, 7), (3, 5, 7), False), "Y", axis=1)
    small = norm_inputs(613, (4, 9), (9,), False, scale=0.01)
    case("rms_normalization", "rms_norm_epsilon", 613, small, "Y", epsilon=1e-3)
    case("rms_normalization", "rms_norm_wide", 614, norm_inputs(614, (1, 1023), (1023,), False), "Y", 1023)


def activations():
    def x(seed, *shape):
        """Normal numbers and the ends of the scale."""
        numbers = r.normal(rng(seed), *shape, std=3)
        numbers.flat[:7] = (0, -0.0, 1e-6, -8, 12, -30, 40)
        return {"x": numbers}

    case("gelu", "gelu", 621, x(621, 3, 5, 11))
    case("gelu", "gelu_tanh", 622, x(622, 3, 5, 11), approximate="tanh")
    case("swish", "swish", 623, x(623, 3, 5, 11))
    case("swish", "swish_alpha", 624, x(624, 65), alpha=1.702)
    case("softmax", "softmax", 625, x(625, 3, 5, 11))
    case("softmax", "softmax_axis_1", 626, x(626, 3, 7, 5), axis=1)
    case("softmax", "softmax_axis_0", 627, x(627, 9, 4), axis=0)
    case("softmax", "softmax_row_of_257", 628, x(628, 2, 257), longest=257)
    shifted = {"x": x(629, 3, 17)["x"] + np.float32(1000)}
    case("softmax", "softmax_shifted", 629, shifted)


def rotary_inputs(seed, shape, dim, rows=None):
    """rows: of the caches, which are then looked up by position; otherwise they are given per token."""
    g = rng(seed)
    batch, length = shape[0], shape[-2]
    inputs = {"input": r.normal(g, *shape)}
    angle = operators.angles(rows or batch * length, dim)
    if rows:
        inputs["position_ids"] = g.integers(0, rows, (batch, length)).astype(np.int64)
    else:
        angle = angle.reshape(batch, length, -1)
    inputs["cos_cache"], inputs["sin_cache"] = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    return inputs


def rotations():
    def rotary(name, seed, inputs, **attributes):
        case("rotary_embedding", "rotary_" + name, seed, inputs, "output", **attributes)

    rotary("half", 631, rotary_inputs(631, (2, 3, 5, 8), 8, 50))
    rotary("interleaved", 632, rotary_inputs(632, (2, 3, 5, 8), 8, 50), interleaved=1)
    rotary("partial", 633, rotary_inputs(633, (2, 3, 5, 10), 6, 20), rotary_embedding_dim=6)
    rotary("partial_interleaved", 634, rotary_inputs(634, (2, 3, 5, 9), 4, 20), rotary_embedding_dim=4, interleaved=1)
    rotary("merged_heads", 635, rotary_inputs(635, (2, 5, 18), 6, 20), num_heads=3)
    rotary("cache_per_token", 636, rotary_inputs(636, (2, 3, 5, 8), 8))
    rotary("cache_per_token_merged_heads", 637, rotary_inputs(637, (2, 5, 16), 8), num_heads=2, interleaved=1)


def make():
    norms()
    activations()
    rotations()
