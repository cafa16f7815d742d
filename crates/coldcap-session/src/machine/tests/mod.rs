//! What holds after every step, from wherever it starts; checked along random walks and over the
//! whole reachable space of a small configuration.

extern crate std;

mod damaged;
mod dead_fields;
mod explore;
mod random;
mod stored;

use super::{Attendance, Config, Event, Observed, PhaseClock, Progress, State, TripClass, step};
use crate::fact::Fact;
use crate::note::{Effects, Note};
use crate::phase::Phase;
use crate::plan::{Density, Hair, HairType, PlanRequest, PostClock, Target};
use crate::regimen::Source;
use crate::request::{Accepted, Amendment, HeadMeasures, Mark, Patient, Refusal, Request, Role};
use coldcap_units::{Coolant, Duration};

const HAIR: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };

const PATIENT: Patient = Patient {
    id: 17,
    calibration: 99,
    session_index: 1,
    session_count: 6,
    hair: HAIR,
    contraindications: 0,
};

const HEAD: HeadMeasures =
    HeadMeasures { circumference_mm: 560, sagittal_mm: 340, coronal_mm: 350, hair: HAIR };

const GOOD: Observed = Observed {
    self_test: Progress::Passed,
    coupled: true,
    flowing: true,
    tank_ready: true,
    at_target: true,
    isothermal: Progress::Passed,
    contact: Progress::Passed,
    removable: true,
    cause_gone: true,
    calibration_due: false,
    degraded: false,
};

fn plan(minutes: u32, post_clock: PostClock) -> PlanRequest {
    PlanRequest {
        regimen: 1,
        source: Source::SITE,
        reason: 0,
        pre: Duration::from_mins(minutes),
        post: Duration::from_mins(minutes),
        break_each: Duration::from_mins(5),
        break_total: Duration::from_mins(10),
        target: Target::Coolant(Coolant::from_milli(-4_000)),
        post_clock,
    }
}

/// One step, as an assertion prints it.
#[derive(Debug)]
struct Taken<'a> {
    before: &'a State,
    event: &'a Event,
    after: State,
    effects: Effects,
}

/// Takes one step and checks everything that must hold.
fn checked_step(before: &State, event: &Event, config: &Config) -> (State, Effects) {
    let (after, effects) = step(before, event, config);
    let taken = Taken { before, event, after, effects };
    check_state(&taken, config);
    check_time(&taken);
    check_answer(&taken);
    check_way_into_cooling(&taken);
    check_demand_falls(&taken, config);
    assert!(!effects.notes.is_full(), "the list of notes has no room to spare: {taken:?}");
    (after, effects)
}

fn check_state(taken: &Taken<'_>, config: &Config) {
    let state = &taken.after;
    let PhaseClock { elapsed, cooled, at_target } = state.clock;
    assert!(at_target <= cooled && cooled <= elapsed, "{taken:?}");
    assert_eq!(*state, rebuilt(state), "{taken:?}");
    assert_eq!(*state, state.canonical(), "{taken:?}");
    let demand = state.demand(config);
    let mild = state.phase == Phase::FitVerify;
    assert_eq!(demand.circulate, state.phase.circulates(), "{taken:?}");
    let cold = demand.target.is_some() || demand.cap.is_some();
    assert_eq!(cold, state.phase.is_cooling() || mild, "{taken:?}");
    assert!(!cold || state.worn, "{taken:?}");
    check_modes(taken, config);
    assert!(!demand.circulate || state.patient.is_some(), "{taken:?}");
    assert!(!demand.circulate || state.trip < TripClass::Clinician, "{taken:?}");
    if let Some(treatment) = state.treatment() {
        assert_eq!(treatment == Phase::Infusing, state.drugs.running(), "{taken:?}");
        assert!(treatment.is_treatment() && state.plan.is_some(), "{taken:?}");
    }
}

