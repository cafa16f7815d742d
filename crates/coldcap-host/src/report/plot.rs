//! What both plots share: the frame, ticks, curves, shaded breaks and the origin across the drawing.

use super::Origin;
use super::axis::{TimeAxis, ValueAxis};
use super::figures::{hours_minutes, plain};
use super::palette::Stroke;
use super::placement::text_width;
use super::treatment::{BreakSpan, Treatment};
use maud::{Markup, html};

/// The width of every plot, in its own units; on A4 a unit is 0.63 pt, so that its texts stay legible.
pub(super) const WIDTH: f64 = 840.0;

const LEFT: f64 = 58.0;
const RIGHT: f64 = 12.0;

/// The most spans of one sort that are drawn.
pub(super) const MOST_SPANS: usize = 150;

/// The time axis that the plots share.
pub(super) fn time_axis(treatment: &Treatment) -> TimeAxis {
    TimeAxis::new(treatment.end_s(), LEFT, WIDTH - LEFT - RIGHT)
}

/// A coordinate with one decimal.
pub(super) fn place(value: f64) -> String {
    plain(value, 1)
}

/// A curve.
pub(super) fn curve(data: &str, stroke: Stroke) -> Markup {
    html! {
        @if !data.is_empty() {
            path d=(data) fill="none" stroke=(stroke.colour) stroke-width=(stroke.width)
                stroke-dasharray=(stroke.dashes) stroke-linejoin="round" stroke-linecap="round" {}
        }
    }
}

/// A filled rectangle.
pub(super) fn rectangle(x: (f64, f64), y: (f64, f64), fill: &str) -> Markup {
    let (width, height) = ((x.1 - x.0).max(0.0), (y.1 - y.0).max(0.0));
    html! {
        rect x=(place(x.0)) y=(place(y.0)) width=(place(width)) height=(place(height)) fill=(fill) {}
    }
}

/// A straight line of a class.
pub(super) fn line(from: (f64, f64), to: (f64, f64), class: &str) -> Markup {
    html! {
        line class=(class) x1=(place(from.0)) y1=(place(from.1)) x2=(place(to.0)) y2=(place(to.1)) {}
    }
}

/// A text of a class; the class says how it is aligned.
pub(super) fn text(at: (f64, f64), class: &str, content: &str) -> Markup {
    html! { text class=(class) x=(place(at.0)) y=(place(at.1)) { (content) } }
}

/// The frame with its horizontal lines and their values.
pub(super) fn frame(time: &TimeAxis, axis: &ValueAxis) -> Markup {
    html! {
        @for value in axis.ticks() {
            (line((time.left(), axis.y(value)), (time.right(), axis.y(value)), "grid"))
            (text((time.left() - 6.0, axis.y(value) + 3.5), "tick end", &tick_text(value)))
        }
        (outline((time.left(), time.right()), (axis.top(), axis.bottom())))
    }
}

/// The line around a plot.
pub(super) fn outline(x: (f64, f64), y: (f64, f64)) -> Markup {
    html! {
        rect class="frame" x=(place(x.0)) y=(place(y.0)) width=(place(x.1 - x.0))
            height=(place(y.1 - y.0)) {}
    }
}

fn tick_text(value: f64) -> String {
    let decimals = usize::from(value.fract() != 0.0);
    plain(value, decimals).replace('-', "−")
}

/// The time axis below a plot: short ticks, their times and a title.
pub(super) fn time_scale(time: &TimeAxis, bottom: f64, since: &str) -> Markup {
    html! {
        @for tick in time.ticks() {
            (line((time.x(tick), bottom), (time.x(tick), bottom + 5.0), "axis"))
            (tick_label(time.x(tick), bottom + 18.0, &hours_minutes(tick)))
        }
        (text((time.left() + time.width() / 2.0, bottom + 34.0), "note middle",
            &format!("time since {since}, h:mm")))
    }
}

/// Below its tick; the last one as far to the left as the drawing's edge wants it.
fn tick_label(x: f64, y: f64, label: &str) -> Markup {
    match x + text_width(label, 11.5) / 2.0 > WIDTH {
        true => text((WIDTH - 1.0, y), "tick end", label),
        false => text((x, y), "tick middle", label),
    }
}

/// The pattern that shades a break; it stands once in the page.
pub(super) fn break_pattern() -> Markup {
    html! {
        defs {
            pattern id="break" width="7" height="7" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)" {
                rect width="7" height="7" fill="#FFFFFF" fill-opacity="0.45" {}
                line x1="0" y1="0" x2="0" y2="7" stroke="#7A5A1E" stroke-width="1.6"
                    stroke-opacity="0.65" {}
            }
        }
    }
}

/// Shades the breaks from `top` to `bottom`.
pub(super) fn shaded_breaks(
    breaks: &[BreakSpan],
    time: &TimeAxis,
    top: f64,
    bottom: f64,
) -> Markup {
    html! {
        @for span in breaks.iter().take(MOST_SPANS) {
            @let end = time.x(span.end_s.unwrap_or(f64::INFINITY));
            (rectangle((time.x(span.start_s), end), (top, bottom), "url(#break)"))
        }
    }
}

/// The word that stands across everything that does not come from a device.
pub(super) const fn stamp(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Device => None,
        Origin::Simulated => Some("SIMULATED"),
        Origin::Replay => Some("REPLAY"),
    }
}

/// The origin across a drawing, behind its curves.
pub(super) fn watermark(origin: Origin, time: &TimeAxis, middle: f64, size: f64) -> Markup {
    let at = (time.left() + time.width() / 2.0, middle + size * 0.35);
    html! {
        @if let Some(word) = stamp(origin) {
            text class="stamp middle" font-size=(place(size)) x=(place(at.0)) y=(place(at.1)) { (word) }
        }
    }
}
