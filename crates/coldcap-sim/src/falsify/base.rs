//! A head's visit without a fault, kept at many moments: from each, faults are tried.

use super::case::{Head, LONGEST, Lows, STRIKES, Strike};
use crate::bedside::{Bedside, Course, Fall, Manners, Setup, runs_forbidden};
use crate::fault::FaultWindow;
use crate::machine::BuildError;
use coldcap::Phase;
use coldcap_session::ControlMode;
use coldcap_units::Duration;

/// A moment is kept every so many ticks.
const EVERY: u32 = 200;
/// A fault is followed for so long behind its end, in ticks: somebody has resumed by then, and the cap is cold.
const BEHIND: u32 = 6_000;

pub(super) struct Base {
    /// The visit at every [`EVERY`]th tick.
    moments: Vec<Bedside>,
}

impl Base {
    pub(super) fn of(head: &Head) -> Result<Self, BuildError> {
        let mut bedside = Bedside::new(&setup(head), head.seed)?;
        let mut moments = Vec::new();
        for tick in 0..=STRIKES.1 {
            if tick % EVERY == 0 {
                moments.push(bedside.clone());
            }
            bedside.tick();
            if bedside.operator().ending().is_some() {
                break;
            }
        }
        Ok(Self { moments })
    }

    /// What comes of a fault. Where the visit is over before it would strike, it strikes at its end.
    pub(super) fn lows(&self, strike: &Strike) -> Lows {
        let place = (strike.at / EVERY) as usize;
        let moment = self.moments.get(place).or(self.moments.last());
        let mut low = Low::new();
        let Some(moment) = moment else { return low.lows };
        let mut bedside = moment.clone();
        let manners = Manners {
            resume: Duration::from_secs(strike.resume_s),
            reset: Duration::from_secs(strike.reset_s),
            ..Manners::standard()
        };
        bedside.set_manners(manners);
        let from = bedside.now().plus(Duration::from_millis(strike.at % EVERY * 100));
        let until = Some(from.plus(Duration::from_millis(strike.lasts.min(LONGEST) * 100)));
        bedside.plant_fault(FaultWindow { kind: strike.kind, from, until, channel: 0 });
        for tick in 0..strike.lasts.min(LONGEST) + BEHIND {
            let outputs = bedside.tick();
            let phase = bedside.channel().phase;
            low.lows.unsafe_ticks += u32::from(runs_forbidden(&outputs.drives, phase));
            if tick % 10 == 9 {
                low.see(&bedside, phase);
            }
            if bedside.operator().ending().is_some() {
                break;
            }
        }
        low.lows
    }
}

/// What is lowest so far.
struct Low {
    lows: Lows,
    interrupted: bool,
    fall: Fall,
}

impl Low {
    fn new() -> Self {
        let far = f64::INFINITY;
        let lows = Lows { face_c: far, skin_c: far, fall_k_min: 0.0, unsafe_ticks: 0 };
        Self { lows, interrupted: false, fall: Fall::default() }
    }

    fn see(&mut self, bedside: &Bedside, phase: Phase) {
        self.interrupted |= matches!(phase, Phase::Paused | Phase::Recovery | Phase::Recool);
        if !bedside.cap().is_worn() {
            self.fall.forget();
            return;
        }
        let truth = bedside.truth();
        let face_c = truth.interface_front_c.min(truth.interface_rear_c);
        self.lows.face_c = self.lows.face_c.min(face_c);
        self.lows.skin_c = self.lows.skin_c.min(truth.coldest_skin_c);
        // Skin that begins to be cooled for the first time falls as it may.
        if !self.interrupted {
            return;
        }
        self.lows.fall_k_min = self.lows.fall_k_min.max(self.fall.see(truth.skin_c));
    }
}

fn setup(head: &Head) -> Setup {
    let mut course = Course::short(Duration::from_secs(head.away_s));
    if head.mode == ControlMode::Cap {
        course = course.holding(Course::FACE);
    }
    Setup { course, ..Setup::standard(head.patient) }
}
