#!/usr/bin/env python3
"""An oracle for the PID controller, independent of its code.

    python3 crates/coldcap-thermal/oracle/oracle.py            writes tests/golden/pid_*.txt
    python3 crates/coldcap-thermal/oracle/oracle.py --check    compares with them; 1 if they differ

`law.py` and `number.py` were written from the text of the law (the documentation of `coldcap_thermal::pid`
and `number`), not from the Rust code. Both are run here around plants that scipy samples exactly, and
with random inputs in every mode; `tests/pid_golden.rs` runs the Rust code with the very same inputs.
Needs numpy and scipy.
"""

import os
import sys

sys.dont_write_bytecode = True

from concurrent.futures import ProcessPoolExecutor

import numpy as np

import law
from law import Gains, Limits, Pid, Tuning
from number import TYPES
from plants import PLANTS

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "golden")
COMMAND = "python3 crates/coldcap-thermal/oracle/oracle.py"
STEPS = 100_000
EVERY = 500
HASH_EVERY = 10_000
MASK = 2**64 - 1
UNIT = 1 << 16


class Dice:
    """D. E. Knuth's MMIX generator; the upper half of its state."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return self.state >> 32

    def below(self, count):
        return (self.next() * count) >> 32

    def signed(self, most):
        return self.below(2 * most + 1) - most


class Hash:
    """FNV-1a over words of 64 bits instead of bytes."""

    def __init__(self):
        self.value = 0xCBF29CE484222325

    def word(self, word):
        self.value = ((self.value ^ word) * 0x100000001B3) & MASK


class Trace:
    """What is kept of a run: running hashes of the commands and of everything, and some values."""

    def __init__(self, n):
        self.n = n
        self.commands, self.all = Hash(), Hash()
        self.hashes, self.values = [], []
        self.steps = 0

    def add(self, step):
        n, bits = self.n, self.n.bits
        command = bits(step.command)
        self.commands.word(command)
        self.all.word(command)
        self.all.word(step.flags)
        self.all.word(law.FAULTS.index(step.fault or ""))
        for value in (step.requested, step.p, step.i, step.d):
            self.all.word(bits(value))
        self.steps += 1
        if self.steps % EVERY == 0:
            self.values.append([bits(v) for v in (step.command, step.requested, step.i, step.d)])
        if self.steps % HASH_EVERY == 0:
            self.hashes.append((self.commands.value, self.all.value))

    def lines(self, kept):
        """`kept` of the four values of every 500th step for doubles; hashes for the other types, whose
        bits are exact."""
        if self.n.name == "f64":
            return ["f64 " + " ".join(f"{bits:x}" for four in self.values for bits in four[:kept])]
        return [f"{self.n.name} " + " ".join(f"{one:x}/{other:x}" for one, other in self.hashes)]


ANTI_WINDUPS = ["both", "conditional", "back"]


# --- closed loops ---------------------------------------------------------------------------------


def runs():
    """Plant, tuning in its own units, direct, b, c, anti-windup."""
    for index, plant in enumerate(PLANTS):
        direct = index % 2 == 1
        yield index, (*plant.simc, 0.0), direct, 1.0, 0.0, "back"
        yield index, plant.amigo, not direct, 0.6, 0.25, ANTI_WINDUPS[index % 3]


def closed(n, seed, run, matrices):
    index, tuning, direct, b, c, anti_windup = run
    plant = PLANTS[index]
    a_rows, b_column = matrices
    order = len(b_column)
    gain, ti, td = tuning
    unit = plant.unit_s
    gains = Gains(n, Tuning(gain, ti * unit, td * unit, b, c, direct), plant.period_ms,
                  ("strict", 0), anti_windup)
    limits = Limits(n.from_double(0.0), n.from_double(10.0))
    pid, trace, dice = Pid(n), Trace(n), Dice(seed)
    x, line = [0.0] * order, [0.0] * plant.delay
    achieved, left = n.from_double(0.0), 0
    sign = -1 if direct else 1
    for k in range(STEPS):
        if left == 0:
            left = 500 + dice.below(3500)
            r = dice.below(9 * UNIT)
            load = dice.signed(UNIT) / UNIT
            noisy = dice.below(2)
            ceiling = n.from_double(6.0 if dice.below(3) == 0 else 10.0)
            f = r // 2 if dice.below(2) else 0
            setpoint, forward = n.of(sign * r), n.of(f)
        left -= 1
        y = 0.0
        for j in range(order):
            y += plant.weights[j] * x[j]
        noise = dice.signed(655) / UNIT if noisy else 0.0
        measured = n.from_double(sign * y + noise)
        step = pid.step(gains, limits, "auto", None, setpoint, measured, None, forward, achieved,
                        plant.period_ms)
        trace.add(step)
        achieved = min(step.command, ceiling)
        u = n.to_double(achieved) + load
        if line:
            place = k % plant.delay
            u, line[place] = line[place], u
        new = []
        for i in range(order):
            total = b_column[i] * u
            row = a_rows[i]
            for j in range(i + 1):
                total += row[j] * x[j]
            new.append(total)
        x = new
    return trace


def closed_run(job):
    matrices, number, run = job
    all_runs = list(runs())
    return closed(TYPES[number], run + 1, all_runs[run], matrices[all_runs[run][0]]).lines(1)


def bits_of(value):
    return TYPES[0].bits(float(value))


def double(word):
    return float(np.uint64(int(word, 16)).view(np.float64))


def closed_lines(pool, matrices):
    lines = [f"# Made by: {COMMAND}", "# See there what stands here, and pid_golden.rs, which reads it."]
    for plant, (a, b) in zip(PLANTS, matrices):
        lines.append(f"plant {len(b)} {plant.delay} {plant.period_ms} {plant.name.replace(' ', '')}")
        lines.append("weights " + " ".join(repr(w) for w in plant.weights))
        lines.append("input " + " ".join(f"{bits_of(v):x}" for v in b))
        for i, row in enumerate(a):
            lines.append("state " + " ".join(f"{bits_of(v):x}" for v in row[: i + 1]))
    jobs = [(matrices, number, run) for run in range(2 * len(PLANTS)) for number in range(4)]
    results = list(pool.map(closed_run, jobs))
    for run, (index, (gain, ti, td), direct, b, c, anti_windup) in enumerate(runs()):
        unit = PLANTS[index].unit_s
        action = "direct" if direct else "reverse"
        lines.append(f"run {index} {run + 1} {gain!r} {ti * unit!r} {td * unit!r} {b!r} {c!r} {action} {anti_windup}")
        for result in results[4 * run : 4 * run + 4]:
            lines += result
    return lines


def stored_matrices(lines):
    """The sampled plants of a golden file: they depend on the linear algebra of the machine by some last
    bits, so traces are compared on the stored ones, and those within 10^-12."""
    matrices = []
    for line in lines:
        word, *rest = line.split()
        if word == "input":
            matrices.append(([], [double(w) for w in rest]))
        elif word == "state":
            rows = matrices[-1][0]
            row = [double(w) for w in rest]
            rows.append(row + [0.0] * (len(matrices[-1][1]) - len(row)))
    return matrices


def sampled_matrices():
    """As they will be read from the file: what is above the diagonal of a chain is zero."""
    return [([row[: i + 1] + [0.0] * (len(b) - i - 1) for i, row in enumerate(a)], b)
            for a, b in (plant.sampled() for plant in PLANTS)]


# --- random inputs --------------------------------------------------------------------------------

INFINITE = float("inf")
# gain, Ti, Td, Tf, Tt, b, c, direct, period in ms
TUNINGS = [
    (0.5, 10.0, 0.0, 0.0, 10.0, 1.0, 0.0, True, 1000),
    (2.0, 30.0, 5.0, 0.625, 12.0, 0.6, 0.0, False, 1000),
    (2.0, 30.0, 5.0, 0.625, 12.0, 0.6, 1.0, True, 1000),
    (17.3, 4.0, 0.9, 0.3, 0.05, 0.37, 0.25, False, 100),
    (0.031, 700.0, 60.0, 7.5, 200.0, 0.0, 0.5, True, 100),
    (1.7, INFINITE, 0.0, 0.0, INFINITE, 1.0, 0.0, False, 20),
    (0.9, INFINITE, 2.0, 0.1, 3.0, 0.5, 0.0, True, 20),
    (120.0, 0.02, 0.0, 0.0, 0.02, 0.9, 0.0, False, 20),
    (0.003, 5000.0, 100.0, 50.0, 700.0, 0.75, 1.0, True, 1000),
    (3.0, 8.0, 0.5, 200.0, 1.0, 0.2, 0.9, False, 1000),
]
# low, high, rise, fall (0: none), safe, hold, bleed (0: the safe output at once)
LIMITS = [
    (0.0, 1.0, 0.0, 0.0, 0.0, 0, 0.0),
    (-10.0, 10.0, 0.25, 0.5, 0.0, 3, 0.0),
    (0.0, 100.0, 0.0, 0.0, 20.0, 2, 2.0),
    (-3.0, 5.0, 0.1, 0.07, 1.5, 1, 0.3),
    (-2046.0, 2046.0, 0.0, 0.0, 0.0, 4, 100.0),
    (-50.0, -20.0, 5.0, 7.0, -20.0, 0, 1.0),
]
# Jitter and anti-windup.
POLICIES = [(("strict", 0), "back"), (("rescale", 4), "back"), (("strict", 30), "both"),
            (("rescale", 16), "both"), (("rescale", 1), "conditional"), (("strict", 500), "conditional")]
SEEDS = [101, 102, 103]
WILD = ["+", "-", "+edge", "-edge", "nan", "+inf", "-inf"]


def wild(n, kind):
    """A number that is no signal. What fixed point does not have is 3000 instead."""
    word = WILD[kind]
    if word.endswith("edge"):
        units = 2048 * UNIT + 1024
    elif n.is_float and word not in "+-":
        return n.from_double(float(word))
    else:
        units = 3000 * UNIT
    return n.of(-units if word[0] == "-" else units)


def fine(n, units, low):
    """A signal in 2^-16; I32F32 has `low` below that."""
    return (units << 16) | low if n.name == "I32F32" else n.of(units)


def opened(n, seed):
    gains = [[Gains(n, Tuning(k, ti, td, b, c, direct, tf, tt), period, *policy) for policy in POLICIES]
             for k, ti, td, tf, tt, b, c, direct, period in TUNINGS]
    of = n.from_double
    limits = [Limits(of(low), of(high), of(rise) if rise else None, of(fall) if fall else None, of(safe),
                     hold, of(bleed) if bleed else None)
              for low, high, rise, fall, safe, hold, bleed in LIMITS]
    pid, trace, dice = Pid(n), Trace(n), Dice(seed)
    tuning = limit = policy = r = r_low = f = y = left = burst = 0
    mode, wanted, kind, which = "auto", n.of(0), 0, 0
    command = n.of(0)
    for _ in range(STEPS):
        if left == 0:
            left = 1 + dice.below(60)
            if dice.below(2) == 0:
                tuning = dice.below(len(TUNINGS))
            if dice.below(3) == 0:
                limit = dice.below(len(LIMITS))
            if dice.below(3) == 0:
                policy = dice.below(len(POLICIES))
            mode = ["auto"] * 6 + ["manual", "hold", "track", "safe"]
            mode = mode[dice.below(10)]
            wanted = n.of(dice.signed(120 * UNIT) >> dice.below(8))
            if dice.below(8) == 0:
                wanted = wild(n, dice.below(len(WILD)))
            if dice.below(3) == 0:
                r, r_low = dice.signed(50 * UNIT), dice.below(UNIT)
            turn = dice.below(4)
            if turn < 2:
                f = dice.signed(5 * UNIT) if turn else 0
        left -= 1
        y += dice.signed(6553) + ((r - y) >> 5)
        if dice.below(500) == 0:
            y = 2048 * UNIT if dice.below(2) else -2048 * UNIT
        y_low = dice.below(UNIT) if abs(y) < 2048 * UNIT else 0
        setpoint, measured, forward = fine(n, r, r_low), fine(n, y, y_low), n.of(f)
        achieved, fault = command, None
        turn = dice.below(6)
        if turn == 0:
            achieved = n.plus(command, n.of(dice.signed(UNIT) >> dice.below(16)))
        elif turn == 1:
            achieved = n.of(0)
        if burst == 0 and dice.below(25) == 0:
            burst, which, kind = 1 + dice.below(12), dice.below(8), dice.below(len(WILD))
        if burst > 0:
            burst -= 1
            if which == 4:
                measured = wild(n, kind)
            elif which == 5:
                setpoint = wild(n, kind)
            elif which == 6:
                forward = wild(n, kind)
            elif which == 7:
                achieved = wild(n, kind)
            else:
                fault = law.FAULTS[1 + dice.below(13)]
        with_ = gains[tuning][policy]
        period = with_.period_ms
        dt = period
        if dice.below(8) == 0:
            dt = [0, period // 2, period + 1, 2 * period, 7 * period, 40 * period][dice.below(6)]
        step = pid.step(with_, limits[limit], mode, wanted, setpoint, measured, fault, forward, achieved, dt)
        trace.add(step)
        command = step.command
    return trace


def opened_run(job):
    seed, number = job
    return opened(TYPES[number], seed).lines(4)


def opened_lines(pool):
    lines = [f"# Made by: {COMMAND}", "# See there what stands here, and pid_golden.rs, which reads it."]
    for *numbers, direct, period in TUNINGS:
        action = "direct" if direct else "reverse"
        lines.append("tuning " + " ".join(repr(v) for v in numbers) + f" {action} {period}")
    lines += ["limits " + " ".join(repr(v) for v in row) for row in LIMITS]
    lines += [f"policy {kind} {value} {anti_windup}" for (kind, value), anti_windup in POLICIES]
    results = list(pool.map(opened_run, [(seed, number) for seed in SEEDS for number in range(4)]))
    for at, seed in enumerate(SEEDS):
        lines.append(f"run {seed}")
        for result in results[4 * at : 4 * at + 4]:
            lines += result
    return lines


# --- files ----------------------------------------------------------------------------------------


def path(name):
    return os.path.join(GOLDEN, name)


def read(name):
    with open(path(name), encoding="ascii") as file:
        return file.read().splitlines()


def same(ours, theirs):
    """Whether two lines say the same; doubles may differ by the last bits of the machine's `exp`."""
    if ours == theirs:
        return True
    one, other = ours.split(), theirs.split()
    if one[:1] != other[:1] or len(one) != len(other) or one[0] not in ("f64", "input", "state"):
        return False
    return all(abs(double(a) - double(b)) <= 1e-12 * max(1.0, abs(double(b)))
               for a, b in zip(one[1:], other[1:]))


