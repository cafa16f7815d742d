"""The ten benchmark plants of K. J. Åström and T. Hägglund (*Revisiting the Ziegler-Nichols step response
method for PID control*, J. Process Control 14, 2004), sampled exactly by scipy, with published tunings.

Every plant is a chain of first-order lags behind a delay; its output is `weights · x`. Time is stretched
so that one unit of the book is `per_unit` periods of `period_ms`.
"""

import numpy as np
from scipy.signal import cont2discrete


class Plant:
    def __init__(self, name, lags, delay, per_unit, period_ms, simc, amigo, weights=None):
        self.name, self.lags = name, lags
        self.delay = round(delay * per_unit)
        self.per_unit, self.period_ms = per_unit, period_ms
        self.simc, self.amigo = simc, amigo
        self.weights = weights or [0.0] * (len(lags) - 1) + [1.0]

    @property
    def unit_s(self):
        return self.per_unit * self.period_ms / 1000.0

    def sampled(self):
        """A and B of x(k+1) = A·x(k) + B·u(k) for an input that is held over each period."""
        order = len(self.lags)
        a, b = np.zeros((order, order)), np.zeros((order, 1))
        for row, lag in enumerate(self.lags):
            a[row, row] = -1.0 / lag
            if row:
                a[row, row - 1] = 1.0 / lag
        b[0, 0] = 1.0 / self.lags[0]
        c, d = np.array([self.weights]), np.zeros((1, 1))
        a, b, *_ = cont2discrete((a, b, c, d), 1.0 / self.per_unit, method="zoh")
        return a.tolist(), b[:, 0].tolist()


# Tunings in units of the plant: (K, Ti) by SIMC, (K, Ti, Td) by AMIGO.
PLANTS = [
    Plant("e^-s/(1+s)", [1.0], 1, 20, 100, (0.500, 1.000), (0.650, 1.091, 0.385)),
    Plant("e^-s/(1+10s)", [10.0], 1, 10, 500, (5.000, 8.000), (4.700, 4.200, 0.485)),
    Plant("e^-s/(1+0.1s)", [0.1], 1, 40, 50, (0.050, 0.100), (0.245, 0.475, 0.125)),
    Plant("e^-s/(1+10s)^2", [10.0] * 2, 1, 8, 1000, (2.442, 18.64), (2.398, 11.05, 1.798)),
    Plant("e^-s/(1+0.05s)^2", [0.05] * 2, 1, 50, 20, (0.046, 0.093), (0.241, 0.476, 0.119)),
    Plant("1/(s+1)^4", [1.0] * 4, 0, 20, 250, (1.027, 2.926), (1.124, 2.415, 0.622)),
    Plant("1/(s+1)^8", [1.0] * 8, 0, 10, 200, (0.503, 4.332), (0.653, 4.714, 1.659)),
    Plant("1/prod(1+0.1^k s)", [1.0, 0.1, 0.01, 0.001], 0, 200, 7, (6.924, 0.601), (6.432, 0.362, 0.037)),
    Plant("1/prod(1+0.5^k s)", [1.0, 0.5, 0.25, 0.125], 0, 50, 40, (1.475, 1.484), (1.528, 1.072, 0.228)),
    Plant("(1-s)/(s+1)^3", [1.0] * 3, 0, 25, 1500, (0.600, 2.223), (0.740, 2.250, 0.741), [0.0, -1.0, 2.0]),
]