/// A demand holds one temperature, that of the plan's mode; the tank is ready for the coldest supply
/// that this may need, and that is no colder than the hair allows.
fn check_modes(taken: &Taken<'_>, config: &Config) {
    let state = &taken.after;
    let demand = state.demand(config);
    assert!(demand.target.is_none() || demand.cap.is_none(), "{taken:?}");
    let supply = demand.cap.map(|cap| cap.coldest_supply).or(demand.target);
    assert!(supply.is_none() || supply == demand.tank, "{taken:?}");
    let planned = if state.phase == Phase::FitVerify { None } else { state.target(config) };
    match planned {
        Some(Target::Coolant(_)) => assert!(demand.cap.is_none(), "{taken:?}"),
        Some(Target::Cap(_)) => assert!(demand.target.is_none(), "{taken:?}"),
        None => assert!(demand.cap.is_none(), "{taken:?}"),
    }
    if let (Some(tank), Some(patient)) = (demand.tank, state.patient) {
        let coldest = patient.hair.density.coldest().map(|coldest| coldest.coolant);
        assert!(Some(tank) >= coldest, "{taken:?}");
    }
    if let Some(cap) = demand.cap {
        assert!(cap.coldest_supply >= config.coldest_supply, "{taken:?}");
        assert!(cap.interface >= crate::Plan::INTERFACE[0], "{taken:?}");
    }
}

/// The state made anew from what its phase can know, phase by phase: a second, independent statement
/// of which fields are dead.
fn rebuilt(state: &State) -> State {
    use Phase::{Boot, CapOff, FitCalibrate, FitCheck, FitMeasure, FitSaved, FitVerify, Infusing};
    use Phase::{Paused, PostCool, PreCool, Ready, Recool, Recovery, Report, SafeHold, Setup};
    use Phase::{Standby, Thaw};
    let s = *state;
    let resumable = s.phase.is_interrupted() || matches!(s.phase, SafeHold | Thaw);
    let mut seen = s.seen;
    if !(s.phase.is_cooling() || resumable) {
        seen.forget_degraded();
    }
    let base = State {
        phase: s.phase,
        clock: s.clock,
        armed: s.armed,
        trip: s.trip,
        seen,
        ..State::new()
    };
    let known = State { patient: s.patient, drugs: s.drugs, resets: s.resets, ..base };
    let chosen = State { plan: s.plan, ..known };
    let session = State {
        break_left: s.break_left,
        eased: s.eased,
        extended: s.extended,
        restarts: s.restarts,
        begun: s.begun,
        worn: s.worn,
        ..chosen
    };
    let attended = State { attendance: s.attendance, ..session };
    let planned_left = match s.goal {
        Some(PreCool | PostCool) => s.planned_left,
        _ => Duration::ZERO,
    };
    let returning = State { goal: s.goal, planned_left, ..attended };
    let (returning, attended) =
        (marked(returning, &s, s.goal), marked(attended, &s, Some(s.phase)));
    match s.phase {
        Boot | Standby => base,
        FitMeasure | FitVerify => State { worn: s.worn, ..known },
        FitCalibrate => State { worn: s.worn, matched: s.matched, ..known },
        FitSaved => known,
        Setup => State { worn: s.worn, ..chosen },
        FitCheck => session,
        Thaw => State { attendance: s.attendance, ..session },
        PreCool => State { planned_left: s.planned_left, hold_left: s.hold_left, ..attended },
        Ready | Infusing => attended,
        PostCool => State { planned_left: s.planned_left, ..attended },
        Paused => returning,
        Recool => State { hold_left: s.hold_left, unattended: s.unattended, ..returning },
        Recovery => State { restart_left: s.restart_left, ..returning },
        SafeHold => State { attendance: Attendance::Unlimited, ..returning },
        CapOff => State { removed: s.removed, ..chosen },
        Report => chosen,
    }
}

/// Marks of drugs mean something in an infusion and after it, also while that is interrupted.
fn marked(state: State, known: &State, treatment: Option<Phase>) -> State {
    match treatment {
        Some(Phase::Infusing) => State { since: known.since, ..state },
        Some(Phase::PostCool) => {
            State { since: known.since, ended_last: known.ended_last, ..state }
        }
        _ => state,
    }
}

/// Every millisecond belongs to exactly one phase, and only `Advance` moves a clock.
fn check_time(taken: &Taken<'_>) {
    let Taken { before, event, after, effects } = taken;
    let passed = if let Event::Advance { dt, .. } = event { *dt } else { Duration::ZERO };
    let mut total = after.clock.elapsed;
    let mut changes = 0;
    for note in effects.notes.iter() {
        match note {
            Note::PhaseClosed { clock, .. } => total = total.plus(clock.elapsed),
            Note::PhaseChanged { .. } => changes += 1,
            _ => {}
        }
    }
    assert_eq!(total, before.clock.elapsed.plus(passed), "{taken:?}");
    assert!(before.phase == after.phase || changes > 0, "{taken:?}");
}

