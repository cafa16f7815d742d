//! A plot of a record and of the model that was fitted to it: one SVG that stands on its own.

use super::figures::plain;
use super::palette;
use super::plot::{WIDTH, curve, line, outline, text};
use core::fmt::Write;
use maud::{Markup, PreEscaped, html};

/// One row of the record, with what the model says for it.
///
/// A row with a number that is not finite, or beyond a million million, is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TunePoint {
    /// Seconds, in order.
    pub time_s: f64,
    /// The input from this time to the next row's.
    pub input: f64,
    /// What was measured.
    pub output: f64,
    /// What the model says.
    pub model: f64,
}

/// What a plot shows.
#[derive(Clone, Copy, Debug)]
pub struct TunePlot<'a> {
    /// The title, such as the name of the record.
    pub title: &'a str,
    /// A line below it, such as the model's numbers.
    pub summary: &'a str,
    /// Name and unit of the output.
    pub output_label: &'a str,
    /// Name and unit of the input.
    pub input_label: &'a str,
    /// The record.
    pub points: &'a [TunePoint],
}

pub(super) const LEFT: f64 = 74.0;
pub(super) const RIGHT: f64 = 16.0;
const TOP: f64 = 74.0;
const OUTPUT_HEIGHT: f64 = 300.0;
const GAP: f64 = 22.0;
const INPUT_HEIGHT: f64 = 96.0;
const HEIGHT: f64 = TOP + OUTPUT_HEIGHT + GAP + INPUT_HEIGHT + 48.0;

pub(super) const STYLE: &str = "text{font-family:system-ui,'Segoe UI','DejaVu Sans',Helvetica,Arial,sans-serif;fill:#16202a}\
.title{font-size:17px;font-weight:700}.tick{font-size:11.5px}.note{font-size:12px;fill:#3d4a57}\
.label{font-size:12px;font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}\
.grid{stroke:#cfd6dc;stroke-width:.8}.axis{stroke:#16202a;stroke-width:1}\
.frame{fill:none;stroke:#16202a;stroke-width:1}.mark{stroke:#16202a;stroke-width:.9;stroke-dasharray:3 3}";

/// Draws the record: dots for what was measured, a line for the model, and the input below.
///
/// The width is 840 units; a record of any length becomes at most a few thousand points, and no peak
/// of it is lost.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_host::report::{TunePlot, TunePoint, tune_svg};
/// let points = [TunePoint { time_s: 0.0, input: 0.0, output: 21.0, model: 21.1 }];
/// let svg = tune_svg(&TunePlot {
///     title: "bench <3>", summary: "", output_label: "°C", input_label: "%", points: &points,
/// });
/// assert!(svg.starts_with("<svg xmlns=") && svg.contains("bench &lt;3&gt;"));
/// ```
#[must_use]
pub fn tune_svg(plot: &TunePlot) -> String {
    let points: Vec<TunePoint> = plot.points.iter().copied().filter(is_drawn).collect();
    let times = points.iter().map(|point| point.time_s);
    let time = Scale::from_end_to_end(times, 12.0, [LEFT, WIDTH - RIGHT]);
    let bottom = TOP + OUTPUT_HEIGHT;
    let both = points.iter().flat_map(|point| [point.output, point.model]);
    let output = Scale::around(both, 10.0, [bottom, TOP]);
    let input_bottom = bottom + GAP + INPUT_HEIGHT;
    let inputs = points.iter().map(|point| point.input);
    let input = Scale::around(inputs, 4.0, [input_bottom, bottom + GAP]);
    let style = PreEscaped(STYLE);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}"))
            width=(WIDTH) height=(HEIGHT) role="img" {
            title { (plot.title) }
            style { (style) }
            rect width=(WIDTH) height=(HEIGHT) fill="#fff" {}
            (text((LEFT, 24.0), "title", plot.title))
            (text((LEFT, 43.0), "note", plot.summary))
            (legend())
            (panel(&time, &output, plot.output_label))
            (panel(&time, &input, plot.input_label))
            (time_scale(&time, input_bottom))
            (curve(&dots(&points, &time, &output), palette::MEASURED))
            (curve(&trace(&points, &time, &output), palette::MODEL))
            (curve(&stairs(&points, &time, &input), palette::CHILLER))
        }
    }
    .into_string()
}

fn is_drawn(point: &TunePoint) -> bool {
    let values = [point.time_s, point.input, point.output, point.model];
    values.iter().all(|value| value.abs() <= 1e12)
}

