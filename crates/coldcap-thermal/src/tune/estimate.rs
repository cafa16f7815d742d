//! The model that fits the evidence best.
//!
//! Floating point: design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

use super::model::{FEWEST, Identified, IdentifyError, Model, StandardErrors};
use super::normal::{Free, Normal, PARAMETERS, Solution, Vector};
use super::response::{Columns, Evidence, Walker};

/// Where to look, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// Shortest and longest time constant, in seconds.
    pub(super) time_constant_s: [f64; 2],
    /// Longest delay, in seconds.
    pub(super) longest_delay_s: f64,
    /// When the record begins, its input first changes, and it ends, on its own time.
    pub(super) start_s: f64,
    pub(super) change_s: f64,
    pub(super) end_s: f64,
    /// Subtracted from every output, to keep digits.
    pub(super) level: f64,
    /// Whether a deviation at the beginning is looked for.
    pub(super) beginning: Beginning,
    /// Number of observations.
    pub(super) count: usize,
}

/// What is known of the plant at the beginning of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Too little stands before the first change to tell: taken to be at rest.
    Rest,
    /// Taken to be at rest unless what stands before the first change shows a deviation.
    Maybe,
    /// Anything.
    Free,
}

const TIME_CONSTANTS: u32 = 20;
const DELAYS: u32 = 16;
/// Each delay of the grid is the next one over this.
const DELAY_RATIO: f64 = 1.55;
/// The grid looks at about so many observations.
const GRID_OBSERVATIONS: usize = 1_500;
const ITERATIONS: u32 = 60;
/// A step of the logarithm of the time constant, or of the delay over T + L, is no longer than this.
const LONGEST_STEP: f64 = 0.7;
/// It is done when both steps and the gain in the sum of squares are below this.
const DONE: f64 = 1e-9;
/// A deviation counts when it leaves less than this part of the sum of squares that rest leaves,
const WORTH_A_DEVIATION: f64 = 0.9;
/// and, before the first change, less than this part of the variation around the mean. Without that, a
/// plant of higher order that did begin at rest would be given a deviation to bend its response.
const SEEN_DEVIATION: f64 = 0.5;
/// The model must explain this part of what the output does.
const LEAST_EXPLAINED: f64 = 0.5;
/// Standard errors above this, relative, leave a parameter undetermined.
const LARGEST_ERROR: f64 = 0.5;

const LINEAR: Free = [true, true, false, false, false];
const LINEAR_AND_DEVIATION: Free = [true, true, true, false, false];

/// Finds the model, or says why there is none.
pub(super) fn estimate(
    evidence: &impl Evidence,
    search: &Search,
) -> Result<Identified, IdentifyError> {
    if search.count < FEWEST {
        return Err(IdentifyError::TooFewSamples { minimum: FEWEST });
    }
    let fit = best(evidence, search).ok_or(IdentifyError::Undetermined)?;
    judge(evidence, search, &fit)
}

fn best(evidence: &impl Evidence, search: &Search) -> Option<Fit> {
    let at_rest = || refined(evidence, search, LINEAR);
    let free = || refined(evidence, search, LINEAR_AND_DEVIATION);
    match search.beginning {
        Beginning::Rest => at_rest(),
        Beginning::Free => free(),
        Beginning::Maybe => match (at_rest(), free()) {
            (Some(rest), Some(free)) if is_deviation_seen(evidence, search, [&rest, &free]) => {
                Some(free)
            }
            (rest, free) => rest.or(free),
        },
    }
}

fn is_deviation_seen(evidence: &impl Evidence, search: &Search, [rest, free]: [&Fit; 2]) -> bool {
    let left = residuals(evidence, search, free).before;
    free.squares < WORTH_A_DEVIATION * rest.squares
        && left < SEEN_DEVIATION * variation_before(evidence, search)
}

