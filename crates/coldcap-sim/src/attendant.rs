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
    hurried: bool,
}

impl Attendant {
    /// Hands that wait.
    #[must_use]
    pub const fn new(parameters: AttendantParameters) -> Self {
        let (phase, since) = (Phase::Boot, Instant::ZERO);
        Self { parameters, phase, since, treated: false, called: false, hurried: false }
    }

    /// Whether somebody takes the cap off as soon as the session is over, frozen to the hair or not.
    pub const fn hurry(&mut self, hurried: bool) {
        self.hurried = hurried;
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
        let waits = spent < self.parameters.remove && !self.hurried;
        if waits { CapPlacement::Worn } else { CapPlacement::Off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CapPlacement::{Coupled, Disconnected, Off, Worn};

    const LOW: u8 = 1;
    const HIGH: u8 = 3;

    /// Hands that have cooled somebody, at the start of `phase` at 1000 s.
    fn after_cooling(phase: Phase) -> Attendant {
        let mut hands = Attendant::new(AttendantParameters::standard());
        assert_eq!(hands.place(Phase::Infusing, 0, seconds(900)), Worn);
        hands.place(phase, 0, seconds(1_000));
        hands
    }

    const fn seconds(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1_000)
    }

    /// Where the cap is so many seconds into `phase`, tick by tick.
    fn changes(
        hands: &mut Attendant,
        phase: Phase,
        alarm: u8,
        until_s: u64,
    ) -> Vec<(u64, CapPlacement)> {
        let mut changes: Vec<(u64, CapPlacement)> = Vec::new();
        for tick in 0..until_s * 10 {
            let now = Instant::from_millis(1_000_000 + tick * 100);
            let placement = hands.place(phase, alarm, now);
            if changes.last().is_none_or(|(_, last)| *last != placement) {
                changes.push((tick * 100, placement));
            }
        }
        changes
    }

    #[test]
    fn the_cap_is_off_where_nobody_is_treated() {
        for phase in [Phase::Boot, Phase::Standby, Phase::FitSaved, Phase::Report] {
            assert_eq!(changes(&mut after_cooling(phase), phase, HIGH, 600), [(0, Off)], "{phase}");
        }
    }

    #[test]
    fn the_cap_is_coupled_after_20_seconds() {
        for phase in [Phase::FitMeasure, Phase::Setup] {
            let hands = &mut Attendant::new(AttendantParameters::standard());
            assert_eq!(changes(hands, phase, 0, 600), [(0, Off), (20_000, Coupled)], "{phase}");
        }
    }

    #[test]
    fn the_cap_is_put_on_after_60_seconds() {
        for phase in [Phase::FitCalibrate, Phase::FitCheck] {
            let hands = &mut Attendant::new(AttendantParameters::standard());
            assert_eq!(changes(hands, phase, 0, 600), [(0, Coupled), (60_000, Worn)], "{phase}");
        }
    }

    #[test]
    fn the_cap_stays_on_while_it_cools_or_thaws() {
        for phase in [
            Phase::FitVerify,
            Phase::PreCool,
            Phase::Ready,
            Phase::Infusing,
            Phase::PostCool,
            Phase::Recool,
            Phase::Thaw,
        ] {
            assert_eq!(
                changes(&mut after_cooling(phase), phase, HIGH, 600),
                [(0, Worn)],
                "{phase}"
            );
        }
    }

    #[test]
    fn in_a_planned_break_the_patient_walks_for_five_minutes() {
        let expected = [(0, Worn), (20_000, Disconnected), (320_000, Worn)];
        for alarm in [0, LOW] {
            let hands = &mut after_cooling(Phase::Paused);
            assert_eq!(changes(hands, Phase::Paused, alarm, 900), expected);
        }
    }

    #[test]
    fn in_a_pause_with_an_alarm_the_patient_stays() {
        for alarm in [MEDIUM, HIGH] {
            let hands = &mut after_cooling(Phase::Paused);
            assert_eq!(changes(hands, Phase::Paused, alarm, 900), [(0, Worn)]);
        }
    }

    #[test]
    fn an_alarm_in_a_break_calls_the_patient_back_for_all_of_it() {
        let hands = &mut after_cooling(Phase::Paused);
        assert_eq!(hands.place(Phase::Paused, 0, seconds(1_100)), Disconnected);
        assert_eq!(hands.place(Phase::Paused, MEDIUM, seconds(1_101)), Worn);
        assert_eq!(hands.place(Phase::Paused, 0, seconds(1_102)), Worn);
        // The next pause is a break again.
        assert_eq!(hands.place(Phase::Recool, 0, seconds(1_200)), Worn);
        assert_eq!(hands.place(Phase::Paused, 0, seconds(1_300)), Worn);
        assert_eq!(hands.place(Phase::Paused, 0, seconds(1_320)), Disconnected);
    }

    #[test]
    fn the_cap_is_off_90_seconds_after_it_may_come_off() {
        let hands = &mut after_cooling(Phase::CapOff);
        assert_eq!(changes(hands, Phase::CapOff, 0, 600), [(0, Worn), (90_000, Off)]);
    }

    #[test]
    fn in_trouble_the_cap_stays_on_the_head_that_it_was_on() {
        for phase in [Phase::SafeHold, Phase::Recovery] {
            assert_eq!(
                changes(&mut after_cooling(phase), phase, HIGH, 600),
                [(0, Worn)],
                "{phase}"
            );
            let fresh = &mut Attendant::new(AttendantParameters::standard());
            assert_eq!(changes(fresh, phase, HIGH, 600), [(0, Off)], "{phase}");
            // A treatment that is over does not count for the next patient.
            let mut next = after_cooling(Phase::Standby);
            next.place(Phase::Setup, 0, seconds(1_000));
            assert_eq!(changes(&mut next, phase, HIGH, 600), [(0, Off)], "{phase}");
        }
    }
}
