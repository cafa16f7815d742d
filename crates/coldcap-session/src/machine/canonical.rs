//! Dead fields are zero: which field means something in which phase.

use super::State;
use crate::phase::Phase;

fn keep_if<T: Default>(live: bool, field: &mut T) {
    if !live {
        *field = T::default();
    }
}

/// A patient is selected in all phases but the two that precede every visit.
const fn has_patient(phase: Phase) -> bool {
    !matches!(phase, Phase::Boot | Phase::Standby)
}

/// Which phases remember where an interruption returns to.
pub(crate) const fn has_goal(phase: Phase) -> bool {
    phase.is_interrupted() || matches!(phase, Phase::Recool | Phase::SafeHold)
}

/// Before and after what is treated, budgets and counters of a session run as well.
const fn frames_a_treatment(phase: Phase) -> bool {
    matches!(phase, Phase::FitCheck | Phase::Thaw)
}

/// Where a cap may be put on although no budget runs yet.
const fn precedes_a_session(phase: Phase) -> bool {
    matches!(phase, Phase::FitMeasure | Phase::FitCalibrate | Phase::FitVerify | Phase::Setup)
}

impl State {
    /// Gives every field that means nothing in the phase its default.
    // In place, and one copy of the code: it runs several times a step. The pattern names every field,
    // so that none is forgotten.
    #[inline(never)]
    pub(crate) fn clear_dead_fields(&mut self) {
        // req: SES-022
        keep_if(has_goal(self.phase), &mut self.goal);
        let treatment = self.treatment();
        #[rustfmt::skip]
        let Self {
            phase, goal: _, clock: _, planned_left, hold_left, attendance, restart_left, unattended, break_left, armed: _,
            patient, plan, drugs, since, ended_last, eased, extended, resets, restarts, begun, worn, removed, matched,
            trip: _, seen,
        } = self;
        let phase = *phase;
        keep_if(matches!(treatment, Some(Phase::PreCool | Phase::PostCool)), planned_left);
        keep_if(matches!(treatment, Some(Phase::Infusing | Phase::PostCool)), since);
        keep_if(treatment == Some(Phase::PostCool), ended_last);
        keep_if(matches!(phase, Phase::PreCool | Phase::Recool), hold_left);
        let waits = phase.is_cooling() || phase.is_interrupted() || phase == Phase::Thaw;
        keep_if(waits, attendance);
        keep_if(phase == Phase::Recovery, restart_left);
        *unattended &= phase == Phase::Recool;
        if !has_patient(phase) {
            (*patient, *drugs, *resets) = Default::default();
        }
        keep_if(has_patient(phase) && !phase.is_fit_visit(), plan);
        let treated = phase.is_treatment() || has_goal(phase);
        // A thaw can be resumed out of.
        if !(treated || phase == Phase::Thaw) {
            seen.forget_degraded();
        }
        // From the first coolant of a session until the cap is off.
        let counts = treated || frames_a_treatment(phase);
        if !counts {
            (*break_left, *eased, *extended, *restarts, *begun) = Default::default();
        }
        *worn &= counts || precedes_a_session(phase);
        *removed &= phase == Phase::CapOff;
        *matched &= phase == Phase::FitCalibrate;
    }

    /// The same state with every field that means nothing in its phase at its default.
    pub(crate) fn canonical(mut self) -> Self {
        self.clear_dead_fields();
        self
    }
}
