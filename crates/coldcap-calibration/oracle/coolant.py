"""Properties of coolants from CoolProp, and how far published models lie apart.

    pip install CoolProp==8.0.0
    python3 oracle/coolant.py

Writes tests/data/coolant_melinder.csv: the fits of Melinder (2010) as CoolProp evaluates them, from
the freezing point to 40 degrees C; and tests/data/coolant_spread.csv: for each mass fraction the
largest relative difference (freezing point: absolute, in K) between that fit and the other models of
CoolProp that cover it: Melinder as fitted by SecCool, and ASHRAE as fitted by SecCool.
"""
import csv
import math
import os

from CoolProp.CoolProp import PropsSI

DATA = os.path.join(os.path.dirname(__file__), "..", "tests", "data")
ZERO = 273.15
# Name of the fit, hundredths of mass, other models. The names are CoolProp's.
FLUIDS = {
    "pg": ("MPG", range(10, 61, 5), ("MPG2", "APG")),
    "eg": ("MEG", range(10, 61, 5), ("MEG2", "AEG")),
    "kf": ("MKF", [10, 15, 20, 25, 30, 35, 40, 45, 48], ()),
}
PROPERTIES = ("D", "C", "V", "L")


def fluid(name, mass):
    return f"INCOMP::{name}[{mass!r}]"


def freezing(name, mass):
    return PropsSI("T_FREEZE", "T", 300.0, "P", 1e5, fluid(name, mass)) - ZERO


def properties(name, mass, celsius):
    return [PropsSI(p, "T", celsius + ZERO, "P", 1e5, fluid(name, mass)) for p in PROPERTIES]


def temperatures(freeze):
    """A little above freezing, then every 4 K, and one value off any grid."""
    first = 4 * math.ceil((freeze + 0.5) / 4)
    return sorted([round(freeze + 0.01, 3), 17.3, *range(first, 41, 4)])


def models(finer):
    for mix, (name, masses, others) in FLUIDS.items():
        between = [each + 2.5 for each in list(masses)[:-1]] if finer else []
        for hundredths in sorted([*masses, *between]):
            yield mix, name, hundredths / 100, others


def write(file, header, rows):
    with open(os.path.join(DATA, file), "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def melinder():
    for mix, name, mass, _ in models(False):
        freeze = freezing(name, mass)
        for celsius in temperatures(freeze):
            yield [mix, mass, celsius, repr(freeze), *map(repr, properties(name, mass, celsius))]


def relative(name, other, mass):
    """The largest differences over the temperatures that both models answer to."""
    widest = [0.0] * len(PROPERTIES)
    freeze = max(freezing(name, mass), freezing(other, mass))
    steps = int((40 - freeze) / 0.5)
    for step in range(steps + 1):
        celsius = 40 - 0.5 * step
        try:
            pair = zip(properties(name, mass, celsius), properties(other, mass, celsius))
        except ValueError:
            continue  # outside the other model's range of temperature
        widest = [max(w, abs(b / a - 1)) for w, (a, b) in zip(widest, pair)]
    return widest


def spread():
    for mix, name, mass, others in models(True):
        rows = []
        for other in others:
            try:
                rows.append([abs(freezing(other, mass) - freezing(name, mass))] + relative(name, other, mass))
            except ValueError:
                pass  # outside the other model's range of mass
        if rows:
            yield [mix, mass, *(f"{max(column):.6f}" for column in zip(*rows))]


write("coolant_melinder.csv",
      ["mix", "mass", "t_c", "freeze_c", "density_kg_m3", "cp_j_kgk", "viscosity_pa_s", "conductivity_w_mk"],
      melinder())
write("coolant_spread.csv",
      ["mix", "mass", "freeze_k", "density", "cp", "viscosity", "conductivity"], spread())