/// Weighted sum of squares around the mean, before the first change.
fn variation_before(evidence: &impl Evidence, search: &Search) -> f64 {
    let before = evidence.observations().filter(|seen| seen.to_s <= search.change_s);
    let [count, sum, squares] = before.fold([0.0; 3], |[count, sum, squares], seen| {
        let output = seen.output - search.level;
        let weighted = seen.weight * output;
        [count + seen.weight, sum + weighted, squares + weighted * output]
    });
    if count > 0.0 { squares - sum * sum / count } else { 0.0 }
}

/// Inner products of the columns with each other, over all observations.
///
/// In this order: one, gain, deviation, gain by time, gain by delay, deviation by time, output.
type Gram = [[f64; COLUMNS]; COLUMNS];
type Combination = [f64; COLUMNS];
const COLUMNS: usize = 7;

fn combination(columns: Columns, output: f64) -> Combination {
    let Columns { gain, deviation, gain_by_time, gain_by_delay, deviation_by_time } = columns;
    [1.0, gain, deviation, gain_by_time, gain_by_delay, deviation_by_time, output]
}

fn gram(evidence: &impl Evidence, search: &Search, times: [f64; 2], stride: usize) -> Gram {
    let mut walker =
        Walker::new(evidence.changes(), evidence.initial_input(), search.start_s, times);
    let mut gram = [[0.0; COLUMNS]; COLUMNS];
    for seen in evidence.observations().step_by(stride) {
        let columns = walker.observe(seen.from_s, seen.to_s);
        let columns = combination(columns, seen.output - search.level);
        for (row, left) in gram.iter_mut().zip(columns) {
            let left = left * seen.weight;
            row.iter_mut().zip(columns).for_each(|(cell, right)| *cell += left * right);
        }
    }
    gram
}

/// Inner product of two combinations of columns.
fn product(gram: &Gram, left: &Combination, right: &Combination) -> f64 {
    gram.iter().zip(left).map(|(row, left)| left * along(row, right)).sum()
}

fn along(row: &Combination, right: &Combination) -> f64 {
    row.iter().zip(right).map(|(cell, right)| cell * right).sum()
}

/// The best fit for a time constant and a delay.
#[derive(Clone, Copy, Debug)]
struct Fit {
    times: [f64; 2],
    free: Free,
    gram: Gram,
    /// Offset above the level, gain, deviation.
    linear: [f64; 3],
    /// Weighted sum of squares of what is left.
    squares: f64,
}

impl Fit {
    fn at(
        evidence: &impl Evidence,
        search: &Search,
        (times, free, stride): ([f64; 2], Free, usize),
    ) -> Option<Self> {
        let gram = gram(evidence, search, times, stride);
        let solution = linear(&gram).solve(free, 0.0)?;
        let [offset, gain, deviation, ..] = solution.step;
        let mut fit = Self { times, free, gram, linear: [offset, gain, deviation], squares: 0.0 };
        let residual = fit.residual();
        fit.squares = product(&gram, &residual, &residual).max(0.0);
        fit.squares.is_finite().then_some(fit)
    }

    fn residual(&self) -> Combination {
        let [offset, gain, deviation] = self.linear;
        [-offset, -gain, -deviation, 0.0, 0.0, 0.0, 1.0]
    }

