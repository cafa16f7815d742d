//! One case: a head, and what strikes it.

use super::base::Base;
use crate::fault::FaultKind;
use crate::machine::BuildError;
use crate::patient::{PatientParameters, Population};
use crate::random::Random;
use coldcap_session::ControlMode;

/// Who is treated, at which machine, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The head.
    pub patient: PatientParameters,
    /// Of the errors of the machine's sensors.
    pub seed: u64,
    /// What is held: coolant at −4 °C, or the cap's face at 3 °C.
    pub mode: ControlMode,
    /// How long the walk takes, in s.
    pub away_s: u32,
}

/// What goes wrong, and how quickly people act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    /// What breaks.
    pub kind: FaultKind,
    /// When, in ticks from power-up.
    pub at: u32,
    /// For how long, in ticks.
    pub lasts: u32,
    /// From an interruption until somebody resumes, in s.
    pub resume_s: u32,
    /// From a latched fault until somebody resets it, in s.
    pub reset_s: u32,
}

/// What a case came to, from its fault on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lows {
    /// The coldest inner face of the cap on a head, in °C.
    pub face_c: f64,
    /// The coldest skin under it, in °C.
    pub skin_c: f64,
    /// The fastest fall of the skin over 20 s after an interruption, in K/min.
    pub fall_k_min: f64,
    /// Ticks in which something ran that must not.
    pub unsafe_ticks: u32,
}

/// A head, and what strikes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The head.
    pub head: Head,
    /// What strikes it.
    pub strike: Strike,
}

impl Case {
    /// Plays it from power-up.
    ///
    /// # Errors
    /// A parameter of the head is out of range.
    pub fn play(&self) -> Result<Lows, BuildError> {
        Ok(Base::of(&self.head)?.lows(&self.strike))
    }
}

/// The first and the last tick at which something strikes: from the coupling of the cap to the end of the short visit.
pub(super) const STRIKES: (u32, u32) = (300, 24_000);
/// A fault lasts no longer than it is looked at.
pub(super) const LONGEST: u32 = 6_000;

/// The faults of the plant and of people: those of a link have none here.
const WITHOUT_A_LINK: [FaultKind; 5] = [
    FaultKind::LinkLoss,
    FaultKind::FrameNoise,
    FaultKind::HostCrash,
    FaultKind::Replay,
    FaultKind::WrongPlan,
];

fn between(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * random.uniform()
}

/// Somewhere near, within the range: mostly close by.
fn near(random: &mut Random, value: f64, low: f64, high: f64) -> f64 {
    (value + 0.15 * (high - low) * random.gaussian()).clamp(low, high)
}

impl Head {
    /// Anybody at all: the corners of what people are, and not the middle.
    pub(super) fn random(random: &mut Random) -> Self {
        let drawn = Population::standard().patient(random.next_u64());
        let patient = PatientParameters {
            hair_resistance: between(random, 0.012, 0.09),
            hair_asymmetry: between(random, -0.4, 0.4),
            core_c: between(random, 36.0, 38.5),
            ..drawn
        };
        let holds_face = random.next_u64() & 1 == 1;
        let mode = if holds_face { ControlMode::Cap } else { ControlMode::Coolant };
        let away_s = between(random, 60.0, 600.0) as u32;
        Self { patient, seed: random.next_u64() >> 1, mode, away_s }
    }

    /// The same, changed a little.
    pub(super) fn nearby(&self, random: &mut Random) -> Self {
        let patient = PatientParameters {
            hair_resistance: near(random, self.patient.hair_resistance, 0.012, 0.09),
            hair_asymmetry: near(random, self.patient.hair_asymmetry, -0.4, 0.4),
            core_c: near(random, self.patient.core_c, 36.0, 38.5),
            ..self.patient
        };
        Self {
            patient,
            away_s: near(random, self.away_s.into(), 60.0, 600.0) as u32,
            ..self.clone()
        }
    }
}

impl Strike {
    pub(super) fn random(random: &mut Random, only: Option<FaultKind>) -> Self {
        let kinds: Vec<FaultKind> =
            FaultKind::ALL.into_iter().filter(|kind| !WITHOUT_A_LINK.contains(kind)).collect();
        let place = random.next_u64() as usize % kinds.len();
        let drawn = kinds.get(place).copied().unwrap_or(FaultKind::Kink);
        let (low, high) = STRIKES;
        Self {
            kind: only.unwrap_or(drawn),
            at: between(random, low.into(), high.into()) as u32,
            lasts: between(random, 10.0, LONGEST.into()) as u32,
            resume_s: between(random, 1.0, 300.0) as u32,
            reset_s: between(random, 1.0, 300.0) as u32,
        }
    }

    /// The same fault at another time, or with other people.
    pub(super) fn nearby(&self, random: &mut Random) -> Self {
        let (low, high) = STRIKES;
        let mut strike = *self;
        match random.next_u64() % 5 {
            0 | 1 => strike.at = near(random, self.at.into(), low.into(), high.into()) as u32,
            2 => strike.lasts = near(random, self.lasts.into(), 10.0, LONGEST.into()) as u32,
            3 => strike.resume_s = near(random, self.resume_s.into(), 1.0, 300.0) as u32,
            _ => strike.reset_s = near(random, self.reset_s.into(), 1.0, 300.0) as u32,
        }
        strike
    }
}
