//! The row of comfort below the plot.

use super::super::account::{Comfort, ComfortKind};
use super::super::axis::TimeAxis;
use super::super::placement::{Label, Place, on_rows, text_width};
use super::super::plot::{self, MOST_SPANS, line, text};
use super::{ALARM_GAP, Layout};
use maud::{Markup, html};

const ROW: f64 = 13.0;
const MOST_ROWS: usize = 3;

/// Scores as numbers, symptoms with an `s`, and an arrow where it was eased off.
pub(super) struct ComfortRow(Vec<Told>);

struct Told {
    x: f64,
    label: String,
    place: Option<Place>,
}

impl ComfortRow {
    pub(super) fn new(comfort: &[Comfort], time: &TimeAxis) -> Self {
        let told = comfort.iter().filter(|one| one.time_s.is_finite()).take(MOST_SPANS);
        let told = told.map(|one| (time.x(one.time_s), label(&one.what)));
        let labels: Vec<(f64, String)> = told.collect();
        let width = |text: &str| text_width(text, 10.5) + 3.0;
        let wanted: Vec<Label> =
            labels.iter().map(|(x, text)| Label { x: *x, width: width(text) }).collect();
        let places = on_rows(&wanted, time.left(), time.right(), MOST_ROWS);
        let placed = labels.into_iter().zip(places);
        Self(placed.map(|((x, label), place)| Told { x, label, place }).collect())
    }

    /// As many rows as it takes that no label covers another; nothing where nothing was told.
    pub(super) fn height(&self) -> f64 {
        let rows = self.0.iter().filter_map(|told| told.place).map(|place| place.row + 1).max();
        rows.map_or(0.0, |rows| rows as f64 * ROW + 2.0)
    }

    pub(super) fn draw(&self, layout: &Layout) -> Markup {
        let (time, top) = (&layout.time, layout.axis.bottom() + ALARM_GAP);
        let bottom = top + self.height();
        html! {
            @if !self.0.is_empty() {
                (text((time.left() - 6.0, top + 11.0), "tick end", "comfort"))
                (plot::outline((time.left(), time.right()), (top, bottom)))
                @for told in &self.0 { (told.draw((top, bottom))) }
            }
        }
    }
}

impl Told {
    fn draw(&self, (top, bottom): (f64, f64)) -> Markup {
        match self.place {
            Some(place) => {
                text((place.x, top + 11.0 + ROW * place.row as f64), "comfort middle", &self.label)
            }
            None => line((self.x, top + 2.0), (self.x, bottom - 2.0), "leader"),
        }
    }
}

fn label(what: &ComfortKind) -> String {
    match what {
        ComfortKind::Score(score) => score.to_string(),
        ComfortKind::Symptom(symptom) => format!("s{symptom}"),
        ComfortKind::EasedOff { .. } => "↑".to_owned(),
    }
}
