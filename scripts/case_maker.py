"""Turns inputs into a checked golden case: answers twice, a fair tolerance, a file."""

import math
import os
import sys

import numpy as np
import torch

import formulas
import golden_case
import loops
import operators

RTOL = 1e-4
LARGEST_FILE = 300_000

# The largest relative error of one rounding.
ROUNDOFF = {"F16": 2.0**-11, "BF16": 2.0**-8}

FOLDER = None  # set by generate_cases.py


def check(name, got, want, limit):
    """Stops unless both agree within limit; infinities and NaN must be the same."""
    with np.errstate(invalid="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        worst = np.max(np.where(same, 0, np.abs(got - want) / limit), initial=0)
    if got.shape != want.shape or not worst <= 1:
        sys.exit(f"{name}: implementations disagree, {worst:.3g} times what is allowed")


def save(op, name, attributes, rtol, atol, source, inputs, outputs, largest=LARGEST_FILE):
    path = os.path.join(FOLDER, name + ".safetensors")
    golden_case.write_case(path, op, name, attributes, rtol, atol, source, inputs, outputs)
    print(f"{os.path.getsize(path):8d}  {name}  {atol:g}")
    if os.path.getsize(path) >= largest:
        sys.exit(f"{name}: too large for a repository")


def both(op):
    """The two implementations of an operation: of (inputs, attributes, store), and of (inputs, attributes)."""
    if hasattr(formulas, op):
        return getattr(formulas, op), getattr(loops, op)
    return getattr(operators, op), getattr(operators, op + "_again")


def convert(inputs, dtype):
    """Floating-point inputs, bfloat16 among them, in dtype; integers and booleans as they are."""
    wide = {key: golden_case.as_double(value) for key, value in inputs.items()}
    return {key: value.astype(dtype) if value.dtype == np.float64 else value for key, value in wide.items()}


def rms(x):
    """Of the finite elements."""
    finite = x[np.isfinite(x)]
    return float(np.sqrt(np.mean(finite**2))) if finite.size else 0.0


def absolute_tolerance(longest, *outputs):
    """Rounding errors of a sum grow with the square root of its length and with the size of its terms."""
    atol = 2e-6 * max(1.0, math.sqrt(longest / 64)) * max(1.0, *(rms(out) for out in outputs))
    return float(f"{atol:.1e}")


def answer_twice(op, name, inputs, attributes, wanted):
    """The wanted answers in float64, on which both implementations agree."""
    first, second = both(op)
    exact = convert(inputs, np.float64)
    out, again = first(exact, attributes), second(exact, attributes)
    for key in wanted:
        check(f"{name} {key}", again[key], out[key], 1e-9)
    return {key: out[key] for key in wanted}


def case(op, name, seed, inputs, attributes, wanted=("y",), longest=64, answers=None, source=None):
    """A case in F32. answers: computed elsewhere in float64, instead of by formulas.py, which must still agree."""
    out = answer_twice(op, name, inputs, attributes, wanted)
    if answers is not None:
        for key in wanted:
            # A stored past is rounded to F32; an answer over a whole sequence does not know that.
            check(f"{name} {key}", answers[key], out[key], 1e-6 if "past_key" in inputs else 1e-9)
        out = {key: answers[key] for key in wanted}
    # Scores may be larger than what they lead to, so that every output counts.
    atol = absolute_tolerance(longest, *out.values())
    single = both(op)[0](convert(inputs, np.float32), attributes)
    for key in wanted:
        check(f"{name} {key}, float32", single[key].astype(np.float64), out[key], (atol + RTOL * np.abs(out[key])) / 3)
    source = f"{source or 'NumPy ' + np.__version__ + ' in float64'}, checked with {checked_with()}, seed {seed}"
    outputs = {key: value.astype(np.float32) for key, value in out.items()}
    save(op, name, attributes, RTOL, atol, source, inputs, outputs, 60_000)


def case16(op, name, seed, dtype, inputs, attributes, wanted=("y",), one_rounding=False, single=()):
    """A case in F16 or BF16; inputs are in that type already. single: outputs that stay F32.

    Tolerance: an operator rounds once, at the end, and may come out at the neighbouring number. Steps after one another
    round in between; how much that matters is measured, by rounding wherever an engine may.
    """
    out = answer_twice(op, name, inputs, attributes, wanted)
    unit = ROUNDOFF[dtype]
    atol = 2e-6 if one_rounding else float(f"{6 * unit * max(rms(value) for value in out.values()):.1e}")
    rtol = 2.5 * unit if one_rounding else 6 * unit

    def store(x):
        return golden_case.as_double(golden_case.rounded(x, dtype)).astype(x.dtype)

    rough = both(op)[0](convert(inputs, np.float32), attributes, store)
    for key in wanted:
        limit = (atol + rtol * np.abs(out[key])) / (1 if one_rounding else 2)
        check(f"{name} {key}, {dtype}", rough[key].astype(np.float64), out[key], limit)
    source = f"NumPy {np.__version__} in float64, checked with {checked_with()}, rounded to {dtype}, seed {seed}"
    outputs = {key: golden_case.rounded(value, "F32" if key in single else dtype) for key, value in out.items()}
    save(op, name, attributes, rtol, atol, source, inputs, outputs, 60_000)


def checked_with():
    return f"loops and PyTorch {torch.__version__}"