/// A linear scale with ticks at multiples of 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    pub(super) places: [f64; 2],
}

impl Scale {
    /// Holds every value, rounded outwards to whole steps, with some room to the frame.
    pub(super) fn around(
        values: impl Iterator<Item = f64>,
        intervals: f64,
        places: [f64; 2],
    ) -> Self {
        let Self { low, high, step, .. } = Self::from_end_to_end(values, intervals, places);
        let room = 0.02 * (high - low);
        let low = ((low - room) / step).floor() * step;
        let high = ((high + room) / step).ceil() * step;
        Self { low, high, step, places }
    }

    /// The same without what lies below `floor`.
    pub(super) fn not_below(self, floor: f64) -> Self {
        Self { low: self.low.max(floor), ..self }
    }

    /// From the lowest value to the highest.
    pub(super) fn from_end_to_end(
        values: impl Iterator<Item = f64>,
        intervals: f64,
        places: [f64; 2],
    ) -> Self {
        let (low, high) = values
            .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        // A value that never moves stands in the middle of a scale that its digits can show.
        let size = low.abs().max(high.abs());
        let room = match high - low > 1e-9 * size {
            true => 0.0,
            false if size > 0.0 => 0.05 * size,
            false => 1.0,
        };
        let (low, high) = (low - room, high + room);
        Self { low, high, step: step_for(high - low, intervals), places }
    }

    /// The place of a value, kept within the scale.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        let [from, to] = self.places;
        from + (to - from) * if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let Self { low, high, step, .. } = *self;
        let first = (low / step - 1e-6).ceil();
        let ticks = (0..40).map(move |index| (first + f64::from(index)) * step);
        ticks.take_while(move |tick| *tick <= high + 1e-6 * step)
    }

    pub(super) fn tick_text(&self, value: f64) -> String {
        if !(1e-6..1e7).contains(&self.step) || value.abs() >= 1e9 {
            return format!("{value:.3e}").replace('-', "−");
        }
        let decimals = (-self.step.log10().floor()).max(0.0) as usize;
        plain(value, decimals).replace('-', "−")
    }
}

fn step_for(span: f64, intervals: f64) -> f64 {
    let rough = span / intervals;
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Frame, horizontal lines, their values, and the name of the axis along it.
pub(super) fn panel(time: &Scale, axis: &Scale, label: &str) -> Markup {
    let [left, right] = time.places;
    let [bottom, top] = axis.places;
    let middle = (bottom + top) / 2.0;
    html! {
        @for tick in time.ticks() {
            (line((time.at(tick), bottom), (time.at(tick), top), "grid"))
        }
        @for tick in axis.ticks() {
            (line((left, axis.at(tick)), (right, axis.at(tick)), "grid"))
            (text((left - 6.0, axis.at(tick) + 4.0), "tick end", &axis.tick_text(tick)))
        }
        (outline((left, right), (top, bottom)))
        text class="label middle" transform=(format!("translate(16 {middle}) rotate(-90)")) { (label) }
    }
}

pub(super) fn time_scale(time: &Scale, bottom: f64) -> Markup {
    scale_below(time, bottom, "time, s")
}

/// Ticks, values and the name of the axis across.
pub(super) fn scale_below(time: &Scale, bottom: f64, label: &str) -> Markup {
    let [left, right] = time.places;
    html! {
        @for tick in time.ticks() {
            (line((time.at(tick), bottom), (time.at(tick), bottom + 5.0), "axis"))
            (text((time.at(tick), bottom + 18.0), "tick middle", &time.tick_text(tick)))
        }
        (text(((left + right) / 2.0, bottom + 37.0), "label middle", label))
    }
}

fn legend() -> Markup {
    let y = TOP - 13.0;
    let swatch = |x: f64| format!("M{x} {}h28", y - 4.0);
    html! {
        (curve(&format!("M{LEFT} {0}h0m9 0h0m9 0h0m9 0h0", y - 4.0), palette::MEASURED))
        (text((LEFT + 36.0, y), "note", "measured"))
        (curve(&swatch(LEFT + 120.0), palette::MODEL))
        (text((LEFT + 156.0, y), "note", "model"))
        (curve(&swatch(LEFT + 220.0), palette::CHILLER))
        (text((LEFT + 256.0, y), "note", "input"))
    }
}

/// Where the values of all rows stand.
fn all(
    points: &[TunePoint],
    value: impl Fn(&TunePoint) -> f64,
    time: &Scale,
    axis: &Scale,
) -> Vec<(f64, f64)> {
    points.iter().map(|point| (time.at(point.time_s), axis.at(value(point)))).collect()
}

/// The places on each column of the drawing.
fn columns(places: &[(f64, f64)]) -> impl Iterator<Item = &[(f64, f64)]> {
    places.chunk_by(|one, next| one.0.floor() == next.0.floor())
}

/// The highest and the lowest place on a column, in order of time.
fn ends(column: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let by_height = |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1);
    let ends = [column.iter().min_by(by_height), column.iter().max_by(by_height)];
    let mut ends: Vec<(f64, f64)> = ends.into_iter().flatten().copied().collect();
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    ends.dedup();
    ends
}

