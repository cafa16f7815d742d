"""The four number types of the controller, written from the text of `src/number.rs`.

A term is what is summed up; a number is what goes in and comes out. Each class knows the gains of its
own kind, made from the doubles of `law.design`.
"""

import struct

import numpy as np

RANGE = 2048.0
BOUND = 2.0**22
DERIVATIVE_BOUND = 2.0**21
MOST = 16


class Double:
    """`f64`: everything is a double, each operation rounded once."""

    name = "f64"
    zero = 0.0
    one = 1.0
    is_float = True

    @staticmethod
    def of(units):
        """From a number of steps of 2^-16, exactly."""
        return units / 65536.0

    @staticmethod
    def from_double(value):
        return float(value)

    to_double = from_double

    @staticmethod
    def gain(value):
        return value

    pole = gain

    @staticmethod
    def rescaled(term, a, numerator, denominator):
        """The nominal step of a filter at another rate."""
        return term / max(a + numerator / denominator * (1.0 - a), 1.0 / MOST)

    @staticmethod
    def ratio(numerator, denominator):
        return min(numerator / denominator, float(MOST)) if denominator else 1.0

    @staticmethod
    def signal(number):
        return number

    @staticmethod
    def times(gain, signal):
        return gain * signal

    @staticmethod
    def decayed(term, a):
        return term * a

    @staticmethod
    def by_ratio(term, ratio):
        return term * ratio

    @staticmethod
    def bounded(term, bound):
        return min(max(term, -bound), bound)

    @staticmethod
    def integral_plus(integral, term):
        return integral + term

    @staticmethod
    def integral_value(integral):
        return integral

    @staticmethod
    def integral_from(one, other):
        return one - other

    zero_integral = 0.0

    @staticmethod
    def term(number):
        return number

    @staticmethod
    def narrow(term):
        return term

    @staticmethod
    def plus(one, other):
        return one + other

    @staticmethod
    def minus(one, other):
        return one - other

    @staticmethod
    def bits(number):
        return struct.unpack("<Q", struct.pack("<d", number))[0]

    @staticmethod
    def out_of_range(number):
        """None, or the name of the fault."""
        if number != number or number in (float("inf"), float("-inf")):
            return "NotFinite"
        if number > RANGE:
            return "AboveRange"
        if number < -RANGE:
            return "BelowRange"
        return None


F = np.float32
EPSILON = F(2.0**-23)


def two_sum(a, b):
    """The rounded sum and its exact error (Knuth, TAOCP 2, 4.2.2, theorem B)."""
    s = a + b
    bb = s - a
    return s, (a - (s - bb)) + (b - bb)


class Single(Double):
    """`f32` by numpy, with the integral in two of them."""

    name = "f32"
    zero = F(0.0)
    one = F(1.0)

    @staticmethod
    def of(units):
        return F(units / 65536.0)

    @staticmethod
    def from_double(value):
        return F(value)

    @staticmethod
    def to_double(value):
        return float(value)

    @staticmethod
    def gain(value):
        return F(value)

    pole = gain

    @staticmethod
    def rescaled(term, a, numerator, denominator):
        ratio = F(numerator) / F(denominator)
        return term / max(a + ratio * (F(1.0) - a), F(1.0 / MOST))

    @staticmethod
    def ratio(numerator, denominator):
        return min(F(numerator) / F(denominator), F(MOST)) if denominator else F(1.0)

    @staticmethod
    def bounded(term, bound):
        return min(max(term, F(-bound)), F(bound))

    @staticmethod
    def integral_plus(integral, term):
        total, error = two_sum(integral[0], term)
        rest = integral[1] + error
        if abs(rest) < abs(total) * EPSILON:
            return total, rest
        return two_sum(total, rest)

    @staticmethod
    def integral_value(integral):
        return integral[0] + integral[1]

    @staticmethod
    def integral_from(one, other):
        return two_sum(one, -other)

    zero_integral = (F(0.0), F(0.0))

    @staticmethod
    def bits(number):
        return int(number.view(np.uint32))


