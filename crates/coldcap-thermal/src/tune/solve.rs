//! From the record of an experiment to a proposal.
//!
//! Floating point: design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

use core::f64::consts::PI;

use super::estimate::{Beginning, Search, estimate};
use super::experiment::Experiment;
use super::model::IdentifyError;
use super::proposal::Proposal;
use super::relay::RelayTest;
use super::response::{Change, Evidence, Observation};
use super::step_test::StepTest;

/// Measurements are I16F16.
const BITS_PER_UNIT: f64 = 65_536.0;
/// The shortest time constant that is looked for, as a part of the record.
const SHORTEST_PART: f64 = 2_000.0;

impl RelayTest {
    /// Solves for the plant, once the test is done.
    ///
    /// # Errors
    /// [`IdentifyError::NotFinished`] before that or after an abort; else why there is no model.
    ///
    /// # Panics
    /// Never.
    pub fn propose(&self) -> Result<Proposal, IdentifyError> {
        let turns = self.swing().map_or(0, |swing| swing.turns);
        // Every half-cycle is longer than the delay, so their mean is.
        solve(self.experiment(), Beginning::Free, f64::from(turns.max(1)))
    }

    /// The ultimate gain by the describing function, `4d/(π·√(a² − h²))`: what most tuners report.
    ///
    /// For a first-order plant with delay, equal amplitudes and no hysteresis it is 11 to 20 % too
    /// small, and more otherwise (method: K. J. Åström and T. Hägglund, *Automatica* 20 (1984) 645).
    /// Here for comparison; nothing else uses it.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn describing_function_gain(&self) -> Option<f64> {
        let swing = self.swing()?;
        let amplitude = swing.amplitude()? as f64 / BITS_PER_UNIT;
        let hysteresis = swing.hysteresis as f64 / BITS_PER_UNIT;
        let sides = [self.config().above, self.config().below].map(f64::from);
        let drive = sides.iter().sum::<f64>() / 2.0;
        let square = amplitude * amplitude - hysteresis * hysteresis;
        (square > 0.0).then(|| 4.0 * drive / (PI * libm::sqrt(square)))
    }
}

impl StepTest {
    /// Solves for the plant, once the test is done.
    ///
    /// # Errors
    /// [`IdentifyError::NotFinished`] before that or after an abort; else why there is no model.
    ///
    /// # Panics
    /// Never.
    pub fn propose(&self) -> Result<Proposal, IdentifyError> {
        solve(self.experiment(), Beginning::Maybe, 1.2)
    }
}

/// The delay is shorter than the time since the first change of the output, over `delay_parts`.
fn solve(
    experiment: &Experiment,
    beginning: Beginning,
    delay_parts: f64,
) -> Result<Proposal, IdentifyError> {
    if !experiment.is_done() {
        return Err(IdentifyError::NotFinished);
    }
    let first = experiment.switches().next().ok_or(IdentifyError::NoInputChange)?;
    let level = experiment.observations().next().map_or(0.0, |seen| seen.output);
    let end_s = seconds(experiment.now_ms());
    let change_s = seconds(first.at_ms);
    let search = Search {
        time_constant_s: [end_s / SHORTEST_PART, 10.0 * end_s],
        longest_delay_s: (end_s - change_s) / delay_parts,
        start_s: 0.0,
        change_s,
        end_s,
        level,
        beginning,
        count: experiment.observations().count(),
    };
    estimate(experiment, &search).map(Proposal::new)
}

fn seconds(millis: u32) -> f64 {
    f64::from(millis) / 1_000.0
}

impl Evidence for Experiment {
    fn initial_input(&self) -> f64 {
        f64::from(self.previous())
    }

    fn changes(&self) -> impl Iterator<Item = Change> {
        self.switches()
            .map(|switch| Change { time_s: seconds(switch.at_ms), input: f64::from(switch.output) })
    }

    /// Blocks with at least half of their time measured; their weight is the time that is.
    fn observations(&self) -> impl Iterator<Item = Observation> {
        let count = self.blocks().iter().count().max(1) as f64;
        let end_ms = self.blocks().iter().last().map_or(0, |(_, block)| block.end_ms);
        let usual_ms = f64::from(end_ms) / count;
        self.blocks().iter().filter_map(move |(begin_ms, block)| {
            let length_ms = block.end_ms.saturating_sub(begin_ms);
            (block.covered_ms >= length_ms.div_ceil(2)).then(|| Observation {
                from_s: seconds(begin_ms),
                to_s: seconds(block.end_ms),
                output: block.integral as f64 / f64::from(block.covered_ms) / BITS_PER_UNIT,
                weight: f64::from(block.covered_ms) / usual_ms,
            })
        })
    }
}
