//! A plot of how well a fitted curve meets its table, and how well the integer table meets the curve.

use super::palette;
use super::plot::{WIDTH, curve, line, text};
use super::tune_plot::{LEFT, RIGHT, STYLE, Scale, panel, scale_below};
use core::fmt::Write;
use maud::{Markup, PreEscaped, html};

/// What a plot shows.
#[derive(Clone, Copy, Debug)]
pub struct CurveFitPlot<'a> {
    /// The title, such as the name of the table's file.
    pub title: &'a str,
    /// A line below it, such as the fit's numbers.
    pub summary: &'a str,
    /// Temperature in °C, and what the curve reads there less what the table says, in mK.
    pub residuals: &'a [(f64, f64)],
    /// Temperature in °C, and the integer table's error against the curve in µK.
    pub errors: &'a [(f64, f64)],
    /// What that error stays below, in µK.
    pub bound_micro_kelvin: f64,
    /// Why the fit must not be used, if it must not: it is written across the drawing.
    pub warning: Option<&'a str>,
}

/// The scale of residuals reaches as far as this at least, in mK.
const LEAST_MK: f64 = 0.1;

const TOP: f64 = 74.0;
const PANEL: f64 = 200.0;
const GAP: f64 = 36.0;
const WARNING_STYLE: &str = ".stamp{font-size:72px;font-weight:700;fill:#B23A00;fill-opacity:.35;text-anchor:middle}\
.warning{font-size:14px;font-weight:700;fill:#B23A00;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4}";

const HEIGHT: f64 = TOP + 2.0 * PANEL + GAP + 48.0;

/// Draws the residuals of a fit over temperature, and below them the integer table's error between the
/// lines of its bound. The width is 840 units.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_host::report::{CurveFitPlot, curve_fit_svg};
/// let svg = curve_fit_svg(&CurveFitPlot {
///     title: "part <3>",
///     summary: "",
///     residuals: &[(-5.0, 1.2), (25.0, -0.4)],
///     errors: &[(-5.0, 3.0), (25.0, -2.0)],
///     bound_micro_kelvin: 16.0,
///     warning: None,
/// });
/// assert!(svg.starts_with("<svg xmlns=") && svg.contains("part &lt;3&gt;"));
/// ```
#[must_use]
pub fn curve_fit_svg(plot: &CurveFitPlot) -> String {
    let (residuals, errors) = (finite(plot.residuals), finite(plot.errors));
    let bound = plot.bound_micro_kelvin;
    let celsius = residuals.iter().chain(&errors).map(|point| point.0);
    let celsius = Scale::from_end_to_end(celsius, 14.0, [LEFT, WIDTH - RIGHT]);
    let middle = TOP + PANEL;
    let values = residuals.iter().map(|point| point.1).chain([-LEAST_MK, LEAST_MK]);
    let upper = Scale::around(values, 6.0, [middle, TOP]);
    let bottom = middle + GAP + PANEL;
    let values = errors.iter().map(|point| point.1).chain([-bound, bound]);
    let lower = Scale::around(values, 6.0, [bottom, middle + GAP]);
    let style = PreEscaped(STYLE);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}"))
            width=(WIDTH) height=(HEIGHT) role="img" {
            title { (plot.title) }
            style { (style) @if plot.warning.is_some() { (WARNING_STYLE) } }
            rect width=(WIDTH) height=(HEIGHT) fill="#fff" {}
            (text((LEFT, 24.0), "title", plot.title))
            (text((LEFT, 43.0), "note", plot.summary))
            (text((LEFT, TOP - 9.0), "note", "the fitted curve, less the table's lines"))
            (text((LEFT, middle + GAP - 9.0), "note",
                "the integer table, less the fitted curve; dashed: its proven bound"))
            (panel(&celsius, &upper, "residual, mK"))
            (panel(&celsius, &lower, "error, µK"))
            (scale_below(&celsius, bottom, "temperature, °C"))
            (level(&celsius, &upper, 0.0, "axis"))
            (level(&celsius, &lower, bound, "mark"))
            (level(&celsius, &lower, -bound, "mark"))
            (curve(&path(&residuals, &celsius, &upper), palette::CHILLER))
            (curve(&dots(&residuals, &celsius, &upper), palette::MEASURED))
            (curve(&path(&errors, &celsius, &lower), palette::MODEL))
            @if let Some(warning) = plot.warning { (forbidden(warning)) }
        }
    }
    .into_string()
}

/// Across both panels, so that a picture that is cut out of the page says it too.
fn forbidden(warning: &str) -> Markup {
    let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
    let panels = [TOP + PANEL / 2.0, TOP + PANEL * 1.5 + GAP];
    html! {
        @for panel in panels { (text((middle, panel + 20.0), "stamp", "DO NOT USE")) }
        (text((middle, TOP + PANEL / 2.0 + 46.0), "warning", warning))
    }
}

fn finite(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    points.iter().copied().filter(|point| point.0.abs() <= 1e12 && point.1.abs() <= 1e12).collect()
}

fn level(across: &Scale, axis: &Scale, value: f64, class: &str) -> Markup {
    let [left, right] = across.places;
    line((left, axis.at(value)), (right, axis.at(value)), class)
}

fn path(points: &[(f64, f64)], across: &Scale, axis: &Scale) -> String {
    let mut data = String::new();
    for (x, y) in points.iter().map(|point| (across.at(point.0), axis.at(point.1))) {
        let _ = write!(data, "{}{x:.1} {y:.1}", if data.is_empty() { 'M' } else { 'L' });
    }
    data
}

fn dots(points: &[(f64, f64)], across: &Scale, axis: &Scale) -> String {
    let mut data = String::new();
    for (x, y) in points.iter().map(|point| (across.at(point.0), axis.at(point.1))) {
        let _ = write!(data, "M{x:.1} {y:.1}h0");
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusable_fit_says_so_across_both_panels() {
        let plot = CurveFitPlot {
            title: "",
            summary: "",
            residuals: &[(5.0, 1.0)],
            errors: &[(5.0, 1.0)],
            bound_micro_kelvin: 5.0,
            warning: None,
        };
        assert!(!curve_fit_svg(&plot).contains("DO NOT USE"));
        let svg = curve_fit_svg(&CurveFitPlot { warning: Some("120 mK & more"), ..plot });
        assert_eq!(svg.matches(">DO NOT USE<").count(), 2);
        assert!(svg.contains("120 mK &amp; more"));
    }

    #[test]
    fn anything_gives_a_drawing_without_what_is_no_number() {
        for points in [&[][..], &[(f64::NAN, 1.0)], &[(1.0, f64::MAX)], &[(5.0, 1.0)]] {
            let svg = curve_fit_svg(&CurveFitPlot {
                title: "a & b",
                summary: "",
                residuals: points,
                errors: points,
                bound_micro_kelvin: 5.0,
                warning: None,
            });
            assert!(!svg.contains("NaN") && svg.ends_with("</svg>") && svg.contains("a &amp; b"));
        }
    }
}