    /// Derivatives of the model by offset, gain, deviation, logarithm of T, and L.
    fn slopes(&self) -> [Combination; PARAMETERS] {
        let [time, _] = self.times;
        let [_, gain, deviation] = self.linear;
        [
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, time * gain, 0.0, time * deviation, 0.0],
            [0.0, 0.0, 0.0, 0.0, gain, 0.0, 0.0],
        ]
    }

    /// Gauss and Newton's equations for all five parameters.
    fn normal(&self) -> Normal {
        let slopes = self.slopes();
        let residual = self.residual();
        Normal {
            matrix: slopes.map(|row| slopes.map(|column| product(&self.gram, &row, &column))),
            right: slopes.map(|row| product(&self.gram, &row, &residual)),
        }
    }

    fn solve(&self, damping: f64) -> Option<Solution> {
        let [offset, gain, deviation, ..] = self.free;
        let normal = self.normal();
        let solution = normal.solve([offset, gain, deviation, true, true], damping)?;
        let [.., delay_step] = solution.step;
        let [_, delay] = self.times;
        // At its bound the delay is held, or its wish to go further would spoil the other steps.
        if delay <= 0.0 && delay_step < 0.0 {
            return normal.solve([offset, gain, deviation, true, false], damping);
        }
        Some(solution)
    }

    /// Where a step leads, within the bounds and not too far.
    fn moved(&self, step: Vector, search: &Search) -> [f64; 2] {
        let [.., by_time, by_delay] = step;
        let [time, delay] = self.times;
        let [shortest, longest] = search.time_constant_s;
        let reach = LONGEST_STEP * (time + delay);
        let time = time * libm::exp(by_time.clamp(-LONGEST_STEP, LONGEST_STEP));
        [
            time.clamp(shortest, longest),
            (delay + by_delay.clamp(-reach, reach)).clamp(0.0, search.longest_delay_s),
        ]
    }
}

/// The equations of offset, gain and deviation, for given times.
fn linear(gram: &Gram) -> Normal {
    let mut normal = Normal { matrix: [[0.0; PARAMETERS]; PARAMETERS], right: [0.0; PARAMETERS] };
    for ((row, matrix), right) in gram.iter().zip(&mut normal.matrix).zip(&mut normal.right) {
        let [one, gain, deviation, .., output] = *row;
        *matrix = [one, gain, deviation, 0.0, 0.0];
        *right = output;
    }
    normal
}

/// The best point of the grid, improved until nothing is left to improve.
fn refined(evidence: &impl Evidence, search: &Search, free: Free) -> Option<Fit> {
    let start = coarse(evidence, search, free)?;
    let mut fit = Fit::at(evidence, search, (start.times, free, 1))?;
    let mut damping = 1e-3;
    for _ in 0..ITERATIONS {
        let Some(solution) = fit.solve(damping) else { break };
        let times = fit.moved(solution.step, search);
        let next = Fit::at(evidence, search, (times, free, 1));
        match next.filter(|next| next.squares <= fit.squares) {
            Some(next) => {
                let is_done = is_done(&fit, &next);
                fit = next;
                damping *= 0.1;
                if is_done {
                    break;
                }
            }
            None if damping > 1e6 => break,
            None => damping = (damping * 8.0).max(1e-8),
        }
    }
    Some(fit)
}

fn is_done(fit: &Fit, next: &Fit) -> bool {
    let ([time, delay], [next_time, next_delay]) = (fit.times, next.times);
    let moved = ((next_time - time).abs()).max((next_delay - delay).abs());
    moved <= DONE * (time + delay) || fit.squares - next.squares <= DONE * DONE * fit.squares
}

/// The best point of a grid that is even in the logarithms of both times.
fn coarse(evidence: &impl Evidence, search: &Search, free: Free) -> Option<Fit> {
    let stride = search.count.checked_div(GRID_OBSERVATIONS).unwrap_or(0).saturating_add(1);
    let [shortest, longest] = search.time_constant_s;
    let ratio = libm::pow(longest / shortest, 1.0 / f64::from(TIME_CONSTANTS.saturating_sub(1)));
    let mut best: Option<Fit> = None;
    let mut time = shortest;
    for _ in 0..TIME_CONSTANTS {
        let mut delay = search.longest_delay_s;
        for index in 0..DELAYS {
            let is_last = index.saturating_add(1) == DELAYS;
            let times = [time, if is_last { 0.0 } else { delay }];
            let fit = Fit::at(evidence, search, (times, free, stride));
            best = better(best, fit);
            delay /= DELAY_RATIO;
        }
        time *= ratio;
    }
    best
}

fn better(best: Option<Fit>, fit: Option<Fit>) -> Option<Fit> {
    match (best, fit) {
        (Some(best), Some(fit)) if fit.squares < best.squares => Some(fit),
        (None, fit) => fit,
        (best, _) => best,
    }
}

