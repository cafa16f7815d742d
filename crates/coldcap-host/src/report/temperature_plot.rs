//! The plot of temperatures, with phases, breaks, marks and alarms.

use super::axis::{TimeAxis, ValueAxis};
use super::figures::{clipped, hours_minutes, known};
use super::palette::{self, Stroke};
use super::placement::{Label, Place, on_rows, spread, text_width};
use super::plot::{self, MOST_SPANS, WIDTH, curve, line, place, rectangle, text};
use super::polyline::{band, path};

use super::treatment::{AlarmSpan, Mark, PhaseSpan, Sample, Treatment};
use super::words;
use crate::priority::Priority;
use maud::{Markup, html};

mod comfort;
mod letters;

use comfort::ComfortRow;

const STRIP_TOP: f64 = 18.0;
const STRIP_BOTTOM: f64 = 39.0;
const MARK_ROW: f64 = 17.0;
const MOST_MARK_ROWS: usize = 4;
const PLOT_HEIGHT: f64 = 244.0;
const ALARM_ROW: f64 = 13.0;
const ALARM_GAP: f64 = 10.0;
const SKIN_LABEL: &str = "skin (plant truth, simulated)";

/// A curve of the plot and its name in the legend.
struct Line {
    name: &'static str,
    /// What stands on the curve, for where colours cannot be told apart.
    letter: &'static str,
    stroke: Stroke,
    value: fn(&Sample) -> Option<f64>,
}

const LINES: [Line; 7] = [
    Line {
        name: "coolant supplied",
        letter: "C",
        stroke: palette::SUPPLY,
        value: |sample| sample.supply_c,
    },
    Line {
        name: "target of the coolant",
        letter: "T",
        stroke: palette::TARGET,
        value: |sample| sample.target_c,
    },
    Line {
        name: "target of the interface",
        letter: "I",
        stroke: palette::TARGET,
        value: |sample| sample.interface_target_c,
    },
    Line {
        name: "cap interface, front",
        letter: "F",
        stroke: palette::FRONT,
        value: |sample| sample.front_c,
    },
    Line {
        name: "cap interface, rear",
        letter: "R",
        stroke: palette::REAR,
        value: |sample| sample.rear_c,
    },
    Line {
        name: SKIN_LABEL,
        letter: "S",
        stroke: palette::SKIN_TRUE,
        value: |sample| sample.skin_true_c,
    },
    Line {
        name: "skin (estimate of the device)",
        letter: "E",
        stroke: palette::SKIN_ESTIMATE,
        value: |sample| sample.skin_estimate_c,
    },
];

/// Between which temperatures the skin is by the device's estimate.
fn skin_interval(sample: &Sample) -> Option<(f64, f64)> {
    known(sample.skin_lower_c).zip(known(sample.skin_upper_c))
}

impl Line {
    fn is_known(&self, samples: &[Sample]) -> bool {
        samples.iter().any(|sample| known((self.value)(sample)).is_some())
    }
}

/// Where everything stands from top to bottom.
struct Layout {
    time: TimeAxis,
    axis: ValueAxis,
    /// Where the alarms begin.
    alarms_top: f64,
    /// Where the alarms end and the time scale begins.
    bottom: f64,
}

impl Layout {
    fn new(treatment: &Treatment, mark_rows: usize, comfort: f64) -> Self {
        let top = STRIP_BOTTOM + 6.0 + MARK_ROW * mark_rows as f64;
        let values = treatment
            .samples
            .iter()
            .flat_map(|sample| LINES.iter().filter_map(|line| known((line.value)(sample))));
        let interval = |sample: &Sample| [known(sample.skin_lower_c), known(sample.skin_upper_c)];
        let ends = treatment.samples.iter().flat_map(interval).flatten();
        let values = values.chain(ends);
        let axis = ValueAxis::around(values, top, PLOT_HEIGHT);
        let comfort = if comfort > 0.0 { ALARM_GAP + comfort } else { 0.0 };
        let alarms = if treatment.alarms.is_empty() { 0.0 } else { ALARM_GAP + 3.0 * ALARM_ROW };
        let alarms_top = axis.bottom() + comfort + ALARM_GAP;
        let bottom = axis.bottom() + comfort + alarms;
        Self { time: plot::time_axis(treatment), axis, alarms_top, bottom }
    }
}

/// The plot of temperatures of a report, for a page of somebody else's.
///
/// It has the classes that [`PLOT_STYLE`] describes, and nothing in it runs. Times are drawn from 0 to `end_s`, so that
/// `left + time_s / end_s * width` is where a time stands, of `whole` units across the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct TemperaturePlot {
    /// The drawing and its legend: one `svg` and one `ul`.
    pub markup: String,
    /// Where time 0 stands.
    pub left: f64,
    /// How wide the axis of times is.
    pub width: f64,
    /// How wide the drawing is.
    pub whole: f64,
    /// Where the axis of times ends, in seconds.
    pub end_s: f64,
}

