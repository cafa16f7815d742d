//! A plot of two controllers that went through the same: one SVG that stands on its own.

use super::palette::{self, Stroke};
use super::plot::{WIDTH, curve, line, place, text};
use super::tune_plot::{LEFT, RIGHT, STYLE, Scale, panel, thinned, time_scale};
use core::fmt::Write;
use maud::{Markup, PreEscaped, html};

/// One moment of both runs.
///
/// A moment with a number that is not finite, or beyond a million million, is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonPoint {
    /// Seconds, in order.
    pub time_s: f64,
    /// How far the measurement is from its setpoint, with the one and with the other.
    pub error: [f64; 2],
    /// What the actuator does, with the one and with the other.
    pub actuator: [f64; 2],
}

/// Something that happens at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark<'a> {
    /// Seconds.
    pub time_s: f64,
    /// A few words.
    pub label: &'a str,
}

/// What a plot shows.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonPlot<'a> {
    /// The title.
    pub title: &'a str,
    /// A line below it.
    pub summary: &'a str,
    /// What the two runs are called.
    pub names: [&'a str; 2],
    /// An error beyond this, either way, is drawn as this; infinite draws all.
    pub error_limit: f64,
    /// Name and unit of the error.
    pub error_label: &'a str,
    /// Name and unit of the actuator.
    pub actuator_label: &'a str,
    /// What happens.
    pub marks: &'a [Mark<'a>],
    /// Both runs.
    pub points: &'a [ComparisonPoint],
}

const TOP: f64 = 148.0;
const ERROR_HEIGHT: f64 = 280.0;
const GAP: f64 = 22.0;
const ACTUATOR_HEIGHT: f64 = 140.0;
const HEIGHT: f64 = TOP + ERROR_HEIGHT + GAP + ACTUATOR_HEIGHT + 48.0;
/// The first run lies below the second, so it is wider.
const STROKES: [Stroke; 2] = [palette::MEASURED, palette::MODEL];

/// Draws both runs on each other: the error above, the actuator below, a line for each mark.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_host::report::{ComparisonMark, ComparisonPlot, ComparisonPoint, comparison_svg};
/// let svg = comparison_svg(&ComparisonPlot {
///     title: "before & after", summary: "", names: ["before", "after"],
///     error_limit: f64::INFINITY, error_label: "K", actuator_label: "%",
///     marks: &[ComparisonMark { time_s: 0.5, label: "cap lifted" }],
///     points: &[
///         ComparisonPoint { time_s: 0.0, error: [0.2, 0.1], actuator: [20.0, 20.0] },
///         ComparisonPoint { time_s: 1.0, error: [0.1, 0.0], actuator: [21.0, 22.0] },
///     ],
/// });
/// assert!(svg.starts_with("<svg xmlns=") && svg.contains("before &amp; after"));
/// ```
#[must_use]
pub fn comparison_svg(plot: &ComparisonPlot) -> String {
    let points: Vec<ComparisonPoint> = plot.points.iter().copied().filter(is_drawn).collect();
    let times = points.iter().map(|point| point.time_s);
    let time = Scale::from_end_to_end(times, 12.0, [LEFT, WIDTH - RIGHT]);
    let bottom = TOP + ERROR_HEIGHT;
    let limit = if plot.error_limit > 0.0 { plot.error_limit } else { f64::INFINITY };
    let limited = |point: &ComparisonPoint| point.error.map(|error| error.clamp(-limit, limit));
    let errors = points.iter().flat_map(&limited);
    let error = Scale::around(errors, 10.0, [bottom, TOP]);
    let low = bottom + GAP + ACTUATOR_HEIGHT;
    let is_positive = points.iter().flat_map(|point| point.actuator).all(|value| value >= 0.0);
    let floor = if is_positive { 0.0 } else { f64::NEG_INFINITY };
    let actuators = points.iter().flat_map(|point| point.actuator);
    let actuator = Scale::around(actuators, 5.0, [low, bottom + GAP]).not_below(floor);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}"))
            width=(WIDTH) height=(HEIGHT) role="img" {
            title { (plot.title) }
            style { (PreEscaped(STYLE)) }
            rect width=(WIDTH) height=(HEIGHT) fill="#fff" {}
            (text((LEFT, 24.0), "title", plot.title))
            (text((LEFT, 43.0), "note", plot.summary))
            (legend(plot.names))
            (panel(&time, &error, plot.error_label))
            (panel(&time, &actuator, plot.actuator_label))
            (time_scale(&time, low))
            @for mark in plot.marks.iter().filter(|mark| mark.time_s.is_finite()) {
                (marked(mark, &time, low))
            }
            (curves(&points, limited, (&time, &error)))
            (curves(&points, |point| point.actuator, (&time, &actuator)))
        }
    }
    .into_string()
}

