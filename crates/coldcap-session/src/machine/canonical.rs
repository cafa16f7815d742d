//! Dead fields are zero: which field means something in which phase.

use super::State;
use crate::phase::Phase;

fn if_live<T: Default>(live: bool, value: T) -> T {
    if live { value } else { T::default() }
}

/// A patient is selected in all phases but the two that precede every visit.
const fn has_patient(phase: Phase) -> bool {
    !matches!(phase, Phase::Boot | Phase::Standby)
}

/// Which phases remember where an interruption returns to.
pub(crate) const fn has_goal(phase: Phase) -> bool {
    phase.is_interrupted() || matches!(phase, Phase::Recool | Phase::SafeHold)
}

/// From the first coolant of a session until the cap is off: budgets and counters run.
const fn has_budgets(phase: Phase) -> bool {
    phase.is_treatment() || has_goal(phase) || matches!(phase, Phase::FitCheck | Phase::Thaw)
}

const fn can_be_worn(phase: Phase) -> bool {
    has_budgets(phase)
        || matches!(
            phase,
            Phase::FitMeasure | Phase::FitCalibrate | Phase::FitVerify | Phase::Setup
        )
}

impl State {
    /// The same state with every field that means nothing in its phase at its default.
    pub(crate) fn canonical(self) -> Self {
        // req: SES-022
        let phase = self.phase;
        let patient = has_patient(phase);
        let session = patient && !phase.is_fit_visit();
        let budgets = has_budgets(phase);
        let goal = if_live(has_goal(phase), self.goal);
        let treatment = if phase.is_treatment() { Some(phase) } else { goal };
        let planned = matches!(treatment, Some(Phase::PreCool | Phase::PostCool));
        let marked = matches!(treatment, Some(Phase::Infusing | Phase::PostCool));
        let holds = matches!(phase, Phase::PreCool | Phase::Recool);
        let attended = phase.is_cooling() || phase.is_interrupted();
        Self {
            phase,
            goal,
            clock: self.clock,
            planned_left: if_live(planned, self.planned_left),
            hold_left: if_live(holds, self.hold_left),
            attendance: if_live(attended, self.attendance),
            restart_left: if_live(phase == Phase::Recovery, self.restart_left),
            break_left: if_live(budgets, self.break_left),
            armed: self.armed,
            patient: if_live(patient, self.patient),
            plan: if_live(session, self.plan),
            drugs: if_live(patient, self.drugs),
            since: if_live(marked, self.since),
            ended_last: if_live(treatment == Some(Phase::PostCool), self.ended_last),
            eased: if_live(budgets, self.eased),
            extended: if_live(budgets, self.extended),
            resets: if_live(patient, self.resets),
            restarts: if_live(budgets, self.restarts),
            worn: if_live(can_be_worn(phase), self.worn),
            removed: if_live(phase == Phase::CapOff, self.removed),
            matched: if_live(phase == Phase::FitCalibrate, self.matched),
            trip: self.trip,
            seen: self.seen,
        }
    }
}