impl TemperaturePlot {
    /// Draws a treatment; `since` says what its times count from, as in `the start of the recording`.
    #[must_use]
    pub fn draw(treatment: &Treatment, since: &str) -> Self {
        let time = plot::time_axis(treatment);
        Self {
            markup: drawn(treatment, &Words { since, numbers: "phases too short for their names" })
                .into_string(),
            left: time.left(),
            width: time.width(),
            whole: WIDTH,
            end_s: time.end_s(),
        }
    }
}

/// How the classes of a plot look.
pub const PLOT_STYLE: &str = include_str!("plot.css");

/// What is said beside a drawing, by where it stands.
struct Words<'a> {
    /// What its times count from.
    since: &'a str,
    /// What a number above the band of phases is.
    numbers: &'a str,
}

/// The drawing and its legend.
pub(super) fn temperature_plot(treatment: &Treatment) -> Markup {
    let numbers = "rows of “Course of the visit”";
    drawn(treatment, &Words { since: &treatment.since, numbers })
}

fn drawn(treatment: &Treatment, words: &Words<'_>) -> Markup {
    let marks = PlacedMark::all(&treatment.marks, &plot::time_axis(treatment));
    let rows = marks.iter().filter_map(|mark| Some(mark.place?.row + 1)).max().unwrap_or(0);
    let comfort = ComfortRow::new(&treatment.comfort, &plot::time_axis(treatment));
    let layout = Layout::new(treatment, rows, comfort.height());
    let height = layout.bottom + 42.0;
    let (time, axis) = (&layout.time, &layout.axis);
    html! {
        svg role="img" viewBox=(format!("0 0 {WIDTH} {}", place(height)))
            aria-label="Temperatures over time, with phases, breaks, marks and alarms" {
            (plot::break_pattern())
            (tints(&treatment.phases, &layout))
            (plot::frame(time, axis))
            (plot::shaded_breaks(&treatment.breaks, time, STRIP_BOTTOM, axis.bottom()))
            (plot::watermark(treatment.origin, time, axis.top() + axis.height() * 0.45, 98.0))
            (strip(&treatment.phases, time))
            @for mark in &marks { (mark.line(&layout)) }
            path class="interval" d=(band(&treatment.samples, skin_interval, time, axis)) {}
            @for each in &LINES {
                (curve(&path(&treatment.samples, each.value, time, axis), each.stroke))
            }
            (letters::letters(&treatment.samples, &layout))
            @for mark in &marks { (mark.text()) }
            (comfort.draw(&layout))
            (alarms(&treatment.alarms, &layout))
            (plot::time_scale(time, layout.bottom, words.since))
            (text((time.left() - 6.0, axis.top() - 9.0), "note end", "°C"))
        }
        (legend(treatment, words.numbers))
        @if has_more_than_is_drawn(treatment) {
            p class="note" {
                "The drawings show the first " (MOST_SPANS)
                " phases, breaks, marks and alarms of each priority, and no more."
            }
        }
    }
}

fn has_more_than_is_drawn(treatment: &Treatment) -> bool {
    let longest = [
        treatment.phases.len(),
        treatment.breaks.len(),
        treatment.marks.len(),
        treatment.alarms.len(),
    ];
    longest.into_iter().any(|length| length > MOST_SPANS)
}

fn tints(phases: &[PhaseSpan], layout: &Layout) -> Markup {
    html! {
        g opacity="0.3" {
            @for span in phases.iter().take(MOST_SPANS) {
                @let ends = (layout.time.x(span.start_s), layout.time.x(span.end_s));
                (rectangle(ends, (STRIP_BOTTOM, layout.axis.bottom()),
                    palette::phase_colour(span.phase)))
            }
        }
    }
}

/// The band of phases: a name where it fits, the number of its row in the table where it does not.
fn strip(phases: &[PhaseSpan], time: &TimeAxis) -> Markup {
    let phases = phases.get(..MOST_SPANS).unwrap_or(phases);
    let ends = |span: &PhaseSpan| (time.x(span.start_s), time.x(span.end_s));
    let middle = |span: &PhaseSpan| f64::midpoint(ends(span).0, ends(span).1);
    let is_named = |span: &PhaseSpan| {
        text_width(words::phase(span.phase), 11.5) + 6.0 <= ends(span).1 - ends(span).0
    };
    let narrow: Vec<(usize, f64)> = phases
        .iter()
        .enumerate()
        .filter(|(_, span)| !is_named(span))
        .map(|(index, span)| (index + 1, middle(span)))
        .collect();
    let middles: Vec<f64> = narrow.iter().map(|(_, x)| *x).collect();
    let spread = spread(&middles, 16.0, time.left() + 7.0, time.right() - 7.0);
    html! {
        @for span in phases {
            (rectangle(ends(span), (STRIP_TOP, STRIP_BOTTOM), palette::phase_colour(span.phase)))
            (line((ends(span).0, STRIP_TOP), (ends(span).0, STRIP_BOTTOM), "seam"))
        }
        @for span in phases.iter().filter(|span| is_named(span)) {
            (text((middle(span), STRIP_TOP + 14.5), "phase middle", words::phase(span.phase)))
        }
        @for ((number, middle), x) in narrow.iter().zip(spread) {
            (line((x, 12.0), (*middle, STRIP_TOP + 6.0), "leader"))
            (text((x, 10.0), "number middle", &number.to_string()))
        }
    }
}

