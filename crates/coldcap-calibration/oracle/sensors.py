#!/usr/bin/env python3
"""Reference values for the sensor physics and the fits, in 40 digits, independent of the Rust code.

    python3 crates/coldcap-calibration/oracle/sensors.py            writes tests/data/*.csv
    python3 crates/coldcap-calibration/oracle/sensors.py --check    compares with them; 1 if they differ

- `pt100_iec60751_1c.csv`: the Callendar–Van Dusen equation with the coefficients of IEC 60751.
- `steinhart_hart_fits.csv`: fits to the tables beside it by the normal equations, and the residuals.
- `huber.csv`: Huber's estimate of a line by its estimating equations, solved by mpmath's root finder.
"""

import csv
import os
import sys

from mpmath import findroot, log, lu_solve, matrix, mp, mpf, nstr, sqrt

mp.dps = 40
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "data")
ZERO = mpf("273.15")


def pt100():
    a, b, c = mpf("3.9083e-3"), mpf("-5.775e-7"), mpf("-4.183e-12")
    lines = ["t_c,r_ohm"]
    for t in range(-200, 851):
        t = mpf(t)
        below = c * (t - 100) * t**3 if t < 0 else 0
        lines.append(f"{nstr(t, 4)[:-2]},{nstr(100 * (1 + a * t + b * t**2 + below), 20)}")
    return lines


def table(name, column, low, high):
    with open(os.path.join(DATA, name)) as file:
        rows = list(csv.reader(file))[1:]
    picked = [(mpf(row[0]), mpf(row[column])) for row in rows if row[column]]
    return [(t, r) for t, r in picked if low <= t <= high]


def celsius(coefficients, ohm):
    return 1 / sum(c * log(ohm) ** k for c, k in coefficients) - ZERO


def steinhart_hart(points, powers):
    """The coefficients that minimise the squares of residuals of 1/T times T², which are kelvins."""
    design = [[(t + ZERO) ** 2 * log(r) ** k for k in powers] for t, r in points]
    right = [t + ZERO for t, _ in points]
    size = range(len(powers))
    normal = matrix([[sum(a[i] * a[j] for a in design) for j in size] for i in size])
    moment = matrix([sum(a[i] * y for a, y in zip(design, right)) for i in size])
    found = lu_solve(normal, moment)
    return [(found[i], powers[i]) for i in size]


FITS = [
    ("murata", "ntc_10k_ncp15xh103_murata_b3380.csv", 1, -25, 55),
    ("10k3a1_published", "ntc_10k_10k3a1_b3976_1c.csv", 2, -25, 1),
    ("10k3a1_exact", "ntc_10k_10k3a1_b3976_1c.csv", 1, -25, 55),
]


def fits():
    lines = ["table,terms,a0,a1,a2,a3,rms_mk,max_mk"]
    for label, name, column, low, high in FITS:
        points = table(name, column, low, high)
        for powers in ([0, 1, 3], [0, 1, 2, 3]):
            found = steinhart_hart(points, powers)
            by_power = dict((k, c) for c, k in found)
            residuals = [celsius(found, r) - t for t, r in points]
            rms = sqrt(sum(x * x for x in residuals) / len(residuals)) * 1000
            largest = max(abs(x) for x in residuals) * 1000
            four = [nstr(by_power.get(k, mpf(0)), 20) for k in range(4)]
            lines.append(",".join([label, str(len(powers)), *four, nstr(rms, 10), nstr(largest, 10)]))
    return lines


HUBER = mpf("1.345")
MEDIAN = mpf("0.67448975019608171")
LINE = [("0", "1.02"), ("1", "2.97"), ("2", "5.05"), ("3", "6.93"), ("4", "9.01"), ("5", "14.0"), ("6", "13.02"),
        ("7", "14.96"), ("8", "17.1"), ("9", "12.0"), ("10", "20.98")]


def median(values):
    values = sorted(values)
    return (values[len(values) // 2] + values[(len(values) - 1) // 2]) / 2


def huber():
    """Scale and line at once: Σψ = 0, Σψ·x = 0, scale = median |e| / 0.6745."""
    points = [(mpf(x), mpf(y)) for x, y in LINE]

    def equations(offset, slope, scale):
        residuals = [y - offset - slope * x for x, y in points]
        psi = [max(-HUBER, min(HUBER, e / scale)) for e in residuals]
        spread = median([abs(e) for e in residuals]) / MEDIAN
        return [sum(psi), sum(p * x for p, (x, _) in zip(psi, points)), spread - scale]

    offset, slope, scale = findroot(equations, (mpf("1.05"), mpf("1.99"), mpf("0.06")))
    return ["x,y", *(f"{x},{y}" for x, y in LINE), "offset,slope,scale",
            ",".join(nstr(v, 18) for v in (offset, slope, scale))]


FILES = {"pt100_iec60751_1c.csv": pt100, "steinhart_hart_fits.csv": fits, "huber.csv": huber}


def main():
    different = 0
    for name, lines in FILES.items():
        path, text = os.path.join(DATA, name), "\n".join(lines()) + "\n"
        if "--check" not in sys.argv:
            with open(path, "w") as file:
                file.write(text)
            continue
        with open(path) as file:
            same = file.read() == text
        different += not same
        print(name, "same" if same else "DIFFERENT")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
