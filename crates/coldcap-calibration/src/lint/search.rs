//! The search for wrong lines and kinks.

use super::curve::Curve;
use super::{Mark, Slope, Verdict, ends};
use crate::fit::least_squares::{Observation, least_squares};
use crate::fit::steinhart_hart::TablePoint;

/// Each pass sets one line aside in every neighbourhood.
const PASSES: usize = 64;

/// Lines on either side that are one neighbourhood.
const REACH: usize = 4;

/// What the table itself is off beyond rounding and bending, times this, is allowed to every line.
const MEDIANS: f64 = 6.0;

/// How many times better a kink must explain the neighbourhood than a wrong line.
const KINK_FACTOR: f64 = 4.0;

/// A line near an end and the line in the middle of the same five are off by the same share of what is
/// allowed: the one in the middle is suspected first. If it was not, it comes back in the end.
const END_BELIEF: f64 = 0.8;

/// Marks outliers and kinks.
pub(super) fn wrong_lines(curve: &Curve, marks: &mut [Mark]) {
    let spread = MEDIANS * own_spread(curve, marks);
    for _ in 0..PASSES {
        weigh(curve, marks, spread);
        if !set_aside(curve, marks) {
            break;
        }
    }
    readmit(curve, marks, spread);
    ends::reconsider(curve, marks, spread);
    readmit_around(curve, marks, spread);
}

/// How far each line is off, in units of what is allowed.
fn weigh(curve: &Curve, marks: &mut [Mark], spread: f64) {
    for index in 0..marks.len() {
        let is_good = marks.get(index).is_some_and(|mark| mark.verdict == Verdict::Good);
        let ratio = if is_good { ratio(curve, marks, index, spread) } else { 0.0 };
        if let Some(mark) = marks.get_mut(index) {
            mark.ratio = ratio;
        }
    }
}

/// How far a line is off, in units of what is allowed; 0 where nothing can be compared.
pub(super) fn ratio(curve: &Curve, marks: &[Mark], index: usize, spread: f64) -> f64 {
    curve.residual(marks, index).map_or(0.0, |found| {
        let belief = if found.is_central { 1.0 } else { END_BELIEF };
        belief * libm::fabs(found.kelvin) / (found.allowed_kelvin + spread)
    })
}

/// What the table itself is off: the median excess, with or without the worst line, whichever is less. In
/// a short table one wrong line spoils the comparison of most others, and may not be the worst: there it is
/// the least without any one line.
fn own_spread(curve: &Curve, marks: &mut [Mark]) -> f64 {
    let all = median_excess(curve, marks);
    if marks.len() <= ends::SHORT {
        return (0..marks.len()).fold(all, |least, index| least.min(without(curve, marks, index)));
    }
    weigh(curve, marks, 0.0);
    let by_ratio =
        |one: &(usize, &Mark), other: &(usize, &Mark)| one.1.ratio.total_cmp(&other.1.ratio);
    let worst = marks.iter().enumerate().max_by(by_ratio).map(|(index, _)| index);
    worst.map_or(all, |index| all.min(without(curve, marks, index)))
}

/// The median excess without this line.
fn without(curve: &Curve, marks: &mut [Mark], index: usize) -> f64 {
    let set = |marks: &mut [Mark], verdict| {
        if let Some(mark) = marks.get_mut(index) {
            mark.verdict = verdict;
        }
    };
    set(marks, Verdict::Outlier);
    let excess = median_excess(curve, marks);
    set(marks, Verdict::Good);
    excess
}

/// The median over the lines of what they are off beyond what is excused, by bisection; in kelvins.
fn median_excess(curve: &Curve, marks: &mut [Mark]) -> f64 {
    for index in 0..marks.len() {
        let excess = curve
            .residual(marks, index)
            .map_or(0.0, |found| (libm::fabs(found.kelvin) - found.allowed_kelvin).max(0.0));
        if let Some(mark) = marks.get_mut(index) {
            mark.ratio = excess;
        }
    }
    let half = marks.len().div_ceil(2);
    let (mut low, mut high) = (0.0, marks.iter().map(|mark| mark.ratio).fold(0.0, f64::max));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        match marks.iter().filter(|mark| mark.ratio <= middle).count() >= half {
            true => high = middle,
            false => low = middle,
        }
    }
    high
}

/// Marks the worst line of every neighbourhood in which one is off; whether there was any.
fn set_aside(curve: &Curve, marks: &mut [Mark]) -> bool {
    let mut any = false;
    for index in 0..marks.len() {
        if is_worst(marks, index) {
            any = true;
            let verdict =
                if is_kink(curve, marks, index) { Verdict::Kink } else { Verdict::Outlier };
            if let Some(mark) = marks.get_mut(index) {
                mark.verdict = verdict;
            }
        }
    }
    any
}

fn neighbourhood(index: usize, lines: usize) -> core::ops::Range<usize> {
    index.saturating_sub(REACH)..index.saturating_add(REACH).saturating_add(1).min(lines)
}

