//! One session in every phase, and what it wants, shows and allows there.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::record::Chain;
use coldcap_session::*;
use coldcap_units::{Duration, Instant};
use script::{HEAD, PACLITAXEL, PATIENT, Script};

fn booting() -> Script {
    let mut script = Script::new();
    script.state = State::new();
    script
}

fn selected() -> Script {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script
}

fn fit_visit() -> [Script; 4] {
    let mut script = selected();
    script.done(Request::StartFit);
    let measuring = script.clone();
    script.done(Request::Measure(HEAD));
    let calibrating = script.clone();
    script.done(Request::Worn(true));
    script.seen.isothermal = Progress::Passed;
    script.seen.contact = Progress::Running;
    script.seconds(1);
    let verifying = script.clone();
    script.seen.contact = Progress::Passed;
    script.seconds(1);
    [measuring, calibrating, verifying, script]
}

fn prepared() -> [Script; 2] {
    let mut script = selected();
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.done(Request::Worn(true));
    let setup = script.clone();
    script.done(Request::Start);
    [setup, script]
}

fn after_cooling() -> [Script; 3] {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    let thawing = script.clone();
    script.seen.removable = true;
    script.minutes(5);
    let off = script.clone();
    script.done(Request::ConfirmRemoved);
    script.seen.coupled = false;
    script.seconds(1);
    [thawing, off, script]
}

/// By the code of the phase.
fn in_every_phase() -> Vec<Script> {
    let paused = |stop: fn(&mut Script)| {
        let mut script = Script::infusing(PACLITAXEL);
        stop(&mut script);
        script
    };
    let mut all = vec![booting(), Script::new()];
    all.extend(fit_visit());
    all.extend(prepared());
    let [pre, ready, infusing, post, recool] = Script::in_each_cooling_phase();
    all.extend([pre, ready, infusing, post]);
    all.extend([paused(|script| script.done(Request::Stop)), recool]);
    all.extend(after_cooling());
    all.push(paused(|script| script.denied(TripClass::Service)));
    all.push(paused(|script| script.restarted(Some(Duration::from_secs(400)))));
    for (script, phase) in all.iter().zip(Phase::ALL) {
        script.expect(phase);
    }
    assert_eq!(all.len(), Phase::ALL.len());
    all
}

/// Whether it circulates, its target and what the tank must be ready for, in thousandths of a degree.
#[test]
fn each_phase_wants_what_it_is_for() {
    use Phase::*;
    let (mild, cold) = (Some(8_000), Some(-4_000));
    for script in in_every_phase() {
        let expected = match script.phase() {
            FitMeasure => (false, None, mild),
            FitCalibrate => (true, None, mild),
            FitVerify => (true, mild, mild),
            Setup | Paused => (false, None, cold),
            FitCheck => (true, None, cold),
            PreCool | Ready | Infusing | PostCool | Recool => (true, cold, cold),
            Boot | Standby | FitSaved | Thaw | CapOff | Report | SafeHold | Recovery => {
                (false, None, None)
            }
        };
        let Demand { circulate, target, cap, tank } = script.state.demand(&script.config);
        let milli = |coolant: coldcap_units::Coolant| coolant.to_milli();
        let wanted = (circulate, target.map(milli), tank.map(milli));
        assert_eq!(wanted, expected, "{}", script.phase());
        assert_eq!(cap, None, "the plan is of the coolant");
    }
}

#[test]
fn a_cap_is_marked_as_worn_or_not_where_it_can_be_either() {
    use Phase::*;
    for mut script in in_every_phase() {
        let (phase, worn) = (script.phase(), script.state.is_worn());
        let allowed = matches!(
            phase,
            FitMeasure
                | FitCalibrate
                | FitVerify
                | Setup
                | FitCheck
                | PreCool
                | Ready
                | Infusing
                | PostCool
                | Recool
                | Paused
                | Recovery
        );
        if !allowed {
            assert_eq!(script.nurse(Request::Worn(!worn)), Err(Refusal::WrongPhase), "{phase}");
            continue;
        }
        assert_eq!(script.nurse(Request::Worn(worn)), Ok(Accepted::NoChange), "{phase}");
        script.done(Request::Worn(!worn));
        assert_eq!(script.notes.first(), Some(&Note::Worn(!worn)), "{phase}");
        // Where cold coolant moves it stops when the cap is taken off.
        let cools = matches!(phase, FitVerify | PreCool | Ready | Infusing | PostCool | Recool);
        assert_eq!(script.phase() != phase, worn && cools, "{phase}");
        assert_eq!(script.state.is_worn(), !worn, "{phase}");
    }
}