def differences(name, ours):
    theirs = read(name)
    wrong = [f"{name}:{at + 1}: {a[:60]}" for at, (a, b) in enumerate(zip(ours, theirs)) if not same(a, b)]
    if len(ours) != len(theirs):
        wrong.append(f"{name}: {len(ours)} lines, the file has {len(theirs)}")
    return wrong


def check(pool):
    stored = stored_matrices(read("pid_closed.txt"))
    wrong = []
    for plant, (a, b), (a_stored, b_stored) in zip(PLANTS, sampled_matrices(), stored, strict=True):
        if not np.allclose(a, a_stored, 0, 1e-12) or not np.allclose(b, b_stored, 0, 1e-12):
            wrong.append(f"pid_closed.txt: the plant {plant.name} is sampled differently")
    wrong += differences("pid_closed.txt", closed_lines(pool, stored))
    wrong += differences("pid_open.txt", opened_lines(pool))
    print("\n".join(wrong) or "the golden files are what the oracle says")
    return 1 if wrong else 0


def write(pool):
    os.makedirs(GOLDEN, exist_ok=True)
    for name, lines in (("pid_closed.txt", closed_lines(pool, sampled_matrices())),
                        ("pid_open.txt", opened_lines(pool))):
        with open(path(name), "w", encoding="ascii", newline="\n") as file:
            file.write("\n".join(lines) + "\n")
        print(f"{name}: {os.path.getsize(path(name))} bytes")
    return 0


def main():
    np.seterr(all="ignore")
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__)
        return 2
    with ProcessPoolExecutor() as pool:
        return check(pool) if sys.argv[1:] else write(pool)


if __name__ == "__main__":
    sys.exit(main())