fn check_answer(taken: &Taken<'_>) {
    let Taken { before, event, after, effects } = taken;
    let asked = matches!(event, Event::Request { .. });
    assert_eq!(asked, effects.answer.is_some(), "{taken:?}");
    if let Some(Err(refusal)) = effects.answer {
        assert_eq!(*before, after, "{taken:?}");
        assert!(!matches!(event, Event::Request { request: Request::Stop, .. }), "{taken:?}");
        if let Refusal::OutOfRange { minimum, maximum, .. } = refusal {
            assert!(minimum <= maximum, "{taken:?}");
        }
    }
    if matches!(event, Event::Request { request: Request::Stop, .. }) {
        assert!(!after.phase.circulates() && after.restart_left.is_zero(), "{taken:?}");
    }
    if let Some(Ok(accepted)) = effects.answer {
        assert_eq!(accepted == Accepted::Armed, after.armed.is_some(), "{taken:?}");
        assert!(accepted != Accepted::Armed || before.phase == after.phase, "{taken:?}");
    }
    if let Event::Fact(fact) = event {
        assert_eq!(effects.notes.iter().next(), Some(note_of(*fact)), "{taken:?}");
    }
}

fn note_of(fact: Fact) -> Note {
    match fact {
        Fact::DrugStarted { drug, hair_toxic } => Note::DrugStarted { drug, hair_toxic },
        Fact::DrugEnded { drug, hair_toxic } => Note::DrugEnded { drug, hair_toxic },
        Fact::CapOff => Note::CapOff,
        Fact::Symptom(symptom) => Note::Symptom(symptom),
        Fact::Comfort(score) => Note::Comfort(score),
    }
}

/// Cooling begins by an operator's start or second step, or after a short power gap.
fn check_way_into_cooling(taken: &Taken<'_>) {
    let Taken { before, event, after, .. } = taken;
    let advance = matches!(event, Event::Advance { .. });
    if after.phase.is_cooling() && !before.phase.is_cooling() {
        let started = before.phase == Phase::FitCheck && before.worn && advance;
        let resumed =
            matches!(event, Event::Request { request: Request::Resume { confirm: true, .. }, .. });
        let returned = !before.restart_left.is_zero() && advance;
        assert!(started || (resumed && before.armed.is_some()) || returned, "{taken:?}");
        assert!(after.phase == Phase::Recool || started, "{taken:?}");
    }
    if after.phase == Phase::FitCheck && before.phase != Phase::FitCheck {
        assert!(matches!(event, Event::Request { request: Request::Start, .. }), "{taken:?}");
    }
    if after.phase == Phase::FitCalibrate && before.phase != Phase::FitCalibrate {
        assert!(matches!(event, Event::Request { request: Request::Measure(_), .. }), "{taken:?}");
    }
    if !after.restart_left.is_zero() && before.restart_left.is_zero() {
        let short = Duration::from_secs(30);
        let gap = matches!(event, Event::Restarted { gap: Some(gap) } if *gap <= short);
        assert!(gap && before.phase.is_cooling(), "{taken:?}");
    }
}

/// What takes cooling away takes it away in the same step, and within a session the target never
/// becomes colder.
fn check_demand_falls(taken: &Taken<'_>, config: &Config) {
    let Taken { before, event, after, .. } = taken;
    let halts = match event {
        Event::Advance { seen, .. } => !seen.coupled,
        Event::Interlock { circulate_denied, .. } => *circulate_denied,
        Event::Restarted { .. } => true,
        Event::Fact(Fact::CapOff) => before.phase.is_cooling() || before.phase == Phase::FitVerify,
        _ => false,
    };
    assert!(!(halts && after.phase.circulates()), "{taken:?}");
    let running = |state: &State| state.treatment().is_some() || state.phase == Phase::Thaw;
    if running(before) && running(after) {
        let milli = |state: &State| state.target(config).map(Target::to_milli);
        assert!(milli(after) >= milli(before), "{taken:?}");
        assert!(after.coldest_supply(config) >= before.coldest_supply(config), "{taken:?}");
        assert!(after.break_left <= before.break_left, "{taken:?}");
    }
}