#[test]
fn what_is_chosen_is_shown_for_as_long_as_it_means_something() {
    use Phase::*;
    for script in in_every_phase() {
        let (state, phase) = (script.state, script.phase());
        let visit = matches!(phase, FitMeasure | FitCalibrate | FitVerify | FitSaved);
        let patient = !matches!(phase, Boot | Standby);
        assert_eq!(state.patient(), patient.then_some(&PATIENT), "{phase}");
        assert_eq!(state.plan().is_some(), patient && !visit, "{phase}");
        let target = state.target(&script.config).map(Target::to_milli);
        assert_eq!(target, state.plan().map(|_| -4_000), "{phase}");
        // Marked in all that came so far; forgotten where no cap can be on a head any more.
        let marked = !matches!(
            phase,
            Boot | Standby | FitMeasure | FitCalibrate | FitSaved | CapOff | Report
        );
        assert_eq!(state.is_worn(), marked, "{phase}");
        let treatment = match phase {
            PreCool | Ready | Infusing | PostCool => Some(phase),
            Recool | Paused | SafeHold | Recovery => Some(Infusing),
            _ => None,
        };
        assert_eq!(state.treatment(), treatment, "{phase}");
        let trip = if phase == SafeHold { TripClass::Service } else { TripClass::None };
        assert_eq!(state.trip(), trip, "{phase}");
        assert_eq!(state.drugs().running(), treatment == Some(Infusing), "{phase}");
        assert!(!state.is_armed() && !state.is_waiting() && !state.is_break_over(), "{phase}");
    }
}

#[test]
fn stop_is_never_refused_and_says_whether_it_changed_anything() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        let (after, said) = match phase {
            FitMeasure | FitCalibrate | FitVerify | FitSaved => (Standby, Accepted::Done),
            FitCheck => (Setup, Accepted::Done),
            PreCool | Ready | Infusing | PostCool | Recool => (Paused, Accepted::Done),
            _ => (phase, Accepted::NoChange),
        };
        assert_eq!(script.ask(Role::Observer, Request::Stop), Ok(said), "{phase}");
        assert_eq!(script.phase(), after, "{phase}");
    }
}

#[test]
fn a_clock_counts_down_what_is_left() {
    let remaining = |mut script: Script| {
        script.seconds(10);
        script.state.remaining(&script.config).map(|left| left.as_secs())
    };
    let all = in_every_phase();
    let take = |phase: Phase| remaining(all[usize::from(phase.code())].clone());
    assert_eq!(take(Phase::PreCool), Some(30 * 60 - 10));
    assert_eq!(take(Phase::PostCool), Some(60 * 60 - 10));
    assert_eq!(take(Phase::Thaw), Some(5 * 60 - 10));
    assert_eq!(take(Phase::Paused), Some(10 * 60 - 10));
    for endless in [Phase::Ready, Phase::Infusing, Phase::Recovery, Phase::Recool, Phase::Setup] {
        assert_eq!(take(endless), None, "{endless}: a limit on waiting is no planned end");
    }
}

#[test]
fn a_gap_is_flagged_when_it_is_longer_than_the_longest_break() {
    let flagged = |millis| {
        let mut script = Script::infusing(PACLITAXEL);
        script.restarted(Some(Duration::from_millis(millis)));
        (script.flagged(Flag::GapLong), script.flagged(Flag::GapUnknown))
    };
    assert_eq!(flagged(600_000), (false, false), "ten minutes");
    assert_eq!(flagged(600_001), (true, false));
    let mut script = Script::infusing(PACLITAXEL);
    script.restarted(None);
    assert!(script.flagged(Flag::GapUnknown) && !script.flagged(Flag::GapLong));
}

#[test]
fn a_chain_knows_its_length() {
    let mut chain = Chain::new();
    assert_eq!((chain.is_empty(), chain.len()), (true, 0));
    let entry = chain.append(Instant::ZERO, 0, &Note::CapOff);
    assert_eq!((chain.is_empty(), chain.len()), (false, 1));
    assert_eq!(Chain::after(&entry), chain);
    assert_eq!((chain.link(), entry.index), (entry.link, 0));
}

