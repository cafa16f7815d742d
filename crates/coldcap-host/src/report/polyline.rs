//! A curve through many samples as a short path.
//!
//! All samples that fall on one column of the drawing become their lowest and their highest point, in
//! order of time, so that no peak is lost. Where a value is not known the line breaks.

use super::axis::{TimeAxis, ValueAxis};
use super::figures::known;
use super::treatment::Sample;
use core::fmt::Write;

/// Samples further apart than this are not joined, in seconds.
const LONGEST_STEP_S: f64 = 5.0;

/// The data of a path element for one value of the samples.
pub(super) fn path(
    samples: &[Sample],
    value: impl Fn(&Sample) -> Option<f64>,
    time: &TimeAxis,
    axis: &ValueAxis,
) -> String {
    let mut path = Path::default();
    let mut last_s = f64::NEG_INFINITY;
    for sample in samples.iter().filter(|sample| sample.time_s.is_finite()) {
        let step_s = sample.time_s - last_s;
        last_s = sample.time_s;
        if !(0.0..=LONGEST_STEP_S).contains(&step_s) {
            path.lift();
        }
        match known(value(sample)) {
            Some(value) => path.add(time.x(sample.time_s), axis.y(value)),
            None => path.lift(),
        }
    }
    path.lift();
    path.data
}

/// The data of a path element for the area between two values of the samples: on each column of the drawing
/// the widest that was there, so that no width is lost.
pub(super) fn band(
    samples: &[Sample],
    ends: impl Fn(&Sample) -> Option<(f64, f64)>,
    time: &TimeAxis,
    axis: &ValueAxis,
) -> String {
    let mut data = String::new();
    let mut stretch: Vec<Slice> = Vec::new();
    let mut last_s = f64::NEG_INFINITY;
    for sample in samples.iter().filter(|sample| sample.time_s.is_finite()) {
        let step_s = sample.time_s - last_s;
        last_s = sample.time_s;
        let ends = ends(sample).filter(|(lower, upper)| lower <= upper);
        if ends.is_none() || !(0.0..=LONGEST_STEP_S).contains(&step_s) {
            close(&mut data, &mut stretch);
        }
        let Some((lower, upper)) = ends else { continue };
        let slice = Slice { x: time.x(sample.time_s), top: axis.y(upper), bottom: axis.y(lower) };
        match stretch.last_mut() {
            Some(last) if last.x.floor() == slice.x.floor() => last.widen(&slice),
            _ => stretch.push(slice),
        }
    }
    close(&mut data, &mut stretch);
    data
}

/// An area on one column.
struct Slice {
    x: f64,
    top: f64,
    bottom: f64,
}

impl Slice {
    fn widen(&mut self, other: &Self) {
        self.top = self.top.min(other.top);
        self.bottom = self.bottom.max(other.bottom);
    }
}

