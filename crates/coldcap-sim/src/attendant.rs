//! The hands at the machine: who puts the cap on, couples it, and takes it off.
//!
//! A host only talks. What is done by hand at the virtual machine follows from what the machine shows:
//! its phase, and how long it has been in it. So the same hands serve a run in one process, over TCP and
//! on the emulator.

use crate::machine::CapPlacement;
use coldcap::Phase;
use coldcap_units::{Duration, Instant};

/// From this priority on an alarm calls somebody.
const MEDIUM: u8 = 2;

/// How long the hands take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttendantParameters {
    /// From the request to couple the cap until it is coupled.
    pub couple: Duration,
    /// From the request to put the cap on until it sits.
    pub fit: Duration,
    /// In a break: how long the patient is away from the hoses.
    pub away: Duration,
    /// From the moment at which the cap may come off until it is off.
    pub remove: Duration,
}

impl AttendantParameters {
    /// 20 s to couple, 60 s to fit, 5 min away in a break, 90 s to take the cap off.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            couple: Duration::from_secs(20),
            fit: Duration::from_secs(60),
            away: Duration::from_mins(5),
            remove: Duration::from_secs(90),
        }
    }
}

/// The hands at one channel.
#[derive(Clone, Copy, Debug)]
pub struct Attendant {
    parameters: AttendantParameters,
    phase: Phase,
    since: Instant,
    treated: bool,
    called: bool,
}

impl Attendant {
    /// Hands that wait.
    #[must_use]
    pub const fn new(parameters: AttendantParameters) -> Self {
        Self { parameters, phase: Phase::Boot, since: Instant::ZERO, treated: false, called: false }
    }

    /// Where the cap is now, given the phase that the machine shows and the priority of its alarms
    /// (0 none, 1 low, 2 medium, 3 high). A pause with an alarm is no break: the patient stays.
    pub fn place(&mut self, phase: Phase, alarm: u8, now: Instant) -> CapPlacement {
        if phase != self.phase {
            self.phase = phase;
            self.since = now;
            self.called = false;
        }
        self.called |= alarm >= MEDIUM;
        self.treated = match phase {
            phase if phase.is_cooling() => true,
            Phase::Boot | Phase::Standby | Phase::Setup => false,
            _ => self.treated,
        };
        let spent = now.since(self.since);
        match phase {
            Phase::Boot | Phase::Standby | Phase::FitSaved | Phase::Report => CapPlacement::Off,
            Phase::FitMeasure | Phase::Setup => self.coupled_after(spent),
            Phase::FitCalibrate | Phase::FitCheck => self.worn_after(spent),
            Phase::Paused if !self.called => self.away(spent),
            Phase::CapOff => self.removed_after(spent),
            Phase::SafeHold | Phase::Recovery if !self.treated => CapPlacement::Off,
            _ => CapPlacement::Worn,
        }
    }

    fn coupled_after(&self, spent: Duration) -> CapPlacement {
        if spent < self.parameters.couple { CapPlacement::Off } else { CapPlacement::Coupled }
    }

    fn worn_after(&self, spent: Duration) -> CapPlacement {
        if spent < self.parameters.fit { CapPlacement::Coupled } else { CapPlacement::Worn }
    }

    /// The patient walks with the cap on and the hoses off.
    fn away(&self, spent: Duration) -> CapPlacement {
        let back = self.parameters.couple.plus(self.parameters.away);
        let gone = spent >= self.parameters.couple && spent < back;
        if gone { CapPlacement::Disconnected } else { CapPlacement::Worn }
    }

    fn removed_after(&self, spent: Duration) -> CapPlacement {
        if spent < self.parameters.remove { CapPlacement::Worn } else { CapPlacement::Off }
    }
}
