"""The law of the controller, written from the text of `src/pid.rs` and of the fields, not from the code.

Where the text leaves open in which order numbers are added, the order of the code was taken over: it
matters to `f32` and to truncated integers only.
"""

import math

from number import BOUND, DERIVATIVE_BOUND

SATURATED_HIGH, SATURATED_LOW, SLEWING, TRACKING, HELD, FALLBACK, LATE, RESTS = (1 << n for n in range(8))

FAULTS = ["", "Absent", "Unavailable", "Open", "Short", "BelowRange", "AboveRange", "Stale", "Stuck",
          "Disagrees", "Bus", "Uncalibrated", "Expired", "NotFinite"]


class Tuning:
    """The ISA form in engineering units, with the documented defaults."""

    def __init__(self, gain, ti_s, td_s, b=1.0, c=0.0, direct=True, tf_s=None, tt_s=None):
        self.gain, self.ti_s, self.td_s, self.b, self.c, self.direct = gain, ti_s, td_s, b, c, direct
        self.tf_s = td_s / 8.0 if tf_s is None else tf_s
        default = math.sqrt(ti_s * td_s) if td_s > 0.0 else ti_s
        self.tt_s = default if tt_s is None else tt_s


class Gains:
    """What a step of number type `n` multiplies with, every `period_ms`."""

    def __init__(self, n, tuning, period_ms, jitter, anti_windup):
        h = period_ms / 1000.0
        k = -tuning.gain if tuning.direct else tuning.gain
        a = math.exp(-h / tuning.tf_s) if tuning.tf_s > 0.0 else 0.0
        forgotten = -math.expm1(-h / tuning.tf_s) if tuning.tf_s > 0.0 else 1.0
        derivative = k * tuning.td_s * forgotten / h
        self.k = n.gain(k)
        self.unweighted = n.gain(k * (1.0 - tuning.b))
        self.integral = n.gain(k * h / tuning.ti_s)
        self.derivative = n.gain(derivative)
        self.setpoint_derivative = n.gain(derivative * tuning.c)
        self.tracking = n.gain(min(h / tuning.tt_s, 1.0))
        self.a = n.pole(a)
        self.period_ms = period_ms
        self.jitter = jitter  # ("strict", tolerance_ms) or ("rescale", most)
        self.anti_windup = anti_windup  # "back", "conditional" or "both"


class Limits:
    """All in numbers of the type; `rise` and `fall` are None without slew limits, `bleed` is None for
    the fallback to the safe output at once."""

    def __init__(self, low, high, rise=None, fall=None, safe=None, hold=0, bleed=None):
        self.low, self.high, self.rise, self.fall = low, high, rise, fall
        self.safe = low if safe is None else safe
        self.hold, self.bleed = hold, bleed

    def limit(self, value):
        return min(max(value, self.low), self.high)


class Step:
    """What one step decided."""

    __slots__ = ("command", "flags", "fault", "requested", "p", "i", "d")


# What the last step leaves: nothing; a valid sample; a sample before some held ones; or an output that was
# decided elsewhere while nothing was measured.
FRESH, GOING, HOLDING, ADRIFT = range(4)


