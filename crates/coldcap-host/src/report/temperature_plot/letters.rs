//! Letters on the curves, so that they are told apart where there is no colour.

use super::super::figures::known;
use super::super::plot::{place, text};
use super::super::treatment::Sample;
use super::{LINES, Layout, Line};
use maud::{Markup, html};

/// How many letters a curve gets at most.
const MOST: usize = 3;

/// Into how many places the time is divided to look for one.
const CANDIDATES: usize = 60;

/// Half of a letter's box.
const RADIUS: f64 = 6.5;

/// A letter in a small disc, on its curve.
pub(super) fn letter((x, y): (f64, f64), letter: &str) -> Markup {
    html! {
        circle class="disc" cx=(place(x)) cy=(place(y)) r=(place(RADIUS)) {}
        (text((x, y + 3.4), "letter middle", letter))
    }
}

/// Each curve's letter where the other curves, and the letters there are, leave room.
pub(super) fn letters(samples: &[Sample], layout: &Layout) -> Markup {
    let columns = columns(samples);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut placed = Vec::new();
    for line in LINES.iter().filter(|line| line.is_known(samples)) {
        let thirds = (0..MOST).filter_map(|third| best(&columns, line, third, layout, &taken));
        let mut own: Vec<(f64, f64)> = thirds.collect();
        // Where a curve lies on another one all the time, it is enough that the letters do not.
        own.extend(own.is_empty().then(|| apart(&columns, line, layout, &taken)).flatten());
        taken.extend(&own);
        placed.extend(own.into_iter().map(|at| (at, line.letter)));
    }
    html! { @for (at, name) in placed { (letter(at, name)) } }
}

/// Samples at even distances.
fn columns(samples: &[Sample]) -> Vec<&Sample> {
    (0..CANDIDATES)
        .filter_map(|n| samples.get(samples.len() * (2 * n + 1) / (2 * CANDIDATES)))
        .collect()
}

/// The place with the most room within one third of the time; none where every place is covered.
fn best(
    columns: &[&Sample],
    line: &Line,
    third: usize,
    layout: &Layout,
    taken: &[(f64, f64)],
) -> Option<(f64, f64)> {
    let (from, to) = (third * columns.len() / MOST, (third + 1) * columns.len() / MOST);
    let room =
        |sample: &Sample, at| curve_room(sample, line, at, layout).min(letter_room(at, taken));
    roomiest(columns.get(from..to)?, line, layout, room)
}

/// The place that is farthest from the letters there are.
fn apart(
    columns: &[&Sample],
    line: &Line,
    layout: &Layout,
    taken: &[(f64, f64)],
) -> Option<(f64, f64)> {
    roomiest(columns, line, layout, |_, at| letter_room(at, taken))
}

fn roomiest(
    columns: &[&Sample],
    line: &Line,
    layout: &Layout,
    room: impl Fn(&Sample, (f64, f64)) -> f64,
) -> Option<(f64, f64)> {
    let candidates = columns.iter().filter_map(|sample| {
        let at = (layout.time.x(sample.time_s), layout.axis.y(known((line.value)(sample))?));
        let inside =
            at.0 > layout.time.left() + 2.0 * RADIUS && at.0 < layout.time.right() - 2.0 * RADIUS;
        inside.then(|| (at, room(sample, at)))
    });
    let best = candidates.max_by(|one, other| one.1.total_cmp(&other.1))?;
    (best.1 > RADIUS).then_some(best.0)
}

/// How far the nearest other curve is; all beyond 40 count the same.
fn curve_room(sample: &Sample, line: &Line, (_, y): (f64, f64), layout: &Layout) -> f64 {
    let others = LINES.iter().filter(|other| other.letter != line.letter);
    let values = others.filter_map(|other| known((other.value)(sample)));
    values.map(|value| (layout.axis.y(value) - y).abs()).fold(40.0, f64::min)
}

/// How far the nearest letter is; all beyond 60 count the same.
fn letter_room((x, y): (f64, f64), taken: &[(f64, f64)]) -> f64 {
    taken.iter().map(|other| (other.0 - x).hypot(other.1 - y) - RADIUS).fold(60.0, f64::min)
}