def nearest(value):
    """The integer nearest to a double; halves away from zero."""
    return int(value + 0.5) if value >= 0 else -int(0.5 - value)


class Fixed:
    """The integer core. `fraction` is 16 for I16F16, 32 for I32F32."""

    is_float = False
    zero = 0
    zero_integral = 0

    def __init__(self, name, fraction):
        self.name = name
        self.fraction = fraction
        self.one = 1 << fraction
        self.rounding = 40 - fraction
        self.largest = 2**31 - 1 if fraction == 16 else 2**63 - 1
        # What I32F32 takes for a signal is a little less than the range.
        self.lowest = -2048 << 16 if fraction == 16 else -2046 << 32
        self.highest = 2048 << 16 if fraction == 16 else (2047 << 32) - 1

    def of(self, units):
        return units << (self.fraction - 16)

    def from_double(self, value):
        """As `saturating_from_num` of the crate `fixed`: to nearest, halves to even."""
        scaled = value * 2.0**self.fraction
        return max(-self.largest - 1, min(self.largest, round(scaled)))

    def to_double(self, number):
        return number / 2.0**self.fraction

    @staticmethod
    def gain(value):
        """Mantissa below 2^31 and the shift beyond 2^-24, at most 31."""
        down = 0
        while down < 31 and abs(nearest(value * 2.0 ** (24 + down + 1))) < 2**31:
            down += 1
        return nearest(value * 2.0 ** (24 + down)), down

    @staticmethod
    def pole(value):
        return max(0, min(2**31 - 1, nearest(value * 2.0**31)))

    @staticmethod
    def ratio(numerator, denominator):
        return min((numerator << 16) // denominator, MOST << 16) if denominator else 1 << 16

    @staticmethod
    def rescaled(term, a, numerator, denominator):
        """Pole, ratio and factor in 2^-16, each truncated."""
        a >>= 15
        below = a + (Fixed.ratio(numerator, denominator) * (2**16 - a) >> 16)
        factor = min((1 << 32) // below, MOST << 16) if below else MOST << 16
        return (term * factor) >> 16

    def signal(self, number):
        """In 2^-16: I32F32 is rounded to nearest. At most 2^15 units, which only a lag can be."""
        if self.fraction == 16:
            return number
        return max(-(2**31), min(2**31 - 1, (number + (1 << 15)) >> 16))

    @staticmethod
    def times(gain, signal):
        return (gain[0] * signal) >> gain[1]

    @staticmethod
    def decayed(term, a):
        return (term * a) >> 31

    @staticmethod
    def by_ratio(term, ratio):
        return (term * ratio) >> 16

    @staticmethod
    def bounded(term, bound):
        most = int(bound) << 40
        return min(max(term, -most), most)

    @staticmethod
    def integral_plus(integral, term):
        return integral + term

    @staticmethod
    def integral_value(integral):
        return integral

    @staticmethod
    def integral_from(one, other):
        return one - other

    def term(self, number):
        return number << self.rounding

    def narrow(self, term):
        return self.saturated((term + (1 << (self.rounding - 1))) >> self.rounding)

    def saturated(self, number):
        return max(-self.largest - 1, min(self.largest, number))

    def plus(self, one, other):
        return self.saturated(one + other)

    def minus(self, one, other):
        return self.saturated(one - other)

    def bits(self, number):
        return number & (2**32 - 1 if self.fraction == 16 else 2**64 - 1)

    def out_of_range(self, number):
        if number > self.highest:
            return "AboveRange"
        if number < self.lowest:
            return "BelowRange"
        return None


I16F16 = Fixed("I16F16", 16)
I32F32 = Fixed("I32F32", 32)
TYPES = [Double, Single, I16F16, I32F32]