/// Writes a stretch along its top and back along its bottom, and empties it.
fn close(data: &mut String, stretch: &mut Vec<Slice>) {
    let top = stretch.iter().map(|slice| (slice.x, slice.top));
    let bottom = stretch.iter().rev().map(|slice| (slice.x, slice.bottom));
    for (index, (x, y)) in top.chain(bottom).enumerate() {
        let _ = write!(data, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    if !stretch.is_empty() {
        data.push('Z');
    }
    stretch.clear();
}

#[derive(Default)]
struct Path {
    data: String,
    column: Option<Column>,
    /// The last point that was written, while the pen is down.
    pen: Option<(f64, f64)>,
}

/// The highest and the lowest point of the samples on one column.
#[derive(Clone, Copy)]
struct Column {
    highest: (f64, f64),
    lowest: (f64, f64),
}

impl Path {
    fn add(&mut self, x: f64, y: f64) {
        let point = (x, y);
        match &mut self.column {
            Some(column) if column.highest.0.floor() == x.floor() => {
                if y < column.highest.1 {
                    column.highest = point;
                }
                if y > column.lowest.1 {
                    column.lowest = point;
                }
            }
            _ => {
                self.write_column();
                self.column = Some(Column { highest: point, lowest: point });
            }
        }
    }

    /// Ends the line; the next point begins another.
    fn lift(&mut self) {
        self.write_column();
        self.pen = None;
    }

    fn write_column(&mut self) {
        let Some(Column { highest, lowest }) = self.column.take() else {
            return;
        };
        let (first, second) =
            if highest.0 <= lowest.0 { (highest, lowest) } else { (lowest, highest) };
        self.write_point(first);
        self.write_point(second);
    }

    fn write_point(&mut self, (x, y): (f64, f64)) {
        let point = ((x * 10.0).round() / 10.0, (y * 10.0).round() / 10.0);
        if self.pen == Some(point) {
            return;
        }
        // A line of no length still shows: it has round ends.
        let command = if self.pen.is_none() { "M" } else { "L" };
        let dot = if self.pen.is_none() { "h0" } else { "" };
        let _ = write!(self.data, "{command}{} {}{dot}", point.0, point.1);
        self.pen = Some(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_session::Phase;

    fn drawn(values: &[Option<f64>]) -> String {
        let samples: Vec<Sample> = values
            .iter()
            .zip(0_u32..)
            .map(|(value, second)| Sample {
                supply_c: *value,
                ..Sample::new(f64::from(second), Phase::PreCool)
            })
            .collect();
        let time = TimeAxis::new(100.0, 0.0, 100.0);
        let axis = ValueAxis::around([0.0, 8.0].into_iter(), 0.0, 80.0);
        path(&samples, |sample| sample.supply_c, &time, &axis)
    }

    #[test]
    fn unknown_values_break_the_line() {
        let known = [Some(1.0), Some(2.0), None, Some(f64::NAN), Some(3.0)];
        assert_eq!(drawn(&known), "M0 70h0L1 60M4 50h0");
        assert_eq!(drawn(&[None, None]), "");
    }

    #[test]
    fn an_area_holds_the_widest_of_each_column_and_breaks_where_nothing_is_known() {
        let sample = |second: u32, lower: Option<f64>, upper: f64| Sample {
            skin_lower_c: lower,
            skin_upper_c: Some(upper),
            ..Sample::new(f64::from(second), Phase::PreCool)
        };
        let ends = |sample: &Sample| known(sample.skin_lower_c).zip(known(sample.skin_upper_c));
        let axis = ValueAxis::around([0.0, 8.0].into_iter(), 0.0, 80.0);
        let drawn = |samples: &[Sample], time_s| {
            band(samples, ends, &TimeAxis::new(time_s, 0.0, 100.0), &axis)
        };
        let samples = [
            sample(0, Some(1.0), 2.0),
            sample(1, Some(2.0), 4.0),
            sample(2, None, 4.0),
            sample(3, Some(3.0), 3.0),
            sample(60, Some(5.0), 4.0),
        ];
        assert_eq!(
            drawn(&samples, 100.0),
            "M0.0 60.0L1.0 40.0L1.0 60.0L0.0 70.0ZM3.0 50.0L3.0 50.0Z"
        );
        assert_eq!(drawn(&samples[..2], 1_000.0), "M0.0 40.0L0.0 70.0Z");
        assert_eq!(drawn(&[], 1.0), "");
    }

    #[test]
    fn peaks_survive_the_thinning() {
        let samples: Vec<Sample> = (0..10_000_u32)
            .map(|second| Sample {
                supply_c: Some(if second == 4321 { 8.0 } else { 1.0 }),
                ..Sample::new(f64::from(second), Phase::PreCool)
            })
            .collect();
        let time = TimeAxis::new(10_000.0, 0.0, 100.0);
        let axis = ValueAxis::around([0.0, 8.0].into_iter(), 0.0, 80.0);
        let data = path(&samples, |sample| sample.supply_c, &time, &axis);
        assert!(data.contains(" 0L") && data.len() < 1200, "{data}");
    }

    #[test]
    fn gaps_in_time_break_the_line() {
        let sample = |time_s| Sample { supply_c: Some(1.0), ..Sample::new(time_s, Phase::PreCool) };
        let time = TimeAxis::new(100.0, 0.0, 100.0);
        let axis = ValueAxis::around([0.0, 8.0].into_iter(), 0.0, 80.0);
        let samples = [sample(1.0), sample(2.0), sample(40.0), sample(41.0)];
        let data = path(&samples, |sample| sample.supply_c, &time, &axis);
        assert_eq!(data.matches('M').count(), 2);
    }
}