fn is_drawn(point: &ComparisonPoint) -> bool {
    let [[one, other], [first, second]] = [point.error, point.actuator];
    [point.time_s, one, other, first, second].iter().all(|value| value.abs() <= 1e12)
}

fn legend([one, other]: [&str; 2]) -> Markup {
    let y = 64.0;
    let swatch = |x: f64| format!("M{x} {}h28", y - 4.0);
    let [first, second] = STROKES;
    html! {
        (curve(&swatch(LEFT), first))
        (text((LEFT + 36.0, y), "note", one))
        (curve(&swatch(LEFT + 360.0), second))
        (text((LEFT + 396.0, y), "note", other))
    }
}

/// A line through both panels, and its words above them, slanted so that they do not meet.
fn marked(mark: &Mark, time: &Scale, bottom: f64) -> Markup {
    let x = time.at(mark.time_s);
    let (left, above) = (place(x + 3.0), place(TOP - 5.0));
    html! {
        (line((x, TOP), (x, bottom), "mark"))
        text class="tick" transform=(format!("translate({left} {above}) rotate(-30)")) { (mark.label) }
    }
}

/// The curves of both runs on one axis.
fn curves(
    points: &[ComparisonPoint],
    values: impl Fn(&ComparisonPoint) -> [f64; 2],
    axes: (&Scale, &Scale),
) -> Markup {
    let [first, second] = STROKES;
    html! {
        (curve(&trace(points, |point| { let [one, _] = values(point); one }, axes), first))
        (curve(&trace(points, |point| { let [_, other] = values(point); other }, axes), second))
    }
}

fn trace(
    points: &[ComparisonPoint],
    value: impl Fn(&ComparisonPoint) -> f64,
    (time, axis): (&Scale, &Scale),
) -> String {
    let places: Vec<(f64, f64)> =
        points.iter().map(|point| (time.at(point.time_s), axis.at(value(point)))).collect();
    let mut data = String::new();
    for (x, y) in thinned(&places) {
        let _ = write!(data, "{}{x:.1} {y:.1}", if data.is_empty() { 'M' } else { 'L' });
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(points: &[ComparisonPoint], marks: &[Mark]) -> String {
        comparison_svg(&ComparisonPlot {
            title: "a & b",
            summary: "c",
            names: ["one", "<other>"],
            error_limit: 0.4,
            error_label: "K",
            actuator_label: "%",
            marks,
            points,
        })
    }

    fn point(time_s: f64, error: [f64; 2]) -> ComparisonPoint {
        ComparisonPoint { time_s, error, actuator: [20.0, 30.0] }
    }

    #[test]
    fn both_runs_are_drawn_in_both_panels() {
        let points: Vec<_> = (0..500).map(|n| point(f64::from(n), [0.5, -0.5])).collect();
        let svg = drawn(&points, &[Mark { time_s: 100.0, label: "cap <lifted>" }]);
        assert_eq!(svg.matches(STROKES[0].colour).count(), 3, "legend and two panels");
        assert_eq!(svg.matches(STROKES[1].colour).count(), 3);
        assert!(svg.contains("cap &lt;lifted&gt;") && svg.contains("&lt;other&gt;"));
        assert_eq!(svg.matches("class=\"mark\"").count(), 1);
    }

    #[test]
    fn an_error_beyond_its_limit_is_drawn_as_the_limit() {
        let points = [point(0.0, [0.4, -0.4]), point(1.0, [0.4, -0.4])];
        let far = [point(0.0, [9.0, -0.4]), point(1.0, [0.4, -7.0])];
        assert_eq!(drawn(&points, &[]), drawn(&far, &[]));
    }

    #[test]
    fn an_actuator_that_is_never_negative_has_no_negative_axis() {
        let at = |actuator| ComparisonPoint { time_s: 0.0, error: [0.0; 2], actuator };
        let svg = drawn(&[at([0.0, 31.0])], &[]);
        assert!(svg.contains(">30<") && !svg.contains(">−10<"));
        assert!(drawn(&[at([-5.0, 31.0])], &[]).contains(">−10<"));
    }

    #[test]
    fn anything_gives_a_drawing_without_what_is_no_number() {
        let marks = [Mark { time_s: f64::NAN, label: "never" }, Mark { time_s: 9.0, label: "x" }];
        for points in [
            vec![],
            vec![point(0.0, [f64::NAN, 0.0])],
            vec![point(f64::INFINITY, [0.0, 0.0]), point(1.0, [f64::MAX, 0.0])],
            vec![point(5.0, [0.0, 0.0])],
        ] {
            let svg = drawn(&points, &marks);
            assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.ends_with("</svg>"));
        }
    }
}
