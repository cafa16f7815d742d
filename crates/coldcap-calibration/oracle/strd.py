#!/usr/bin/env python3
"""Checks that the copies of the NIST reference sets in tests/data/strd are whole.

    python3 crates/coldcap-calibration/oracle/strd.py      1 if a certified figure is not reproduced

Each set is solved by the normal equations in exact fractions of the decimals as printed; estimates and
standard deviations must agree with the certified ones to 13 digits. A wrong digit in the data shows.
"""

import csv
import os
import sys
from fractions import Fraction

from mpmath import mp, mpf

mp.dps = 60
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "data", "strd")
POWERS = {"norris": range(2), "pontius": range(3), "noint1": [1], "noint2": [1], "filip": range(11)}


def columns(name, row):
    if name == "longley":
        return [Fraction(1)] + row[1:]
    return [row[1] ** power for power in POWERS.get(name, range(6))]


def inverse(matrix):
    size = len(matrix)
    wide = [row + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = next(i for i in range(k, size) if wide[i][k])
        wide[k], wide[pivot] = wide[pivot], wide[k]
        wide[k] = [x / wide[k][k] for x in wide[k]]
        for i in range(size):
            if i != k:
                wide[i] = [a - wide[i][k] * b for a, b in zip(wide[i], wide[k])]
    return [row[size:] for row in wide]


def real(fraction):
    return mpf(fraction.numerator) / mpf(fraction.denominator)


def solve(name):
    with open(os.path.join(DATA, name + ".csv")) as file:
        rows = [[Fraction(x) for x in row] for row in list(csv.reader(file))[1:]]
    design = [columns(name, row) for row in rows]
    size = len(design[0])
    cofactor = inverse([[sum(a[i] * a[j] for a in design) for j in range(size)] for i in range(size)])
    moment = [sum(a[i] * row[0] for a, row in zip(design, rows)) for i in range(size)]
    estimate = [sum(c * m for c, m in zip(line, moment)) for line in cofactor]
    left = [row[0] - sum(a * c for a, c in zip(line, estimate)) for line, row in zip(design, rows)]
    variance = sum(r * r for r in left) / (len(rows) - size)
    return estimate, [mp.sqrt(real(variance * cofactor[i][i])) for i in range(size)]


def main():
    with open(os.path.join(DATA, "certified.csv")) as file:
        certified = list(csv.DictReader(file))
    bad = 0
    for name in dict.fromkeys(line["set"] for line in certified):
        lines = [line for line in certified if line["set"] == name]
        for line, value, spread in zip(lines, *solve(name), strict=True):
            pairs = [(real(value), line["estimate"]), (spread, line["standard_deviation"])]
            for found, printed in pairs:
                wanted = mpf(printed)
                if abs(found - wanted) > mpf(10) ** -13 * abs(wanted):
                    print(name, printed, mp.nstr(found, 17))
                    bad += 1
        print(name, "checked")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
