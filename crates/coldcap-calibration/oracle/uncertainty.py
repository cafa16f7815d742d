"""Budgets as GTC and `uncertainties` compute them, and coverage factors in high precision.

    pip install GTC==1.5.1 uncertainties==3.2.3 mpmath==1.3.0
    python3 oracle/uncertainty.py

Writes tests/data/uncertainty_budgets.csv (value, standard uncertainty and effective degrees of freedom
of the models that tests/uncertainty.rs knows by the same names; the first two computed by both packages,
which are asserted to agree) and tests/data/coverage_factors.csv (Student's t, 25 digits; `inf` is the normal
distribution).
"""
import csv
import math
import os

import GTC
import mpmath
import uncertainties
from uncertainties import umath

DATA = os.path.join(os.path.dirname(__file__), "..", "tests", "data")
INF = math.inf


def heat(v, rho, cp, dt):
    return v * rho * cp * dt


def beta(r, r0, b):
    """A thermistor's temperature in kelvins by its resistance."""
    return 1 / (functions.log(r / r0) / b + 1 / 298.15)


def mixed(a, b, c):
    return functions.sqrt(a * a + b * b) * functions.exp(-c) / functions.cos(c) + functions.sin(a) ** 2.5


def pair(supply, returned):
    return returned - supply


def phasor(v, i, phi):
    return v / i * functions.cos(phi)


# Name, formula, inputs as (value, u, dof), correlations as (index, index, r), read together.
MODELS = [
    ("heat", heat, [(1.5 / 60e3, 0.015 * 1.5 / 60e3, INF), (1031.56, 1.0, INF), (3802.64, 20.0, INF), (0.7, 0.014, INF)], [], False),
    ("heat_dof", heat, [(1.5 / 60e3, 0.015 * 1.5 / 60e3, 7), (1031.56, 1.0, 50), (3802.64, 20.0, 4), (0.7, 0.014, 11)], [], False),
    ("beta", beta, [(32650.0, 25.0, 5), (10000.0, 12.0, INF), (3976.0, 9.0, 2.5)], [], False),
    ("mixed", mixed, [(1.3, 0.02, 3), (-0.4, 0.05, 9), (0.25, 0.01, 30)], [], False),
    ("pair", pair, [(-4.0, 0.05, INF), (-3.3, 0.05, INF)], [(0, 1, 0.98)], False),
    ("phasor", phasor, [(4.999, 0.0032, 4), (0.019661, 0.0000095, 4), (1.04446, 0.00075, 4)],
     [(0, 1, -0.36), (0, 2, 0.86), (1, 2, -0.65)], True),
]


class Functions:
    """The mathematics of one package under common names."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return getattr(self.module, name)


def by_gtc(formula, inputs, correlations, together):
    global functions
    functions = Functions(GTC)
    if together:
        values, us, dofs = zip(*inputs)
        reals = GTC.multiple_ureal(values, us, dofs[0])
    else:
        independent = not correlations
        reals = [GTC.ureal(x, u, df=df, independent=independent) for x, u, df in inputs]
    for one, other, r in correlations:
        GTC.set_correlation(r, reals[one], reals[other])
    result = formula(*reals)
    return result.x, result.u, result.df


def by_uncertainties(formula, inputs, correlations):
    global functions
    functions = Functions(umath)
    matrix = [[1.0 if i == j else 0.0 for j in range(len(inputs))] for i in range(len(inputs))]
    for one, other, r in correlations:
        matrix[one][other] = matrix[other][one] = r
    if correlations:
        reals = uncertainties.correlated_values_norm([(x, u) for x, u, _ in inputs], matrix)
    else:
        reals = [uncertainties.ufloat(x, u) for x, u, _ in inputs]
    result = formula(*reals)
    return result.n, result.s


def budgets():
    for name, formula, inputs, correlations, together in MODELS:
        value, u, dof = by_gtc(formula, inputs, correlations, together)
        other, s = by_uncertainties(formula, inputs, correlations)
        assert abs(other / value - 1) < 1e-13, name
        # `uncertainties` diagonalises a correlation matrix, which costs it digits.
        assert abs(s / u - 1) < (1e-9 if correlations else 1e-13), (name, s, u)
        yield [name, repr(float(value)), repr(float(u)), repr(float(dof)).replace("inf", "inf")]


def outside(t, dof):
    """What lies outside of +-t."""
    if dof == INF:
        return mpmath.erfc(t / mpmath.sqrt(2))
    nu = mpmath.mpf(dof)
    return mpmath.betainc(nu / 2, 0.5, 0, nu / (nu + t * t), regularized=True)


def factor(p, dof):
    mpmath.mp.dps = 40
    wanted = mpmath.log(1 - mpmath.mpf(p))
    low, high = mpmath.mpf("1e-6"), mpmath.mpf("1e6")
    for _ in range(60):
        middle = mpmath.sqrt(low * high)
        if mpmath.log(outside(middle, dof)) > wanted:
            low = middle
        else:
            high = middle
    guess = mpmath.sqrt(low * high)
    return mpmath.findroot(lambda t: mpmath.log(outside(t, dof)) - wanted, (guess, guess * (1 + mpmath.mpf("1e-12"))), tol=1e-60)


def factors():
    for dof in (1, 1.5, 2, 2.5, 3, 4, 5, 8, 9, 16, 16.7, 24, 30, 50, 99.5, 1000, 9999, 1e4, 1e6, INF):
        for p in (0.01, 0.5, 0.6827, 0.9, 0.95, 0.9545, 0.99, 0.9973, 0.99999):
            yield [repr(float(dof)), repr(p), mpmath.nstr(factor(p, dof), 25)]


def write(file, header, rows):
    with open(os.path.join(DATA, file), "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


write("uncertainty_budgets.csv", ["model", "value", "u", "dof"], budgets())
write("coverage_factors.csv", ["dof", "probability", "k"], factors())
