//! Axes: from seconds and values to places in a drawing, and where their ticks stand.

/// The horizontal axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeAxis {
    end_s: f64,
    left: f64,
    width: f64,
}

impl TimeAxis {
    /// From zero to `end_s`, at least a minute.
    pub(super) fn new(end_s: f64, left: f64, width: f64) -> Self {
        Self { end_s: if end_s > 60.0 { end_s } else { 60.0 }, left, width }
    }

    pub(super) const fn end_s(&self) -> f64 {
        self.end_s
    }

    pub(super) const fn left(&self) -> f64 {
        self.left
    }

    pub(super) const fn width(&self) -> f64 {
        self.width
    }

    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The place of a time, kept within the axis.
    pub(super) fn x(&self, time_s: f64) -> f64 {
        self.left + self.width * share(time_s / self.end_s)
    }

    /// Where ticks stand, in seconds: whole minutes, at most thirteen of them.
    pub(super) fn ticks(&self) -> Vec<f64> {
        const STEPS_MIN: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 240.0];
        let fits = |step: &f64| self.end_s / 60.0 / step <= 12.0;
        let whole_days = (self.end_s / 86_400.0 / 12.0).ceil() * 1440.0;
        let step_s = 60.0 * STEPS_MIN.into_iter().find(fits).unwrap_or(whole_days);
        multiples(step_s, 0.0, self.end_s)
    }
}

/// A vertical axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueAxis {
    low: f64,
    high: f64,
    step: f64,
    top: f64,
    height: f64,
}

impl ValueAxis {
    /// An axis that holds every value, rounded outwards to a step that people count in.
    pub(super) fn around(values: impl Iterator<Item = f64>, top: f64, height: f64) -> Self {
        let (low, high) = values
            .filter(|value| value.abs() < 1e6)
            .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let step = step_for(high - low, (height / 20.0).floor().clamp(1.0, 10.0));
        let low = (low / step).floor() * step;
        let high = (high / step).ceil() * step;
        Self { low, high: high.max(low + step), step, top, height }
    }

    pub(super) const fn top(&self) -> f64 {
        self.top
    }

    pub(super) const fn height(&self) -> f64 {
        self.height
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The place of a value, kept within the axis.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom() - self.height * share((value - self.low) / (self.high - self.low))
    }

    /// Where ticks stand.
    pub(super) fn ticks(&self) -> Vec<f64> {
        multiples(self.step, self.low, self.high)
    }
}

/// Kept from 0 to 1; what is not a number is 0, so that no place is ever not a number.
fn share(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// A step that people count in and that gives at most so many intervals.
fn step_for(span: f64, intervals: f64) -> f64 {
    const STEPS: [f64; 11] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
    let fits = |step: &f64| span / step <= intervals;
    STEPS.into_iter().find(fits).unwrap_or_else(|| (span / intervals / 1000.0).ceil() * 1000.0)
}

/// The multiples of `step` from `low` to `high`, at most a hundred.
fn multiples(step: f64, low: f64, high: f64) -> Vec<f64> {
    let first = (low / step).ceil();
    (0..100)
        .map(|index| (first + f64::from(index)) * step)
        .take_while(|value| *value <= high + step * 1e-9)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_ticks_are_whole_minutes_and_few() {
        for end_s in [0.0, 59.0, 600.0, 13_505.0, 86_400.0, 900_000.0] {
            let ticks = TimeAxis::new(end_s, 0.0, 100.0).ticks();
            assert!((2..=13).contains(&ticks.len()), "{end_s}: {ticks:?}");
            assert!(ticks.iter().all(|tick| tick % 60.0 == 0.0));
        }
        assert_eq!(TimeAxis::new(13_505.0, 0.0, 1.0).ticks()[1], 1200.0);
    }

    #[test]
    fn places_stay_within_the_axis() {
        let time = TimeAxis::new(100.0, 50.0, 900.0);
        assert_eq!((time.x(-5.0), time.x(50.0), time.x(500.0)), (50.0, 500.0, 950.0));
        let value = ValueAxis::around([-7.3, 33.9].into_iter(), 10.0, 100.0);
        assert_eq!((value.y(99.0), value.y(-99.0)), (10.0, 110.0));
        assert_eq!(value.ticks().first(), Some(&-10.0));
        assert_eq!(value.ticks().last(), Some(&40.0));
    }

    #[test]
    fn values_that_are_missing_or_absurd_leave_an_axis() {
        for values in [vec![], vec![f64::NAN], vec![1e300], vec![5.0]] {
            let axis = ValueAxis::around(values.into_iter(), 0.0, 10.0);
            assert!(axis.y(5.0).is_finite() && axis.ticks().len() >= 2);
        }
    }
}
