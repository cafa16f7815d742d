//! The exact response of a first-order plant with delay to an input that is constant in pieces.
//!
//! Floating point: design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

/// A change of the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) time_s: f64,
    pub(super) input: f64,
}

/// The mean of the output from one time to another, or the output at one time if both are equal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observation {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    pub(super) output: f64,
    /// How much it counts; one on average.
    pub(super) weight: f64,
}

/// What is known of a plant: its input, and its output in order of time.
pub(super) trait Evidence {
    /// The input from before the beginning to the first change.
    fn initial_input(&self) -> f64;
    /// All changes after that, in order.
    fn changes(&self) -> impl Iterator<Item = Change>;
    /// All observations, in order.
    fn observations(&self) -> impl Iterator<Item = Observation>;
}

/// What the output consists of over one observation, and how that varies with the two times.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    /// Response of a plant of gain one.
    pub(super) gain: f64,
    /// What is left of a deviation of one at the beginning.
    pub(super) deviation: f64,
    /// Derivative of `gain` by the time constant.
    pub(super) gain_by_time: f64,
    /// Derivative of `gain` by the delay.
    pub(super) gain_by_delay: f64,
    /// Derivative of `deviation` by the time constant.
    pub(super) deviation_by_time: f64,
}

/// Follows a plant of gain one through time.
///
/// Between two changes, with the input u and a span s, `x(t+s) = u + (x(t) − u)·e^(−s/T)`; the
/// derivative by T follows from that, and `∂x/∂L = −x′`. The mean over a span comes from the
/// differential equation itself: `∫x dt = ∫u dt − T·Δx`.
pub(super) struct Walker<C> {
    changes: C,
    next: Option<Change>,
    time_constant_s: f64,
    delay_s: f64,
    initial_input: f64,
    start_s: f64,
    now_s: f64,
    input: f64,
    x: f64,
    x_by_time: f64,
}

impl<C: Iterator<Item = Change>> Walker<C> {
    /// At rest at `start_s` under the initial input.
    pub(super) fn new(
        mut changes: C,
        initial_input: f64,
        start_s: f64,
        [time_constant_s, delay_s]: [f64; 2],
    ) -> Self {
        Self {
            next: changes.next(),
            changes,
            time_constant_s,
            delay_s,
            initial_input,
            start_s,
            now_s: start_s,
            input: 0.0,
            x: 0.0,
            x_by_time: 0.0,
        }
    }

    /// What the output over the next observation consists of.
    pub(super) fn observe(&mut self, from_s: f64, to_s: f64) -> Columns {
        self.advance(from_s);
        if to_s <= from_s {
            return self.at_point();
        }
        let (x, x_by_time) = (self.x, self.x_by_time);
        let [rest, rest_by_time] = self.rest();
        let area = self.advance(to_s);
        let [rest_after, rest_after_by_time] = self.rest();
        let (time, width) = (self.time_constant_s, to_s - from_s);
        let rise = self.x - x;
        let fall = rest - rest_after;
        Columns {
            gain: (area - time * rise) / width,
            deviation: time * fall / width,
            gain_by_time: -(rise + time * (self.x_by_time - x_by_time)) / width,
            gain_by_delay: -rise / width,
            deviation_by_time: (fall + time * (rest_by_time - rest_after_by_time)) / width,
        }
    }

    fn at_point(&self) -> Columns {
        let [deviation, deviation_by_time] = self.rest();
        Columns {
            gain: self.x,
            deviation,
            gain_by_time: self.x_by_time,
            gain_by_delay: (self.x - self.input) / self.time_constant_s,
            deviation_by_time,
        }
    }

    /// e^(−(t − t₀)/T) and its derivative by T.
    fn rest(&self) -> [f64; 2] {
        let age = (self.now_s - self.start_s) / self.time_constant_s;
        let rest = libm::exp(-age);
        [rest, rest * age / self.time_constant_s]
    }

    /// Goes on to `to_s` and returns the integral of the delayed input.
    fn advance(&mut self, to_s: f64) -> f64 {
        let mut area = 0.0;
        while let Some(change) = self.next.filter(|next| next.time_s + self.delay_s <= to_s) {
            area += self.coast(change.time_s + self.delay_s);
            self.input = change.input - self.initial_input;
            self.next = self.changes.next();
        }
        area + self.coast(to_s)
    }

    fn coast(&mut self, to_s: f64) -> f64 {
        let span = to_s - self.now_s;
        if span <= 0.0 {
            return 0.0;
        }
        let part = span / self.time_constant_s;
        let decay = libm::exp(-part);
        let gap = self.x - self.input;
        self.x_by_time = decay * (self.x_by_time + gap * part / self.time_constant_s);
        self.x = self.input + gap * decay;
        self.now_s = to_s;
        self.input * span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGES: [Change; 3] = [
        Change { time_s: 3.0, input: 2.0 },
        Change { time_s: 7.5, input: -1.0 },
        Change { time_s: 8.0, input: 0.5 },
    ];
    const TIMES: [f64; 2] = [4.0, 1.25];

    fn walker(times: [f64; 2]) -> Walker<impl Iterator<Item = Change>> {
        Walker::new(CHANGES.into_iter(), 0.5, 0.0, times)
    }

    /// Runge–Kutta's method with steps of 1 ms, for the response at each step's end.
    fn integrated() -> [f64; 20_000] {
        let input = |time: f64| {
            let past = CHANGES.iter().rev().find(|change| change.time_s + TIMES[1] <= time);
            past.map_or(0.0, |change| change.input - 0.5)
        };
        let mut x = 0.0;
        core::array::from_fn(|step| {
            let u = input(step as f64 * 1e-3 + 5e-4);
            let slope = |x: f64| (u - x) / TIMES[0];
            let k1 = slope(x);
            let k2 = slope(x + 5e-4 * k1);
            let k3 = slope(x + 5e-4 * k2);
            let k4 = slope(x + 1e-3 * k3);
            x += 1e-3 / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
            x
        })
    }

    #[test]
    fn points_and_means_are_those_of_the_integrated_equation() {
        let x = integrated();
        let mut points = walker(TIMES);
        let mut means = walker(TIMES);
        for second in 1..20_u16 {
            let [from, to] = [f64::from(second), f64::from(second) + 1.0];
            let end = usize::from(second) * 1000;
            assert!((points.observe(from, from).gain - x[end - 1]).abs() < 1e-9);
            let mean: f64 =
                (0..1000).map(|n| (x[end + n - 1] + x[(end + n).min(19_999)]) / 2e3).sum();
            assert!((means.observe(from, to).gain - mean).abs() < 1e-6);
        }
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        let step = 1e-5;
        for (from, to) in [(6.0, 6.0), (5.0, 12.0), (0.0, 4.5), (15.0, 15.0)] {
            let at = |time: f64, delay: f64| walker([time, delay]).observe(from, to);
            let [time, delay] = TIMES;
            let by_time = |value: fn(Columns) -> f64| {
                (value(at(time + step, delay)) - value(at(time - step, delay))) / (2.0 * step)
            };
            let columns = at(time, delay);
            assert!((columns.gain_by_time - by_time(|c| c.gain)).abs() < 1e-8);
            assert!((columns.deviation_by_time - by_time(|c| c.deviation)).abs() < 1e-8);
            let shifted = at(time, delay + step).gain - at(time, delay - step).gain;
            assert!((columns.gain_by_delay - shifted / (2.0 * step)).abs() < 1e-8);
        }
    }
}