#[test]
fn four_drugs_are_kept_apart_and_a_fifth_is_counted() {
    let mut script = Script::infusing(PACLITAXEL);
    [9, 3, 7].iter().for_each(|drug| script.starts(*drug));
    assert_eq!(script.state.drugs().iter().collect::<Vec<_>>(), [1, 3, 7, 9]);
    assert_eq!(script.state.drugs().uncounted(), 0);
    script.starts(5);
    script.starts(6);
    assert!(script.flagged(Flag::DrugUncounted));
    assert_eq!(script.state.drugs().uncounted(), 2);
    assert_eq!(script.state.drugs().iter().collect::<Vec<_>>(), [1, 3, 7, 9]);
}

#[test]
fn after_a_loss_of_power_nothing_circulates_and_a_thaw_begins_again() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        if phase == Thaw {
            script.minutes(2);
        }
        script.restarted(Some(Duration::from_secs(400)));
        let after = match phase {
            Boot | Standby | FitMeasure | FitCalibrate | FitVerify | FitSaved => Boot,
            Setup | FitCheck => Setup,
            PreCool | Ready | Infusing | PostCool | Recool | Paused | Recovery => Recovery,
            Thaw | CapOff | Report | SafeHold => phase,
        };
        assert_eq!(script.phase(), after, "{phase}");
        assert!(!script.circulates(), "{phase}");
        assert!(phase != Thaw || script.state.clock().elapsed.is_zero());
    }
}

#[test]
fn cancel_leads_one_step_back_and_only_before_cooling() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        let (answer, after) = match phase {
            FitMeasure | FitCalibrate | FitVerify | Setup => (Ok(Accepted::Done), Standby),
            FitCheck => (Ok(Accepted::Done), Setup),
            _ => (Err(Refusal::WrongPhase), phase),
        };
        assert_eq!((script.nurse(Request::Cancel), script.phase()), (answer, after), "{phase}");
    }
}

// req: SES-004
#[test]
fn cooling_is_eased_wherever_it_goes_on_or_may() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        let answer = match phase {
            FitCheck | PreCool | Ready | Infusing | PostCool | Recool | Paused | Recovery => {
                Ok(Accepted::Done)
            }
            _ => Err(Refusal::WrongPhase),
        };
        assert_eq!((script.nurse(Request::EaseOff), script.phase()), (answer, phase), "{phase}");
    }
}

// req: SES-003
#[test]
fn a_cap_is_marked_as_removed_once_and_where_it_can_be() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        let (answer, after) = match phase {
            Thaw | CapOff => (Ok(Accepted::Done), CapOff),
            SafeHold => (Ok(Accepted::Done), Report),
            PreCool | Ready | Infusing | PostCool | Recool | Paused | Recovery => {
                (Err(Refusal::MarkOutOfOrder), phase)
            }
            _ => (Err(Refusal::WrongPhase), phase),
        };
        script.seen.coupled = true;
        let asked = script.nurse(Request::ConfirmRemoved);
        assert_eq!((asked, script.phase()), (answer, after), "{phase}");
        if after == CapOff {
            assert_eq!(script.nurse(Request::ConfirmRemoved), Ok(Accepted::NoChange), "{phase}");
        }
    }
}

// req: INT-015
#[test]
fn contact_is_judged_where_the_cap_is_meant_to_cool() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        for contact in [Progress::Running, Progress::Failed] {
            let seen = Observed { contact, flowing: false, ..script.seen };
            script.give(Event::Advance { dt: Duration::ZERO, seen });
        }
        let judged = matches!(phase, FitVerify | PreCool | Ready | Infusing | PostCool | Recool);
        assert_eq!(script.flagged(Flag::ContactDoubtful), judged, "{phase}");
    }
}

#[test]
fn safe_hold_stays_however_long_the_time_that_would_have_been_planned() {
    let elapsed = PlanRequest { post_clock: PostClock::Elapsed, ..script::PACLITAXEL };
    let mut script = Script::post_cooling(elapsed);
    script.denied(TripClass::Service);
    script.minutes(90);
    script.expect(Phase::SafeHold);
}

// req: SES-021
#[test]
fn a_service_trip_holds_whatever_circulates_and_remembers_its_treatment() {
    use Phase::*;
    for mut script in in_every_phase() {
        let phase = script.phase();
        let (after, treatment) = match phase {
            FitCalibrate | FitVerify => (SafeHold, None),
            FitCheck => (SafeHold, Some(PreCool)),
            PreCool | Ready | Infusing | PostCool => (SafeHold, Some(phase)),
            Recool | Paused | Recovery | SafeHold => (SafeHold, Some(Infusing)),
            _ => (phase, None),
        };
        script.denied(TripClass::Service);
        assert_eq!((script.phase(), script.state.treatment()), (after, treatment), "{phase}");
    }
}