/// A mark, with its label above the plot if there is room for it.
struct PlacedMark {
    x: f64,
    label: String,
    place: Option<Place>,
}

impl PlacedMark {
    fn all(marks: &[Mark], time: &TimeAxis) -> Vec<Self> {
        let mut placed: Vec<Self> = marks
            .iter()
            .filter(|mark| mark.time_s.is_finite())
            .take(MOST_SPANS)
            .map(|mark| Self::unplaced(mark, time))
            .collect();
        let labels: Vec<Label> = placed.iter().map(Self::wanted).collect();
        let places = on_rows(&labels, time.left(), time.right(), MOST_MARK_ROWS);
        for (mark, place) in placed.iter_mut().zip(places) {
            mark.place = place;
        }
        placed
    }

    fn unplaced(mark: &Mark, time: &TimeAxis) -> Self {
        let label = format!("{} {}", clipped(&mark.label, 40), hours_minutes(mark.time_s));
        Self { x: time.x(mark.time_s), label, place: None }
    }

    fn wanted(&self) -> Label {
        Label { x: self.x, width: text_width(&self.label, 12.0) + 12.0 }
    }

    fn line(&self, layout: &Layout) -> Markup {
        let top = self.place.map_or(layout.axis.top(), |place| label_y(&place) + 2.0);
        line((self.x, top), (self.x, layout.axis.bottom()), "mark")
    }

    fn text(&self) -> Markup {
        html! {
            @if let Some(place) = self.place {
                (text((place.x, label_y(&place)), "label middle", &self.label))
            }
        }
    }
}

fn label_y(place: &Place) -> f64 {
    STRIP_BOTTOM + MARK_ROW * (place.row as f64 + 1.0) - 2.0
}

/// Three rows of alarms below the plot, the most urgent on top.
fn alarms(alarms: &[AlarmSpan], layout: &Layout) -> Markup {
    let top = |row: usize| layout.alarms_top + 2.0 + ALARM_ROW * row as f64;
    html! {
        @if !alarms.is_empty() {
            @for (row, priority) in Priority::ALL.into_iter().enumerate() {
                (text((layout.time.left() - 6.0, top(row) + 9.0), "tick end", priority.name()))
                @for alarm in alarms.iter().filter(|alarm| alarm.priority == priority).take(MOST_SPANS) {
                    (alarm_bar(alarm, &layout.time, top(row)))
                }
            }
            @let top = layout.alarms_top;
            (plot::outline((layout.time.left(), layout.time.right()), (top, top + ALARM_ROW * 3.0)))
        }
    }
}

fn alarm_bar(alarm: &AlarmSpan, time: &TimeAxis, top: f64) -> Markup {
    let colour = palette::priority_colour(alarm.priority);
    let start = time.x(alarm.onset_s);
    let end = time.x(alarm.clear_s.unwrap_or(f64::INFINITY)).max(start + 3.0).min(time.right());
    html! {
        rect class="alarm" x=(place(start)) y=(place(top + 1.0)) width=(place((end - start).max(1.0)))
            height="8" fill=(colour) {
            title { (clipped(&alarm.id, 40)) " " (hours_minutes(alarm.onset_s)) }
        }
    }
}

fn legend(treatment: &Treatment, numbers: &str) -> Markup {
    html! {
        ul class="legend" {
            @for line in LINES.iter().filter(|line| line.is_known(&treatment.samples)) {
                li { (line_swatch(line)) (line.name) }
            }
            @if treatment.samples.iter().any(|sample| skin_interval(sample).is_some()) {
                li { (interval_swatch()) "skin (where the estimate says it is)" }
            }
            @if !treatment.breaks.is_empty() {
                li { (box_swatch("url(#break)")) "break (cooling interrupted)" }
            }
            @if !treatment.comfort.is_empty() {
                li { b { "7 s3 ↑" } " comfort score, symptom, eased off" }
            }
            @if !treatment.alarms.is_empty() {
                @for priority in Priority::ALL {
                    li { (box_swatch(palette::priority_colour(priority))) "alarm, " (priority.name()) }
                }
            }
            @if !treatment.phases.is_empty() {
                li { b { "1 2 3" } " above the band: " (numbers) }
            }
        }
    }
}

fn line_swatch(line: &Line) -> Markup {
    html! {
        svg class="swatch" viewBox="0 0 40 14" aria-hidden="true" {
            (curve("M1 7L39 7", line.stroke))
            (letters::letter((20.0, 7.0), line.letter))
        }
    }
}

fn interval_swatch() -> Markup {
    html! {
        svg class="swatch small" viewBox="0 0 18 12" aria-hidden="true" {
            path class="interval" d="M1 1L17 1L17 11L1 11Z" {}
        }
    }
}

fn box_swatch(fill: &str) -> Markup {
    html! {
        svg class="swatch small" viewBox="0 0 18 12" aria-hidden="true" {
            rect class="alarm" x="1" y="1" width="16" height="10" fill=(fill) {}
        }
    }
}
