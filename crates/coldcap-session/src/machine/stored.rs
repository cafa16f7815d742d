//! The state as bytes, for whoever stores it: each field in the order of its declaration.

use super::drugs::{Drugs, SLOTS};
use super::state::{Armed, Seen, SinceMark, Step};
use super::{Attendance, PhaseClock, Progress, State, TripClass};
use crate::phase::Phase;
use crate::plan::{Density, Hair, HairType};
use crate::request::Patient;
use coldcap_units::Duration;
use coldcap_units::stored::{Reader, Stored, Writer};

/// A state that no session can be in is none: every field that means nothing in the phase must have its default.
impl Stored for State {
    fn store(&self, to: &mut Writer<'_>) {
        #[rustfmt::skip]
        let Self {
            phase, goal, clock, planned_left, hold_left, attendance, restart_left, unattended, break_left, armed,
            patient, plan, drugs, since, ended_last, eased, extended, resets, restarts, begun, worn, removed, matched,
            trip, seen,
        } = self;
        to.add(phase).add(goal).add(clock).add(planned_left).add(hold_left).add(attendance);
        to.add(restart_left).add(unattended).add(break_left).add(armed);
        to.add(patient).add(plan).add(drugs).add(since).add(ended_last);
        to.add(eased).add(extended).add(resets).add(restarts);
        to.add(begun).add(worn).add(removed).add(matched).add(trip).add(seen);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let state = Self {
            phase: Stored::load(from)?,
            goal: Stored::load(from)?,
            clock: Stored::load(from)?,
            planned_left: Stored::load(from)?,
            hold_left: Stored::load(from)?,
            attendance: Stored::load(from)?,
            restart_left: Stored::load(from)?,
            unattended: Stored::load(from)?,
            break_left: Stored::load(from)?,
            armed: Stored::load(from)?,
            patient: Stored::load(from)?,
            plan: Stored::load(from)?,
            drugs: Stored::load(from)?,
            since: Stored::load(from)?,
            ended_last: Stored::load(from)?,
            eased: Stored::load(from)?,
            extended: Stored::load(from)?,
            resets: Stored::load(from)?,
            restarts: Stored::load(from)?,
            begun: Stored::load(from)?,
            worn: Stored::load(from)?,
            removed: Stored::load(from)?,
            matched: Stored::load(from)?,
            trip: Stored::load(from)?,
            seen: Stored::load(from)?,
        };
        (state.canonical() == state).then_some(state)
    }
}

impl Stored for Phase {
    fn store(&self, to: &mut Writer<'_>) {
        self.code().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Self::from_code(u8::load(from)?)
    }
}

impl Stored for TripClass {
    fn store(&self, to: &mut Writer<'_>) {
        self.code().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Self::from_code(u8::load(from)?)
    }
}

impl Stored for PhaseClock {
    fn store(&self, to: &mut Writer<'_>) {
        [self.elapsed, self.cooled, self.at_target].store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let [elapsed, cooled, at_target] = Stored::load(from)?;
        let in_order = at_target <= cooled && cooled <= elapsed;
        in_order.then_some(Self { elapsed, cooled, at_target })
    }
}

impl Stored for Attendance {
    fn store(&self, to: &mut Writer<'_>) {
        let code: u8 = match self {
            Self::Unlimited => 0,
            Self::Watching(_) => 1,
            Self::Break(_) => 2,
            Self::Over(_) => 3,
            Self::BreakOver(_) => 4,
        };
        (code, self.left().unwrap_or_default()).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        match <(u8, Duration)>::load(from)? {
            (0, Duration::ZERO) => Some(Self::Unlimited),
            (1, left) => Some(Self::Watching(left)),
            (2, left) => Some(Self::Break(left)),
            (3, left) => Some(Self::Over(left)),
            (4, left) => Some(Self::BreakOver(left)),
            _ => None,
        }
    }
}

impl Stored for Armed {
    fn store(&self, to: &mut Writer<'_>) {
        let code: (u8, u8) = match self.step {
            Step::ConfirmFit => (0, 0),
            Step::Resume(reason) => (1, reason),
            Step::EndSession(reason) => (2, reason),
            Step::ClinicianReset => (3, 0),
            Step::ServiceReset => (4, 0),
        };
        (code, self.left).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (code, left) = Stored::load(from)?;
        let step = match code {
            (0_u8, 0_u8) => Step::ConfirmFit,
            (1, reason) => Step::Resume(reason),
            (2, reason) => Step::EndSession(reason),
            (3, 0) => Step::ClinicianReset,
            (4, 0) => Step::ServiceReset,
            _ => return None,
        };
        Some(Self { step, left })
    }
}

impl Stored for SinceMark {
    fn store(&self, to: &mut Writer<'_>) {
        [self.elapsed, self.run, self.uncooled].store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let [elapsed, run, uncooled] = Stored::load(from)?;
        Some(Self { elapsed, run, uncooled })
    }
}

impl Stored for Drugs {
    fn store(&self, to: &mut Writer<'_>) {
        (self.slots, (self.taken, self.uncounted)).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (slots, (taken, uncounted)) = Stored::load(from)?;
        let drugs = Self { slots, taken, uncounted };
        let behind = slots.iter().skip(usize::from(taken));
        let is_packed = usize::from(taken) <= SLOTS && behind.copied().all(|slot: u16| slot == 0);
        (is_packed && drugs.iter().is_sorted_by(|one, next| one < next)).then_some(drugs)
    }
}

impl Stored for Patient {
    fn store(&self, to: &mut Writer<'_>) {
        (self.id, self.calibration).store(to);
        (self.session_index, self.session_count).store(to);
        (self.hair.density.code(), self.hair.kind.code()).store(to);
        self.contraindications.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (id, calibration) = Stored::load(from)?;
        let (session_index, session_count) = Stored::load(from)?;
        let (density, kind) = Stored::load(from)?;
        let hair = Hair { density: Density::from_code(density)?, kind: HairType::from_code(kind)? };
        let contraindications = Stored::load(from)?;
        Some(Self { id, calibration, session_index, session_count, hair, contraindications })
    }
}

impl Stored for Seen {
    fn store(&self, to: &mut Writer<'_>) {
        (self.bits, self.contact as u8).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (bits, contact) = <(u8, u8)>::load(from)?;
        let contact = match contact {
            0 => Progress::Running,
            1 => Progress::Passed,
            2 => Progress::Failed,
            _ => return None,
        };
        (bits & !Self::ALL == 0).then_some(Self { bits, contact })
    }
}