/// Sums over what the model leaves.
#[derive(Clone, Copy, Debug, Default)]
struct Residuals {
    squares: f64,
    /// Of these, before the first change.
    before: f64,
    /// Products of neighbours.
    products: f64,
    lowest: f64,
    highest: f64,
    last: f64,
}

fn residuals(evidence: &impl Evidence, search: &Search, fit: &Fit) -> Residuals {
    let [offset, gain, deviation] = fit.linear;
    let mut walker =
        Walker::new(evidence.changes(), evidence.initial_input(), search.start_s, fit.times);
    let mut sums = Residuals::default();
    for seen in evidence.observations() {
        let columns = walker.observe(seen.from_s, seen.to_s);
        let response = gain * columns.gain;
        let model = search.level + offset + response + deviation * columns.deviation;
        let residual = seen.output - model;
        let square = seen.weight * residual * residual;
        sums.squares += square;
        sums.before += if seen.to_s <= search.change_s { square } else { 0.0 };
        sums.products += residual * sums.last;
        sums.last = residual;
        sums.lowest = sums.lowest.min(response);
        sums.highest = sums.highest.max(response);
    }
    sums
}

/// What the record says about the fit, or why the fit does not count.
fn judge(
    evidence: &impl Evidence,
    search: &Search,
    fit: &Fit,
) -> Result<Identified, IdentifyError> {
    let [offset, gain, deviation] = fit.linear;
    let [time_constant_s, delay_s] = fit.times;
    let sums = residuals(evidence, search, fit);
    let response = sums.highest - sums.lowest;
    let freedom = search.count.saturating_sub(PARAMETERS) as f64;
    if !(response > 0.0 && is_explained(fit, freedom, search.count as f64)) {
        return Err(IdentifyError::NoResponse);
    }
    if time_constant_s > 2.0 * (search.end_s - search.change_s) {
        return Err(IdentifyError::TimeConstantTooLong);
    }
    let variance = sums.squares / freedom * inflation(&sums);
    let solution = fit.solve(0.0).ok_or(IdentifyError::Undetermined)?;
    let [_, of_gain, _, of_time, of_delay] =
        solution.variance.map(|own| libm::sqrt(own * variance));
    let standard_errors = StandardErrors {
        gain: of_gain,
        time_constant_s: of_time * time_constant_s,
        delay_s: of_delay,
    };
    let spread = (of_gain / gain.abs()).max(of_time).max(of_delay / (time_constant_s + delay_s));
    let is_determined = spread < LARGEST_ERROR;
    if !is_determined {
        return Err(IdentifyError::Undetermined);
    }
    let residual_rms = libm::sqrt(sums.squares / search.count as f64);
    Ok(Identified {
        model: Model { gain, time_constant_s, delay_s },
        offset: search.level + offset,
        deviation,
        residual_rms,
        response,
        standard_errors,
        confidence: trust(residual_rms / response) * trust(spread),
    })
}

/// Whether the input explains enough of what the offset (and the deviation) leave.
fn is_explained(fit: &Fit, freedom: f64, count: f64) -> bool {
    let [offset, _, deviation, ..] = fit.free;
    let Some(without) = linear(&fit.gram).solve([offset, false, deviation, false, false], 0.0)
    else {
        return false;
    };
    let [offset, _, deviation, ..] = without.step;
    let rest = [-offset, 0.0, -deviation, 0.0, 0.0, 0.0, 1.0];
    let before = product(&fit.gram, &rest, &rest) / (count - 1.0);
    fit.squares / freedom < (1.0 - LEAST_EXPLAINED) * before
}

/// (1 + ρ)/(1 − ρ): by how much alike neighbours overstate what is known.
fn inflation(sums: &Residuals) -> f64 {
    if sums.squares <= 0.0 {
        return 1.0;
    }
    let alike = (sums.products / sums.squares).clamp(0.0, 0.99);
    (1.0 + alike) / (1.0 - alike)
}

/// One for a small share, one half for a quarter.
fn trust(share: f64) -> f64 {
    1.0 / (1.0 + 16.0 * share * share)
}
