"""scipy's fits of the measured records that tests/tune_measured.rs is compared on.

    python3 crates/coldcap-thermal/tests/data/measured_fits.py

Needs numpy and scipy. For each record NAME.csv (its origin: NAME.md) writes NAME.json, the least-squares fit of

    T1 = offset + gain * Q1 * (1 - exp(-(Time - delay_s) / time_constant_s))     for Time > delay_s, else offset

with all four free: the heater is off until the first row, and the temperature at which the plant rests then is
fitted, not taken from the first reading. The closed form knows nothing of the Rust code; residuals go to
scipy.optimize.least_squares from nine starting points.
"""
import csv
import json
import pathlib

import numpy as np
from scipy.optimize import least_squares

HERE = pathlib.Path(__file__).parent


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def fitted(rows):
    time, heater, seen = (column(rows, name) for name in ("Time", "Q1", "T1"))

    def residual(p):
        heard = np.maximum(time - p[3], 0.0)
        return p[0] + p[1] * heater * (1.0 - np.exp(-heard / p[2])) - seen

    starts = [[seen[0], 0.6, constant, delay] for constant in (80.0, 150.0, 250.0) for delay in (5.0, 20.0, 40.0)]
    best = min((least_squares(residual, start, x_scale=[10, 1, 100, 10]) for start in starts), key=lambda r: r.cost)
    names = ("offset", "gain", "time_constant_s", "delay_s")
    fit = dict(zip(names, best.x), residual_rms=np.sqrt(np.mean(best.fun**2)))
    return {name: round(float(value), 6) for name, value in fit.items()}


def main():
    for name in ("heater_half", "heater_full"):
        with open(HERE / f"{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        fit = fitted(rows)
        (HERE / f"{name}.json").write_text(json.dumps(fit, indent=2) + "\n")
        print(name, len(rows), fit)


main()