pub(super) fn thinned(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    columns(places).flat_map(ends).collect()
}

/// A dot for each value, or a bar over all values of a column that holds more than two.
fn dots(points: &[TunePoint], time: &Scale, axis: &Scale) -> String {
    let mut data = String::new();
    let places = all(points, |point| point.output, time, axis);
    for column in columns(&places) {
        match ends(column).as_slice() {
            [(x, from), (_, to)] if column.len() > 2 => {
                let _ = write!(data, "M{x:.1} {from:.1}V{to:.1}");
            }
            dots => dots.iter().for_each(|(x, y)| {
                let _ = write!(data, "M{x:.1} {y:.1}h0");
            }),
        }
    }
    data
}

fn trace(points: &[TunePoint], time: &Scale, axis: &Scale) -> String {
    let mut data = String::new();
    for (x, y) in thinned(&all(points, |point| point.model, time, axis)) {
        let _ = write!(data, "{}{x:.1} {y:.1}", if data.is_empty() { 'M' } else { 'L' });
    }
    data
}

/// The input holds from its row to the next.
fn stairs(points: &[TunePoint], time: &Scale, axis: &Scale) -> String {
    let mut data = String::new();
    for (x, y) in thinned(&all(points, |point| point.input, time, axis)) {
        if data.is_empty() {
            let _ = write!(data, "M{x:.1} {y:.1}");
        } else {
            let _ = write!(data, "H{x:.1}V{y:.1}");
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(time_s: f64, output: f64) -> TunePoint {
        TunePoint { time_s, input: 0.0, output, model: output }
    }

    fn drawn(points: &[TunePoint]) -> String {
        let [title, summary] = ["a & b", "c"];
        tune_svg(&TunePlot { title, summary, output_label: "°C", input_label: "%", points })
    }

    #[test]
    fn scales_hold_their_values_and_have_few_round_ticks() {
        for (low, high) in
            [(0.0, 0.01), (-7.3, 33.9), (20.0, 20.0), (1e8, 1e8 + 1.0), (-3e-7, 4e-7)]
        {
            let scale = Scale::around([low, high].into_iter(), 10.0, [100.0, 0.0]);
            let ticks: Vec<f64> = scale.ticks().collect();
            assert!(scale.low <= low && high <= scale.high && (2..=13).contains(&ticks.len()));
            let texts: Vec<String> = ticks.iter().map(|tick| scale.tick_text(*tick)).collect();
            let mut unlike = texts.clone();
            unlike.dedup();
            assert_eq!(texts, unlike, "{low} {high}");
        }
    }

    #[test]
    fn peaks_survive_and_the_drawing_stays_small() {
        let points: Vec<TunePoint> = (0..200_000)
            .map(|n| point(f64::from(n), if n == 77_777 { 9.0 } else { 1.0 }))
            .collect();
        let svg = drawn(&points);
        assert!(svg.len() < 80_000, "{}", svg.len());
        assert!(svg.contains("V104.0") || svg.contains(" 104.0V"), "9 of 0 to 10");
    }

    #[test]
    fn anything_gives_a_drawing_without_what_is_no_number() {
        for points in [
            vec![],
            vec![point(0.0, f64::NAN)],
            vec![point(5.0, 1.0)],
            vec![point(0.0, f64::MAX), point(1.0, f64::MIN), point(f64::INFINITY, 0.0)],
        ] {
            let svg = drawn(&points);
            assert!(!svg.contains("NaN") && svg.ends_with("</svg>") && svg.contains("a &amp; b"));
        }
    }
}