class Pid:
    """The state."""

    def __init__(self, n):
        self.n = n
        self.r = self.y = n.signal(n.zero)
        self.u = self.excess = n.zero
        self.i = n.zero_integral
        self.p = self.d = n.term(n.zero)
        self.missed = 0
        self.state = FRESH

    def step(self, g, limits, mode, wanted, r, y, fault, f, achieved, dt_ms):
        """One step. `fault` is the name of the sensor's fault or None; `wanted` is the output of the
        modes "manual" and "track"."""
        n = self.n
        for number in (y, r, f, achieved):
            fault = fault or n.out_of_range(number)
        out = Step()
        out.flags = LATE if self.is_late(g, dt_ms) else 0
        out.fault = fault
        auto = mode == "auto"
        if auto and fault is None:
            self.automatic(out, g, limits, n.signal(r), n.signal(y), f, achieved, dt_ms)
        elif auto:
            self.bridged(out, limits)
        else:
            self.driven(out, g, limits, mode, wanted, n.signal(r), n.signal(y), f)
        if not auto:
            self.missed = 0
        out.command = self.u
        out.requested = n.plus(self.u, self.excess) if auto and fault is None else self.u
        out.p, out.i, out.d = n.narrow(self.p), n.narrow(n.integral_value(self.i)), n.narrow(self.d)
        return out

    # --- time ---

    @staticmethod
    def is_late(g, dt_ms):
        kind, value = g.jitter
        if kind == "strict":
            return abs(dt_ms - g.period_ms) > value
        return dt_ms > value * g.period_ms

    @staticmethod
    def passed(g, dt_ms):
        """The time that counts."""
        kind, value = g.jitter
        if dt_ms == 0:
            return 0
        return g.period_ms if kind == "strict" else min(dt_ms, value * g.period_ms)

    def increment(self, g, term, dt_ms):
        """An increment that belongs to a whole period."""
        passed = self.passed(g, dt_ms)
        if passed == g.period_ms:
            return term
        return self.n.by_ratio(term, self.n.ratio(passed, g.period_ms))

    # --- the terms ---

    def add(self, term):
        n = self.n
        self.i = n.integral_plus(self.i, term)
        value = n.integral_value(self.i)
        bounded = n.bounded(value, BOUND)
        if bounded != value:
            self.i = n.integral_from(bounded, n.term(n.zero))

    def place(self, g, r, y, f):
        """Puts the integral where the law gives the command for this sample."""
        n = self.n
        self.p = n.times(g.k, r - y)
        self.i = n.integral_from(n.term(self.u), self.p + n.term(f))
        self.d = n.term(n.zero)
        self.excess = n.zero
        self.r, self.y = r, y

    def automatic(self, out, g, limits, r, y, f, achieved, dt_ms):
        n = self.n
        if self.state == ADRIFT:
            self.place(g, r, y, f)
            self.state = FRESH
        moved = r - self.r
        if moved != 0:
            self.add(n.term(n.zero) - n.times(g.unweighted, moved))
        lag = n.zero
        if self.state != FRESH:
            lag = self.lag(out, limits, achieved)
            if lag != 0 and g.anti_windup != "conditional":
                self.follow(g, lag, dt_ms)
        if self.state == GOING and dt_ms != 0:
            self.differentiate(g, moved, self.y - y, dt_ms)
        if not (self.state == GOING and dt_ms == 0):
            self.y = y
        self.r = r
        grown = self.increment(g, n.times(g.integral, r - y), dt_ms)
        if g.anti_windup != "back" and ((lag < 0 and grown > 0) or (lag > 0 and grown < 0)):
            out.flags |= RESTS
        else:
            self.add(grown)
        self.p = n.times(g.k, r - y)
        v = n.narrow(((self.p + self.d) + n.integral_value(self.i)) + n.term(f))
        self.u = self.limited(out, limits, v, True)
        self.excess = n.minus(v, self.u)
        self.state, self.missed = GOING, 0

    def lag(self, out, limits, achieved):
        """How far what was achieved lags behind what was asked for."""
        n = self.n
        real = achieved if achieved == self.u else limits.limit(achieved)
        if real != self.u:
            out.flags |= TRACKING
        return n.minus(n.minus(real, self.u), self.excess)

    def follow(self, g, lag, dt_ms):
        """Back-calculation; never beyond what was achieved."""
        n = self.n
        pull = self.increment(g, n.times(g.tracking, n.signal(lag)), dt_ms)
        most = n.term(lag)
        self.add(most if (pull > most > 0) or (pull < most < 0) else pull)

    def differentiate(self, g, moved, fall, dt_ms):
        n = self.n
        d = (n.decayed(self.d, g.a) + n.times(g.derivative, fall)) + n.times(g.setpoint_derivative, moved)
        passed = self.passed(g, dt_ms)
        if passed != g.period_ms:
            d = n.rescaled(d, g.a, passed, g.period_ms)
        self.d = n.bounded(d, DERIVATIVE_BOUND)

    def limited(self, out, limits, wanted, slewing):
        """The command of what is wanted; the last command counts as far as it lies within the limits."""
        n = self.n
        if wanted > limits.high:
            out.flags |= SATURATED_HIGH
        if wanted < limits.low:
            out.flags |= SATURATED_LOW
        command = limits.limit(wanted)
        if not slewing or limits.rise is None:
            return command
        last = limits.limit(self.u)
        reached = limits.limit(min(max(command, n.minus(last, limits.fall)), n.plus(last, limits.rise)))
        if reached != command:
            out.flags |= SLEWING
        return reached

    # --- without a sample, and in other modes ---

    def bridged(self, out, limits):
        """Automatic, without a sample."""
        n = self.n
        last = limits.limit(self.u)
        self.missed = min(self.missed + 1, 65535)
        self.p = n.term(n.zero)
        if self.missed <= limits.hold:
            out.flags |= HELD
            if self.state in (GOING, HOLDING):
                self.excess = n.plus(self.excess, n.minus(self.u, last))
            else:
                self.excess = n.zero
            if self.state == GOING:
                self.state = HOLDING
            self.u = last
            return
        out.flags |= FALLBACK
        if limits.bleed is None:
            self.u = limits.safe
        elif last > limits.safe:
            self.u = max(n.minus(last, limits.bleed), limits.safe)
        else:
            self.u = min(n.plus(last, limits.bleed), limits.safe)
        self.excess = n.zero
        self.state = ADRIFT

    def driven(self, out, g, limits, mode, wanted, r, y, f):
        """Somebody else decides the output."""
        n = self.n
        fault = out.fault
        if mode == "safe":
            self.u = limits.safe
        elif mode == "hold":
            self.u = limits.limit(self.u)
        elif n.is_float and n.out_of_range(wanted) == "NotFinite":
            self.u = limits.limit(self.u)
            out.fault = "NotFinite"
            out.flags |= HELD
        else:
            self.u = self.limited(out, limits, wanted, mode == "manual")
        self.excess = n.zero
        if fault is None:
            self.place(g, r, y, f)
            self.state = GOING
        else:
            self.p = n.term(n.zero)
            self.state = ADRIFT