/// Whether a line is off, and more so than the others around it; of equals the first.
fn is_worst(marks: &[Mark], index: usize) -> bool {
    let ratio = |at: usize| marks.get(at).map_or(0.0, |mark| mark.ratio);
    let own = ratio(index);
    own > 1.0
        && neighbourhood(index, marks.len())
            .all(|at| ratio(at) < own || (ratio(at) == own && at >= index))
}

/// Whether two curves that meet at this line explain its neighbourhood far better than that this line
/// is wrong. Fewer than four lines on one side lie on a cubic with the kink, whatever they say: there is none
/// so near to an end.
fn is_kink(curve: &Curve, marks: &[Mark], index: usize) -> bool {
    let inside = REACH..marks.len().saturating_sub(REACH);
    let Some(line) = curve.points().get(index).filter(|_| inside.contains(&index)) else {
        return false;
    };
    let here = curve.x(line.celsius);
    let wrong = misfit(curve, marks, index, |at, _| if at == index { 1.0 } else { 0.0 });
    let kink = misfit(curve, marks, index, |_, x| (x - here).max(0.0));
    matches!((wrong, kink), (Some(wrong), Some(kink)) if kink * KINK_FACTOR < wrong)
}

/// The weighted sum of squares that a cubic and one more column leave in a neighbourhood.
fn misfit(
    curve: &Curve,
    marks: &[Mark],
    index: usize,
    column: impl Fn(usize, f64) -> f64 + Clone,
) -> Option<f64> {
    let around = neighbourhood(index, marks.len());
    let is_good = |at: &usize| marks.get(*at).is_some_and(|mark| mark.verdict == Verdict::Good);
    let points = around.filter(is_good).filter_map(|at| Some((at, *curve.points().get(at)?)));
    let centre = curve.x(curve.points().get(index)?.celsius);
    let width =
        points.clone().map(|(_, p)| libm::fabs(curve.x(p.celsius) - centre)).fold(0.0, f64::max);
    let observation = |(at, point): (usize, TablePoint)| {
        let x = curve.x(point.celsius);
        let z = (x - centre) / width;
        let columns = [1.0, z, z * z, z * z * z, column(at, x)];
        let rounding = curve.rounding(point.ohm);
        Observation { columns, value: curve.y(point.ohm), weight: 1.0 / (rounding * rounding) }
    };
    let fit = least_squares(points.map(observation)).ok()?;
    (fit.degrees_of_freedom() > 1).then(|| fit.sum_of_squares())
}

/// Lines that were set aside because of a neighbour come back.
fn readmit(curve: &Curve, marks: &mut [Mark], spread: f64) {
    for index in 0..marks.len() {
        let is_out = marks.get(index).is_some_and(|mark| mark.verdict == Verdict::Outlier);
        let fits =
            curve.residual(marks, index).is_some() && ratio(curve, marks, index, spread) <= 1.0;
        if let Some(mark) = marks.get_mut(index).filter(|_| is_out && fits) {
            mark.verdict = Verdict::Good;
        }
    }
}

/// Lines and kinks come back without which nothing is wrong around them: they came of a wrong line that was
/// found later.
fn readmit_around(curve: &Curve, marks: &mut [Mark], spread: f64) {
    for index in 0..marks.len() {
        let is_out = |mark: &&mut Mark| matches!(mark.verdict, Verdict::Kink | Verdict::Outlier);
        let Some(mark) = marks.get_mut(index).filter(is_out) else { continue };
        let before = mark.verdict;
        mark.verdict = Verdict::Good;
        let is_good = |at: &usize| marks.get(*at).is_some_and(|it| it.verdict == Verdict::Good);
        let mut around = neighbourhood(index, marks.len()).filter(is_good);
        let fits = around.all(|at| ratio(curve, marks, at, spread) <= 1.0);
        if let Some(mark) = marks.get_mut(index).filter(|_| !fits) {
            mark.verdict = before;
        }
    }
}

/// Whether the table steps back at this line: from the line before, unless that one is wrong and this
/// one is not, or to the next, if only this one is wrong.
pub(super) fn steps_back(curve: &Curve, marks: &[Mark], index: usize) -> bool {
    let verdict = |at: usize| marks.get(at).map_or(Verdict::Good, |mark| mark.verdict);
    let is_out = |at: usize| matches!(verdict(at), Verdict::Outlier | Verdict::OneOfThese);
    if verdict(index) == Verdict::OneOfThese {
        return false;
    }
    let before = index
        .checked_sub(1)
        .is_some_and(|before| is_back(curve, before) && (is_out(index) || !is_out(before)));
    let after = is_out(index) && !is_out(index.saturating_add(1)) && is_back(curve, index);
    before || after
}

/// Whether the line after this one is not further in the table's direction.
fn is_back(curve: &Curve, index: usize) -> bool {
    let ohm = |at: usize| curve.points().get(at).map(|point| point.ohm);
    match (ohm(index), ohm(index.saturating_add(1)), curve.slope()) {
        (Some(one), Some(next), Slope::Rising) => next <= one,
        (Some(one), Some(next), Slope::Falling) => next >= one,
        _ => false,
    }
}
