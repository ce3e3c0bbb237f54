#!/usr/bin/env python3
"""Fits the erfc of GELU, as kernels-cl/common/activations.cl and the engine in Java have it.

erfc(z) = t * exp(P(t) - z*z) for z >= 0, with t = 1 / (1 + z/2). P is the polynomial of degree 9 that minimizes the largest error of
log(erfc(z) / t) + z*z over 0.14 <= t <= 1 (z up to 12.3, where erfc is 0 in single precision), found by Remez's exchange with exact
arithmetic. Prints the coefficients, the constant first, and the largest relative error of erfc.
"""
import math
from fractions import Fraction

FROM, TO, TERMS = 0.14, 1.0, 10


def log_scaled_erfc(z):
    """log(erfc(z)) + z*z; by Laplace's continued fraction where erfc is small."""
    if z < 5:
        return math.log(math.erfc(z)) + z * z
    v = z
    for k in range(200, 0, -1):
        v = z + k / 2 / v
    return -math.log(v * math.sqrt(math.pi))


def wanted(t):
    return log_scaled_erfc(2 * (1 / t - 1)) - math.log(t)


def polynomial(coefficients, t):
    value = 0
    for c in reversed(coefficients):
        value = value * t + c
    return value


def levelled(points):
    """The polynomial whose errors at these points are alike, with alternating signs."""
    n = TERMS + 1
    a = [[Fraction(p) ** j for j in range(TERMS)] + [Fraction((-1) ** i)] for i, p in enumerate(points)]
    y = [Fraction(wanted(p)) for p in points]
    for i in range(n):
        pivot = max(range(i, n), key=lambda row: abs(a[row][i]))
        a[i], a[pivot], y[i], y[pivot] = a[pivot], a[i], y[pivot], y[i]
        for row in range(i + 1, n):
            m = a[row][i] / a[i][i]
            a[row] = [u - m * v for u, v in zip(a[row], a[i])]
            y[row] -= m * y[i]
    x = [Fraction(0)] * n
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return [float(v) for v in x[:TERMS]]


def extremes(errors):
    """Where each run of errors of one sign has the largest."""
    found, current = [], 0
    for j in range(1, len(errors)):
        if (errors[j] > 0) != (errors[current] > 0):
            found.append(current)
            current = j
        elif abs(errors[j]) > abs(errors[current]):
            current = j
    return found + [current]


def fit():
    grid = [FROM + (TO - FROM) * i / 4000 for i in range(4001)]
    middle, half = (FROM + TO) / 2, (TO - FROM) / 2
    points = [middle - half * math.cos(math.pi * k / TERMS) for k in range(TERMS + 1)]
    for _ in range(8):
        coefficients = levelled(points)
        errors = [polynomial(coefficients, t) - wanted(t) for t in grid]
        points = [grid[j] for j in extremes(errors)]
        assert len(points) == TERMS + 1
    return coefficients


def relative_error(coefficients, z):
    t = 1 / (1 + z / 2)
    return math.expm1(polynomial(coefficients, t) + math.log(t) - log_scaled_erfc(z))


if __name__ == "__main__":
    written = [f"{c:.9g}" for c in fit()]
    numbers = [float(c) for c in written]
    print(" ".join(written))
    print(f"{max(abs(relative_error(numbers, i / 1000)) for i in range(12_000)):.2g}")
