//! A picture of a fit visit: the head from above with its zones, their conductances against what is asked of
//! them, and the sizes with their probabilities. One SVG that stands on its own.

use super::Origin;
use super::figures::plain;
use super::placement::text_width;
use super::plot::{WIDTH, line, outline, place, rectangle, stamp, text};
use super::tune_plot::{STYLE, Scale};
use maud::{Markup, PreEscaped, html};

/// One zone of a cap, conductances in W/(m²·K).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitZone<'a> {
    /// Conductance and its standard uncertainty; `None` where the zone has no value.
    pub found: Option<(f64, f64)>,
    /// The least that a zone has whose value is above what can be told.
    pub at_least: Option<f64>,
    /// What is found about it, in a word.
    pub finding: &'a str,
    /// What a simulated head really has there.
    pub truth: Option<f64>,
}

/// What a picture of a fit shows.
#[derive(Clone, Copy, Debug)]
pub struct FitPlot<'a> {
    /// Where the data come from; anything but a device is written across the drawing.
    pub origin: Origin,
    /// The title.
    pub title: &'a str,
    /// A line below it.
    pub summary: &'a str,
    /// Sizes in order, each with its probability from 0 to 1.
    pub sizes: &'a [(String, f64)],
    /// The size that was chosen.
    pub chosen: &'a str,
    /// The least conductance that is asked of a zone in W/(m²·K).
    pub least: f64,
    /// Front, rear and crown.
    pub zones: &'a [FitZone<'a>; 3],
}

const HEIGHT: f64 = 500.0;
/// From line to line of the summary.
const LINE: f64 = 14.0;
const NAMES: [&str; 3] = ["front", "rear", "crown"];
/// The middle of the head, and its half axes.
const HEAD: (f64, f64) = (172.0, 262.0);
const AXES: (f64, f64) = (112.0, 142.0);
/// The crown's half axes.
const CROWN: (f64, f64) = (58.0, 50.0);
/// The right panels, from left to right.
const PANEL: [f64; 2] = [412.0, 740.0];
const ZONES_TOP: f64 = 92.0;
const ROW: f64 = 40.0;
const SIZES_TOP: f64 = 304.0;
const SIZE_ROW: f64 = 27.0;
/// The most sizes that are drawn.
const MOST_SIZES: usize = 6;

const MORE_STYLE: &str = ".inside{font-size:13px;font-weight:600;text-anchor:middle}\
.chosen{font-weight:700}.least{stroke:#16202a;stroke-width:1.6;stroke-dasharray:6 3}\
.stamp{font-size:64px;font-weight:700;fill:#D55E00;fill-opacity:.10;text-anchor:middle}\
.interval{stroke:#16202a;stroke-width:2}.outline{fill:none;stroke:#16202a;stroke-width:1.6}";

/// Draws the picture: 840 × 500 units.
///
/// What is not known is hatched or left out, never drawn as a value.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_host::report::{FitPlot, FitZone, Origin, fit_svg};
/// let zone = FitZone { found: Some((31.0, 3.9)), at_least: None, finding: "passes", truth: None };
/// let crown = FitZone { found: None, at_least: None, finding: "unobserved", truth: None };
/// let svg = fit_svg(&FitPlot {
///     origin: Origin::Simulated,
///     title: "Cap <fit>",
///     summary: "",
///     sizes: &[("small".into(), 0.1), ("medium".into(), 0.9)],
///     chosen: "medium",
///     least: 25.0,
///     zones: &[zone, zone, crown],
/// });
/// assert!(svg.contains("Cap &lt;fit&gt;") && svg.contains("SIMULATED") && svg.contains("90.0 %"));
/// ```
#[must_use]
pub fn fit_svg(plot: &FitPlot) -> String {
    let style = PreEscaped(format!("{STYLE}{MORE_STYLE}"));
    let lines = broken(plot.summary);
    // Two lines have their place above the panels; what is more moves them down.
    let down = LINE * lines.len().saturating_sub(2) as f64;
    let height = HEIGHT + down;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {height}"))
            width=(WIDTH) height=(height) role="img" {
            title { (plot.title) }
            style { (style) }
            (hatch())
            rect width=(WIDTH) height=(height) fill="#fff" {}
            (text((24.0, 26.0), "title", plot.title))
            @for (index, line) in lines.iter().enumerate() {
                (text((24.0, 44.0 + LINE * index as f64), "note", line.trim_end()))
            }
            g transform=(format!("translate(0 {down})")) {
                @if let Some(word) = stamp(plot.origin) {
                    (text((576.0, HEIGHT - 14.0), "stamp", word))
                }
                (head(plot))
                (colours())
                (intervals(plot))
                (sizes(plot))
            }
        }
    }
    .into_string()
}

