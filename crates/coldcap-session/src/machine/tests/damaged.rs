//! States that no step makes and a flipped bit could: something is missing, and nothing is made up for it.

use super::*;
use crate::note::Notes;
use crate::request::Field;

const CONFIG: Config = Config::DEFAULT;

fn in_phase(phase: Phase) -> State {
    State { phase, ..State::new() }
}

#[test]
fn nobody_is_cooled_without_a_plan() {
    for phase in [Phase::PreCool, Phase::Ready, Phase::Infusing, Phase::PostCool, Phase::Recool] {
        let demand = in_phase(phase).demand(&CONFIG);
        assert_eq!((demand.target, demand.tank, demand.cap), (None, None, None), "{phase}");
    }
}

#[test]
fn nothing_starts_without_a_patient() {
    let event = Event::Request { request: Request::Start, role: Role::Nurse };
    let (after, effects) = step(&in_phase(Phase::Setup), &event, &CONFIG);
    assert_eq!(effects.answer, Some(Err(Refusal::Unanswered(Field::Patient))));
    assert_eq!(after, in_phase(Phase::Setup));
}

#[test]
fn a_lost_limit_on_waiting_is_no_reason_to_end_a_session() {
    let event = Event::Advance { dt: Duration::from_mins(1), seen: GOOD };
    let (after, effects) = step(&in_phase(Phase::Ready), &event, &CONFIG);
    assert_eq!((after.phase, after.attendance), (Phase::Ready, Attendance::Unlimited));
    assert!(effects.notes.is_empty());
}

#[test]
fn a_note_too_many_takes_no_others_place() {
    let mut notes = Notes::default();
    (0..200).for_each(|code| notes.push(Note::Symptom(code)));
    assert!(notes.is_full());
    let kept = notes.iter().count();
    assert!(notes.iter().eq((0..200).map(Note::Symptom).take(kept)), "the first ones, in order");
}
