"""Average run lengths of a two-sided CUSUM (k = 0.5, h = 5) and an EWMA (lambda = 0.2, limit 0.987 sigma).

Markov chains after Brook and Evans (Biometrika 1972); Lucas and Saccucci (Technometrics 1990) do the same for
the EWMA. The two-sided CUSUM combines both one-sided ones: 1/L = 1/L+ + 1/L- (Van Dobben de Bruyn 1968).
Writes a Rust array of (shift, CUSUM, EWMA). Needs numpy.
"""
from math import erf, sqrt
import numpy as np

PHI = np.vectorize(lambda x: 0.5 * (1 + erf(x / sqrt(2))))


def length(transitions, start):
    return np.linalg.solve(np.eye(len(transitions)) - transitions, np.ones(len(transitions)))[start]


def one_sided(shift, k=0.5, h=5.0, states=1000):
    width = 2 * h / (2 * states - 1)
    i = np.arange(states)[:, None] * width
    j = np.arange(states)[None, :] * width
    up = PHI(j - i + width / 2 + k - shift)
    matrix = up - PHI(j - i - width / 2 + k - shift)
    matrix[:, 0] = up[:, 0]
    return length(matrix, 0)


def cusum(shift):
    return 1 / (1 / one_sided(shift) + 1 / one_sided(-shift))


def ewma(shift, weight=0.2, limit=0.987, states=1001):
    width = 2 * limit / states
    centres = -limit + width * (np.arange(states) + 0.5)
    i, j = centres[:, None], centres[None, :]
    at = lambda edge: PHI((edge - (1 - weight) * i) / weight - shift)
    return length(at(j + width / 2) - at(j - width / 2), states // 2)


print("[")
for shift in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0):
    print(f"    ({shift:.1f}, {cusum(shift):.3f}, {ewma(shift):.3f}),")
print("]")