/// A summary on as many lines as it needs, broken between words.
fn broken(summary: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in summary.split_inclusive(' ') {
        let line = lines.last().map_or("", String::as_str);
        if text_width(&format!("{line}{word}"), 11.0) > WIDTH - 48.0 {
            lines.push(String::new());
        }
        lines.last_mut().into_iter().for_each(|line| line.push_str(word));
    }
    lines
}

/// What has no value.
fn hatch() -> Markup {
    html! {
        defs {
            pattern id="unseen" width="8" height="8" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)" {
                rect width="8" height="8" fill="#fff" {}
                line x1="0" y1="0" x2="0" y2="8" stroke="#9aa5af" stroke-width="2" {}
            }
        }
    }
}

/// From above, nose up. The crown lies over front and rear.
fn head(plot: &FitPlot) -> Markup {
    let ((x, y), (across, along)) = (HEAD, AXES);
    let [front, rear, crown] = plot.zones;
    let fill = |zone: &FitZone| colour_of(zone, plot.least);
    let half = |sweep: u8| {
        let (left, right) = (place(x - across), place(x + across));
        format!("M{left} {y}A{across} {along} 0 0 {sweep} {right} {y}Z")
    };
    let ears = [x - across, x + across];
    let nose = format!(
        "M{} {}L{} {}L{} {}",
        x - 17.0,
        y - along + 3.0,
        x,
        y - along - 20.0,
        x + 17.0,
        y - along + 3.0
    );
    html! {
        @for ear in ears {
            ellipse class="outline" cx=(place(ear)) cy=(place(y)) rx="11" ry="24" {}
        }
        path class="outline" d=(nose) {}
        path d=(half(1)) fill=(fill(front)) stroke="#16202a" {}
        path d=(half(0)) fill=(fill(rear)) stroke="#16202a" {}
        ellipse cx=(place(x)) cy=(place(y)) rx=(CROWN.0) ry=(CROWN.1) fill=(fill(crown))
            stroke="#16202a" stroke-dasharray="5 4" {}
        (inside(NAMES[0], front, y - 92.0))
        (inside(NAMES[1], rear, y + 88.0))
        rect x=(place(x - 45.0)) y=(place(y - 17.0)) width="90" height="36" rx="6"
            fill="#fff" fill-opacity="0.85" {}
        (inside(NAMES[2], crown, y - 2.0))
    }
}

fn inside(name: &str, zone: &FitZone, y: f64) -> Markup {
    let value = match (zone.found, zone.at_least) {
        (Some((h, u)), _) => format!("{} ± {}", plain(h, 1), plain(2.0 * u, 1)),
        (None, Some(bound)) => format!("at least {}", plain(bound, 1)),
        (None, None) => zone.finding.to_owned(),
    };
    html! {
        (text((HEAD.0, y), "inside", name))
        (text((HEAD.0, y + 16.0), "inside", &value))
    }
}

/// Vermilion at half of what is asked, pale at the limit, blue at half as much again: told apart with any
/// of the common kinds of colour blindness, and by lightness from the limit.
const STEPS: [(f64, [f64; 3]); 3] =
    [(0.5, [222.0, 110.0, 40.0]), (1.0, [247.0, 240.0, 222.0]), (1.5, [96.0, 172.0, 222.0])];

fn colour_of(zone: &FitZone, least: f64) -> String {
    let ratio = zone.found.map(|(h, _)| h / least).filter(|ratio| ratio.is_finite());
    ratio.map_or_else(|| "url(#unseen)".into(), colour)
}

