//! The small plot of what drives the coolant: flow, mixing valve, chiller.

use super::axis::{TimeAxis, ValueAxis};
use super::figures::known;
use super::palette::{self, Stroke};
use super::plot::{self, WIDTH, curve, place, text};
use super::polyline::path;
use super::treatment::{Sample, Treatment};
use maud::{Markup, html};

/// One curve in a frame of its own.
struct Lane {
    title: &'static str,
    stroke: Stroke,
    height: f64,
    value: fn(&Sample) -> Option<f64>,
    /// What the axis holds in any case.
    least: [f64; 2],
}

const LANES: [Lane; 3] = [
    Lane {
        title: "flow through the cap, mL/min",
        stroke: palette::FLOW,
        height: 52.0,
        value: |sample| sample.flow_ml_min,
        least: [0.0, 100.0],
    },
    Lane {
        title: "mixing valve, % from the tank",
        stroke: palette::VALVE,
        height: 40.0,
        value: |sample| sample.valve.map(|share| share * 100.0),
        least: [0.0, 100.0],
    },
    Lane {
        title: "chiller, % duty",
        stroke: palette::CHILLER,
        height: 30.0,
        value: |sample| sample.chiller.map(|share| share * 100.0),
        least: [0.0, 100.0],
    },
];

const TITLE_HEIGHT: f64 = 18.0;

impl Lane {
    fn axis(&self, samples: &[Sample], top: f64) -> ValueAxis {
        let values = samples.iter().filter_map(|sample| known((self.value)(sample)));
        ValueAxis::around(values.chain(self.least), top, self.height)
    }

    fn draw(&self, treatment: &Treatment, time: &TimeAxis, top: f64) -> Markup {
        let axis = self.axis(&treatment.samples, top + TITLE_HEIGHT);
        html! {
            (text((time.left(), top + TITLE_HEIGHT - 5.0), "note", self.title))
            (plot::frame(time, &axis))
            (plot::shaded_breaks(&treatment.breaks, time, axis.top(), axis.bottom()))
            (plot::watermark(treatment.origin, time, axis.top() + axis.height() / 2.0, 34.0))
            (curve(&path(&treatment.samples, self.value, time, &axis), self.stroke))
        }
    }
}

/// The drawing.
pub(super) fn drive_plot(treatment: &Treatment) -> Markup {
    let time = plot::time_axis(treatment);
    let mut bottom = 0.0;
    let tops = LANES.each_ref().map(|lane| {
        let top = bottom;
        bottom = top + TITLE_HEIGHT + lane.height;
        top
    });
    html! {
        svg role="img" viewBox=(format!("0 0 {WIDTH} {}", place(bottom + 42.0)))
            aria-label="Flow, mixing valve and chiller over time" {
            @for (lane, top) in LANES.iter().zip(tops) { (lane.draw(treatment, &time, top)) }
            (plot::time_scale(&time, bottom, &treatment.since))
        }
    }
}
