//! Facts: always recorded, at most flagged.

use super::Attendance;
use super::drugs::Start;
use super::state::{SinceMark, Step};
use super::transition::Transition;
use super::treatment::halt_if_it_needs_a_worn_cap;
use crate::fact::Fact;
use crate::note::{Flag, Note};
use crate::phase::Phase;

const WORST_COMFORT: u8 = 10;

pub(super) fn observe(t: &mut Transition<'_>, fact: Fact) {
    // req: SES-005
    match fact {
        Fact::DrugStarted { drug, hair_toxic } => {
            t.note(Note::DrugStarted { drug, hair_toxic });
            if hair_toxic {
                drug_started(t, drug);
            }
        }
        Fact::DrugEnded { drug, hair_toxic } => {
            t.note(Note::DrugEnded { drug, hair_toxic });
            drug_ended(t, drug, hair_toxic);
        }
        Fact::CapOff => {
            t.note(Note::CapOff);
            cap_off(t);
        }
        Fact::Symptom(symptom) => t.note(Note::Symptom(symptom)),
        Fact::Comfort(score) => {
            t.note(Note::Comfort(score));
            if score > WORST_COMFORT {
                t.flag(Flag::ComfortOutOfScale);
            }
        }
    }
}

fn drug_started(t: &mut Transition<'_>, drug: u16) {
    if t.state.patient.is_none() {
        t.flag(Flag::DrugOutsideCooling);
        return;
    }
    call_off_the_end(t);
    match t.state.drugs.start(drug) {
        Start::Fresh => t.state.since = SinceMark::default(),
        Start::Repeated => t.flag(Flag::DrugStartRepeated),
        Start::Uncounted => {
            t.state.since = SinceMark::default();
            t.flag(Flag::DrugUncounted);
        }
    }
    if !t.state.phase.is_cooling() {
        t.flag(match t.state.phase {
            Phase::Setup | Phase::FitCheck => Flag::DrugEarly,
            _ => Flag::DrugOutsideCooling,
        });
    }
    if t.state.phase == Phase::Thaw {
        call_for_somebody(t);
    }
    begin_infusion(t);
}

/// The cap warms while a drug runs: a person decides whether it is cooled again, and until then it stays where it is.
fn call_for_somebody(t: &mut Transition<'_>) {
    // req: SES-009
    t.flag(Flag::Waiting);
    t.state.attendance = Attendance::Over(t.config.waiting_grace);
}

/// Whoever had begun to end the session did not know of this drug.
fn call_off_the_end(t: &mut Transition<'_>) {
    // req: SES-006
    if t.state.armed.is_some_and(|armed| matches!(armed.step, Step::EndSession(_))) {
        t.state.armed = None;
    }
}

/// Whatever part of the treatment it was, it is an infusion now.
fn begin_infusion(t: &mut Transition<'_>) {
    // req: SES-006
    let before = t.state.treatment();
    match before {
        None | Some(Phase::Infusing) => return,
        Some(Phase::PreCool) => t.flag(Flag::DrugEarly),
        Some(_) => {}
    }
    turn_to(t, Phase::Infusing);
    if before == Some(Phase::PostCool) {
        t.note(Note::PostClockVoided);
    }
}

fn drug_ended(t: &mut Transition<'_>, drug: u16, hair_toxic: bool) {
    let ran = t.state.drugs.running();
    let known = t.state.drugs.end(drug, hair_toxic);
    if known && !hair_toxic {
        t.flag(Flag::DrugKindDiffers);
    }
    if !known && hair_toxic {
        t.flag(Flag::DrugEndUnmatched);
    }
    let last = ran && !t.state.drugs.running();
    if last && t.state.treatment() == Some(Phase::Infusing) {
        turn_to(t, Phase::PostCool);
        t.state.ended_last = drug;
    } else if known {
        t.state.since = SinceMark::default();
    }
    // What a thaw called somebody for is over.
    if last && t.state.phase == Phase::Thaw {
        t.state.attendance = Attendance::Unlimited;
    }
}

/// Changes the treatment phase, or, while it is interrupted, the phase to return to.
fn turn_to(t: &mut Transition<'_>, phase: Phase) {
    if t.state.phase.is_treatment() {
        t.enter(phase);
    } else {
        let before = t.state.treatment();
        t.set_goal(Some(phase), before);
        t.somebody_came();
    }
}

fn cap_off(t: &mut Transition<'_>) {
    // req: SES-003
    t.state.worn = false;
    if t.state.phase == Phase::Thaw {
        t.flag(Flag::RemovedEarly);
        t.enter(Phase::CapOff);
    } else {
        halt_if_it_needs_a_worn_cap(t);
    }
}
