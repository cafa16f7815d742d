//! Figures that are computed from a treatment.

use super::figures::known;
use super::treatment::{BreakSpan, PhaseSpan, Sample, Treatment};
use coldcap_session::Phase;

/// How near the ramped set-point must be to the target for the coolant to count as held, in kelvin.
const HELD_WITHIN_K: f64 = 0.05;

/// How the coolant kept its target while it was held there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoolantHeld {
    /// The mean of the coolant supplied to the cap, in °C.
    pub mean_c: f64,
    /// The largest deviation from the target in either direction, in kelvin.
    pub max_abs_error_k: f64,
    /// How many samples that is over.
    pub samples: usize,
}

/// Above this the scalp skin is held to be too warm, in °C.
const SKIN_LIMIT_C: f64 = 22.0;

/// A sample stands for no longer than this, in seconds.
const LONGEST_SAMPLE_S: f64 = 5.0;

/// Minutes of cooling by the device's estimate of the scalp skin. An estimate is no measurement, and none of
/// this is an effect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SkinMinutes {
    /// Its whole interval was below 22 °C.
    pub below_min: f64,
    /// Its whole interval was at 22 °C or above.
    pub not_below_min: f64,
    /// Its interval straddled 22 °C, or there was no estimate or no interval.
    pub unknown_min: f64,
}

/// All stretches of one phase together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseTotal {
    /// The phase.
    pub phase: Phase,
    /// How many stretches it had.
    pub stretches: usize,
    /// How long it lasted, in minutes.
    pub elapsed_min: f64,
    /// How long of that the scalp was cooled, in minutes.
    pub cooled_min: f64,
    /// How long of that the held temperature was at its target, in minutes.
    pub at_target_min: f64,
    /// How many minutes the plan has for it.
    pub expected_min: Option<f64>,
}

impl Treatment {
    /// How the coolant kept its target in the phases ready, infusing and post_cool, once the ramp had
    /// arrived; `None` if there was no such time.
    #[must_use]
    pub fn coolant_held(&self) -> Option<CoolantHeld> {
        let (mut sum, mut largest, mut samples) = (0.0, 0.0_f64, 0_usize);
        for (supply, target) in self.samples.iter().filter_map(held) {
            sum += supply;
            largest = largest.max((supply - target).abs());
            samples += 1;
        }
        let mean_c = sum / samples as f64;
        (samples > 0).then_some(CoolantHeld { mean_c, max_abs_error_k: largest, samples })
    }

    /// Minutes with estimated skin below 22 °C while the scalp was cooled; `None` if there never was an
    /// estimate.
    #[must_use]
    pub fn skin_minutes(&self) -> Option<SkinMinutes> {
        let mut minutes = SkinMinutes::default();
        for (sample, length_s) in self.lengths_s().filter(|(sample, _)| sample.phase.is_cooling()) {
            *minutes.of(sample) += length_s / 60.0;
        }
        let estimated = self.samples.iter().any(|sample| known(sample.skin_estimate_c).is_some());
        estimated.then_some(minutes)
    }

    /// All stretches of one phase together; `None` if there was none.
    #[must_use]
    pub fn phase_total(&self, phase: Phase) -> Option<PhaseTotal> {
        let nothing = PhaseTotal {
            phase,
            stretches: 0,
            elapsed_min: 0.0,
            cooled_min: 0.0,
            at_target_min: 0.0,
            expected_min: None,
        };
        let spans = self.phases.iter().filter(|span| span.phase == phase);
        Some(spans.fold(nothing, add)).filter(|total| total.stretches > 0)
    }

    /// The totals of every phase that occurred, in order of the first occurrence.
    #[must_use]
    pub fn phase_totals(&self) -> Vec<PhaseTotal> {
        let mut seen: Vec<Phase> = Vec::new();
        for span in &self.phases {
            if !seen.contains(&span.phase) {
                seen.push(span.phase);
            }
        }
        seen.into_iter().filter_map(|phase| self.phase_total(phase)).collect()
    }

    /// When the first report was heard, in seconds: a host may have come late. `None` where none was.
    #[must_use]
    pub fn heard_from_s(&self) -> Option<f64> {
        self.samples.iter().map(|sample| sample.time_s).find(|time| time.is_finite())
    }

    /// For how long there were reports, in seconds: not where the machine was silent or nobody listened.
    #[must_use]
    pub fn heard_s(&self) -> f64 {
        self.lengths_s().map(|(_, length_s)| length_s).sum()
    }

    /// Every sample, with how long it stands for.
    fn lengths_s(&self) -> impl Iterator<Item = (&Sample, f64)> {
        let nexts = self.samples.iter().skip(1).map(|next| next.time_s).chain([f64::NAN]);
        let length_s = |next_s: f64| if next_s >= 0.0 { next_s.min(LONGEST_SAMPLE_S) } else { 0.0 };
        self.samples.iter().zip(nexts).map(move |(it, next_s)| (it, length_s(next_s - it.time_s)))
    }

    /// When the recording ends, in seconds.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        let samples = self.samples.iter().map(|sample| sample.time_s);
        let spans = self.phases.iter().map(|span| span.end_s);
        samples.chain(spans).filter(|time| time.is_finite()).fold(0.0, f64::max)
    }
}

impl SkinMinutes {
    fn of(&mut self, sample: &Sample) -> &mut f64 {
        match (known(sample.skin_lower_c), known(sample.skin_upper_c)) {
            (Some(_), Some(upper)) if upper < SKIN_LIMIT_C => &mut self.below_min,
            (Some(lower), Some(_)) if lower >= SKIN_LIMIT_C => &mut self.not_below_min,
            _ => &mut self.unknown_min,
        }
    }
}

impl BreakSpan {
    /// How long the break lasted, in minutes; `None` if it had not ended.
    #[must_use]
    pub fn minutes(&self) -> Option<f64> {
        known(self.end_s.map(|end_s| (end_s - self.start_s) / 60.0))
    }
}

/// Supply and target while the target was held.
fn held(sample: &Sample) -> Option<(f64, f64)> {
    if !matches!(sample.phase, Phase::Ready | Phase::Infusing | Phase::PostCool) {
        return None;
    }
    let (supply, target) = (known(sample.supply_c)?, known(sample.target_c)?);
    let arrived = known(sample.effective_c)
        .is_none_or(|effective| (effective - target).abs() <= HELD_WITHIN_K);
    arrived.then_some((supply, target))
}

fn add(total: PhaseTotal, span: &PhaseSpan) -> PhaseTotal {
    PhaseTotal {
        phase: total.phase,
        stretches: total.stretches + 1,
        elapsed_min: total.elapsed_min + span.elapsed_min,
        cooled_min: total.cooled_min + span.cooled_min,
        at_target_min: total.at_target_min + span.at_target_min,
        expected_min: known(total.expected_min).or(known(span.expected_min)),
    }
}