fn colour(ratio: f64) -> String {
    let [low, middle, high] = STEPS;
    let (from, to) = if ratio < middle.0 { (low, middle) } else { (middle, high) };
    let share = ((ratio - from.0) / (to.0 - from.0)).clamp(0.0, 1.0);
    let channel = |index: usize| {
        let [from, to] = [from.1, to.1].map(|it| it.get(index).copied().unwrap_or_default());
        (from + share * (to - from)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
}

/// What the colours mean.
fn colours() -> Markup {
    let (left, top) = (72.0, 448.0);
    let box_at = |index: u8| left + 20.0 * f64::from(index);
    html! {
        @for index in 0..10u8 {
            (rectangle((box_at(index), box_at(index) + 20.0), (top, top + 12.0),
                &colour(0.55 + 0.1 * f64::from(index))))
        }
        @for (ratio, at) in [("≤ 0.5", 0.0), ("1", 100.0), ("≥ 1.5", 200.0)] {
            (text((left + at, top + 26.0), "tick middle", ratio))
        }
        (text((left + 100.0, top + 42.0), "note middle", "conductance over the least that is asked"))
    }
}

/// Every number that the axis must hold.
fn extents<'a>(plot: &'a FitPlot<'a>) -> impl Iterator<Item = f64> + 'a {
    let zones = plot.zones.iter().flat_map(|zone| {
        let found = zone.found.map(|(h, u)| [h - 2.0 * u, h + 2.0 * u]);
        found.into_iter().flatten().chain(zone.truth).chain(zone.at_least)
    });
    zones.chain([0.0, plot.least]).filter(|value| (0.0..1e4).contains(value))
}

fn intervals(plot: &FitPlot) -> Markup {
    let axis = Scale::around(extents(plot), 8.0, PANEL).not_below(0.0);
    let bottom = ZONES_TOP + 3.0 * ROW;
    let least = axis.at(plot.least);
    html! {
        (text((PANEL[0], ZONES_TOP - 22.0), "label",
            "contact in W/(m² K) ± two standard uncertainties"))
        @for tick in axis.ticks() {
            (line((axis.at(tick), ZONES_TOP), (axis.at(tick), bottom), "grid"))
            (text((axis.at(tick), bottom + 16.0), "tick middle", &axis.tick_text(tick)))
        }
        (outline((PANEL[0], PANEL[1]), (ZONES_TOP, bottom)))
        @for ((zone, name), row) in plot.zones.iter().zip(NAMES).zip([0.5, 1.5, 2.5]) {
            (interval(plot, zone, name, &axis, ZONES_TOP + row * ROW))
        }
        (line((least, ZONES_TOP - 4.0), (least, bottom), "least"))
        (text((least, ZONES_TOP - 7.0), "tick middle", &format!("least {}", plain(plot.least, 0))))
        @if plot.zones.iter().any(|zone| zone.truth.is_some()) {
            (diamond(PANEL[0] + 6.0, bottom + 34.0))
            (text((PANEL[0] + 18.0, bottom + 38.0), "note", "what the simulated head really has"))
        }
    }
}

fn interval(plot: &FitPlot, zone: &FitZone, name: &str, axis: &Scale, y: f64) -> Markup {
    html! {
        (text((PANEL[0] - 8.0, y + 4.0), "label end", name))
        (text((PANEL[1] + 8.0, y + 4.0), "note", zone.finding))
        @match zone.found {
            Some((h, u)) => {
                @let ends = [h - 2.0 * u, h + 2.0 * u].map(|end| axis.at(end));
                (line((ends[0], y), (ends[1], y), "interval"))
                @for end in ends { (line((end, y - 6.0), (end, y + 6.0), "interval")) }
                circle cx=(place(axis.at(h))) cy=(place(y)) r="6.5" stroke="#16202a"
                    fill=(colour_of(zone, plot.least)) {}
            }
            None => {
                (rectangle((PANEL[0] + 1.0, PANEL[1] - 1.0), (y - 12.0, y + 12.0), "url(#unseen)"))
                @if let Some(bound) = zone.at_least { (at_least(axis.at(bound), y)) }
            }
        }
        @if let Some(truth) = zone.truth { (diamond(axis.at(truth), y + 12.0)) }
    }
}

/// From the bound to the right, without an end.
fn at_least(x: f64, y: f64) -> Markup {
    let end = PANEL[1] - 6.0;
    html! {
        (line((x, y - 6.0), (x, y + 6.0), "interval"))
        (line((x, y), (end, y), "interval"))
        path class="interval" fill="none"
            d=(format!("M{} {}L{} {}L{} {}", place(end - 6.0), place(y - 5.0), place(end), place(y),
                place(end - 6.0), place(y + 5.0))) {}
    }
}

fn diamond(x: f64, y: f64) -> Markup {
    html! {
        path d=(format!("M{} {}l5 5l-5 5l-5 -5z", place(x), place(y - 5.0))) fill="none"
            stroke="#A0457F" stroke-width="1.6" {}
    }
}

fn sizes(plot: &FitPlot) -> Markup {
    let width = PANEL[1] - PANEL[0];
    html! {
        (text((PANEL[0], SIZES_TOP - 12.0), "label", "how likely each size is the right one"))
        @for (row, (name, share)) in plot.sizes.iter().take(MOST_SIZES).enumerate() {
            @let top = SIZES_TOP + SIZE_ROW * row as f64;
            @let chosen = name == plot.chosen;
            @let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
            @let class = if chosen { "tick end chosen" } else { "tick end" };
            (text((PANEL[0] - 8.0, top + 14.0), class, name))
            (rectangle((PANEL[0], PANEL[0] + width), (top + 2.0, top + 19.0), "#eef1f4"))
            (rectangle((PANEL[0], PANEL[0] + width * share), (top + 2.0, top + 19.0),
                if chosen { "#0072B2" } else { "#8DC3E8" }))
            (text((PANEL[1] + 8.0, top + 15.0), if chosen { "tick chosen" } else { "tick" },
                &format!("{} %", plain(100.0 * share, 1))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(found: Option<(f64, f64)>, least: f64) -> String {
        let zone = FitZone { found, at_least: None, finding: "a < b", truth: Some(30.0) };
        let sizes = [("small".to_owned(), 0.25), ("medium".to_owned(), f64::NAN)];
        fit_svg(&FitPlot {
            origin: Origin::Device,
            title: "",
            summary: "",
            sizes: &sizes,
            chosen: "small",
            least,
            zones: &[zone, zone, zone],
        })
    }

    #[test]
    fn colours_run_from_vermilion_over_pale_to_blue() {
        assert_eq!(colour(0.2), "#de6e28");
        assert_eq!(colour(1.0), "#f7f0de");
        assert_eq!(colour(9.0), "#60acde");
    }

    #[test]
    fn a_long_summary_takes_two_lines_and_loses_no_word() {
        let long = "seed 1; head 560 mm, OUTSIDE the liner's stretch: sagittal, coronal; verdict: doubtful: \
                    too little heat, or front and rear differ; stored by a clinician all the same";
        let lines = broken(long);
        assert_eq!((lines.len(), lines.concat().as_str()), (2, long));
        assert!(lines.iter().all(|line| text_width(line, 11.0) <= WIDTH - 48.0));
        assert_eq!(broken("short"), ["short"]);
    }

    #[test]
    fn a_zone_without_a_value_is_hatched_and_never_coloured() {
        let unseen = drawn(None, 25.0);
        assert_eq!(unseen.matches("url(#unseen)").count(), 6);
        assert!(!unseen.contains("<circle") && unseen.contains("a &lt; b"));
        let seen = drawn(Some((30.0, 3.0)), 25.0);
        assert!(!seen.contains("url(#unseen)") && seen.matches("<circle").count() == 3);
        assert!(seen.contains("30.0 ± 6.0") && seen.contains("25.0 %"));
    }

    #[test]
    fn anything_gives_a_drawing_without_what_is_no_number() {
        for (found, least) in [
            (Some((f64::NAN, 1.0)), 25.0),
            (Some((1e300, f64::INFINITY)), 25.0),
            (Some((0.0, 0.0)), 0.0),
            (Some((-5.0, 1.0)), f64::NAN),
        ] {
            let svg = drawn(found, least);
            assert!(svg.ends_with("</svg>") && !svg.contains("\"NaN") && !svg.contains("\"inf"));
        }
    }
}
