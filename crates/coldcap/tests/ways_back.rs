//! What stopped a machine can be mended by those who may, and stands no longer than it must.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, DRUG, PATIENT, PLAN, code};
use coldcap::{Action, Inputs, Phase};
use coldcap_guard::Condition;
use coldcap_session::{Accepted, Patient, Refusal, Request, Role};
use coldcap_units::{Duration, MilliAmps, Pulses, Ratio, Reading};

fn session(bench: &Bench<1>) -> coldcap_session::State {
    bench.device.control.checkpoint().channels[0].state.session
}

fn tank_low(inputs: &mut Inputs<1>) {
    inputs.tank.level = Reading::new(false, inputs.tank.level.taken);
}

fn moving(inputs: &mut Inputs<1>) {
    let flow = &mut inputs.channels[0].flow;
    let moves = Pulses { edges: 167, window: Duration::from_secs(1) };
    *flow = Reading::new(moves, flow.taken);
}

fn uncoupled(inputs: &mut Inputs<1>) {
    let coupled = &mut inputs.channels[0].cap.coupled;
    *coupled = Reading::new(false, coupled.taken);
}

fn freeze(bench: &mut Bench<1>) {
    let cold = code(bench.device.control.config(), -500);
    for _ in 0..5 {
        bench.tick_with(|inputs| {
            let safety = &mut inputs.channels[0].safety;
            *safety = Reading::new(cold, safety.taken);
        });
    }
    bench.run(3);
}

fn clinician(bench: &mut Bench<1>) -> coldcap_session::Answer {
    bench.reset(Role::Clinician, |confirm| Request::ClinicianReset { confirm })
}

fn service(bench: &mut Bench<1>) -> coldcap_session::Answer {
    bench.reset(Role::Service, |confirm| Request::ServiceReset { confirm })
}

fn end(bench: &mut Bench<1>) {
    bench.ask(Request::EndSession { reason: 3, confirm: false }).unwrap();
    bench.ask(Request::EndSession { reason: 3, confirm: true }).unwrap();
    bench.ask(Request::ConfirmRemoved).unwrap();
    (0..20).for_each(|_| drop(bench.tick_with(uncoupled)));
    bench.ask(Request::Close).unwrap();
}

// req: SES-030
#[test]
fn both_steps_in_one_tick_are_one_step() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    bench.run(6);
    let step = |confirm| Action::Request(Request::Resume { reason: 1, confirm });
    let answers = |outputs: &coldcap::Outputs<1>| -> Vec<_> {
        outputs.answers.iter().map(|answer| answer.result).collect()
    };
    let both = bench.act(&[step(false), step(true), step(true)]);
    let (armed, early) = (Ok(Accepted::Armed), Err(Refusal::TooEarly));
    assert_eq!(answers(&both), [armed, early, early]);
    assert_eq!(bench.phase(), Phase::Paused);
    // Another first step does not open the way to this one either.
    let end = Action::Request(Request::EndSession { reason: 1, confirm: false });
    let again = bench.act(&[end, step(false), step(true)]);
    assert_eq!(answers(&again), [armed, armed, early]);
    assert_eq!(answers(&bench.act(&[step(true)])), [Ok(Accepted::Done)]);
    assert_eq!(bench.phase(), Phase::Recool);
}

#[test]
fn a_self_test_that_failed_has_not_failed_for_good() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    bench.device.restart(Some(Duration::from_secs(120)));
    let lost = |inputs: &mut Inputs<1>| inputs.channels[0].supply.value = Ok(Ratio(0));
    for _ in 0..350 {
        bench.tick_with(lost);
    }
    assert_eq!(bench.phase(), Phase::Recovery);
    let low = bench.tick_with(lost);
    assert!(low.machine.alarms.contains(Condition::SelfTestFailed), "it is said in every phase");
    assert!(bench.ask(Request::Resume { reason: 1, confirm: false }).is_err());
    bench.run(20);
    bench.reset(Role::Clinician, |confirm| Request::ClinicianReset { confirm }).unwrap();
    bench.act(&[Action::AcknowledgeAlarms]);
    assert!(!bench.tick().machine.alarms.contains(Condition::SelfTestFailed));
    bench.resume();
    assert_eq!(bench.phase(), Phase::Recool);
}

/// What a treatment goes on with keeps nobody from going on with it behind a loss of power.
#[test]
fn a_level_that_is_low_ends_no_treatment_with_a_loss_of_power() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    bench.device.restart(Some(Duration::from_secs(120)));
    (0..350).for_each(|_| drop(bench.tick_with(tank_low)));
    assert_eq!(bench.phase(), Phase::Recovery);
    let low = bench.tick_with(tank_low);
    assert!(low.machine.alarms.contains(Condition::LevelLow));
    let resume = Request::Resume { reason: 1, confirm: false };
    assert_eq!(bench.ask(resume), Ok(Accepted::Armed));
}

// req: SES-029
#[test]
fn nothing_is_resumed_before_the_self_test_has_passed_anew() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    let first = Request::Resume { reason: 1, confirm: false };
    assert_eq!(bench.ask(first), Err(Refusal::NotTested), "it has only begun");
    bench.run(4);
    (0..10).for_each(|_| drop(bench.tick_with(moving)));
    bench.run(4);
    assert_eq!(bench.ask(first), Err(Refusal::NotTested), "it began again");
    bench.run(2);
    bench.resume();
    assert_eq!(bench.phase(), Phase::Recool);
}

// req: SES-029
#[test]
fn a_channel_is_not_kept_by_what_is_wrong_with_its_neighbour() {
    let mut bench = Bench::<2>::new();
    bench.bring_to(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    for _ in 0..80 {
        bench.tick_with(|inputs| {
            let supply = &mut inputs.channels[1].supply;
            *supply = Reading::new(Ratio(0), supply.taken);
        });
    }
    assert_eq!(bench.ask(Request::Resume { reason: 1, confirm: false }), Ok(Accepted::Armed));
}

// req: SES-029
#[test]
fn a_stop_is_not_undone_within_its_own_tick() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    let resume = |confirm| Action::Request(Request::Resume { reason: 1, confirm });
    let outputs = bench.act(&[Action::Request(Request::Stop), resume(false), resume(true)]);
    let given: Vec<_> = outputs.answers.iter().map(|answer| answer.result).collect();
    let refused = [Err(Refusal::NotTested), Err(Refusal::NotTested)];
    assert_eq!(given[1..], refused);
    assert_eq!(bench.phase(), Phase::Paused);
}

// req: SES-029
#[test]
fn what_the_guard_has_stopped_is_not_begun_again_in_the_next_tick() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    while bench.phase() == Phase::Infusing {
        bench.tick_with(|inputs| {
            let flow = &mut inputs.channels[0].flow;
            *flow = Reading::new(Pulses { edges: 0, window: Duration::from_secs(1) }, flow.taken);
        });
    }
    let first = Request::Resume { reason: 1, confirm: false };
    assert_eq!(bench.ask(first), Err(Refusal::NotTested));
}

// req: SES-029
#[test]
fn coolant_that_still_moves_has_not_stopped() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    for _ in 0..100 {
        bench.tick_with(moving);
    }
    let first = Request::Resume { reason: 1, confirm: false };
    assert_eq!(bench.ask(first), Err(Refusal::NotTested));
    bench.run(6);
    assert_eq!(bench.ask(first), Ok(Accepted::Armed));
}

/// What a treatment goes on with keeps nobody from going on with it.
#[test]
fn a_low_level_does_not_make_a_pause_the_end() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    (0..80).for_each(|_| drop(bench.tick_with(tank_low)));
    assert_eq!(bench.phase(), Phase::Infusing);
    bench.ask(Request::Pause(1)).unwrap();
    (0..80).for_each(|_| drop(bench.tick_with(tank_low)));
    assert_eq!(bench.ask(Request::Resume { reason: 1, confirm: false }), Ok(Accepted::Armed));
}

// req: CHN-002
#[test]
fn a_neighbour_whose_self_test_fails_keeps_nobody_from_a_resume_after_a_gap() {
    let mut bench = Bench::<2>::new();
    bench.bring_to(Phase::Infusing);
    bench.device.restart(Some(Duration::from_secs(120)));
    for _ in 0..400 {
        bench.tick_with(|inputs| {
            let supply = &mut inputs.channels[1].supply;
            *supply = Reading::new(Ratio(0), supply.taken);
        });
    }
    assert_eq!(bench.ask(Request::Resume { reason: 1, confirm: false }), Ok(Accepted::Armed));
}

// req: SES-008
#[test]
fn power_that_flickers_makes_nobody_wait_longer() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::PreCool);
    for _ in 0..3 {
        bench.device.restart(Some(Duration::from_secs(60)));
        bench.run(240);
    }
    // Ten minutes until somebody is called, and two more.
    bench.run(10);
    assert_eq!(bench.phase(), Phase::Thaw);
}

#[test]
fn service_leads_out_of_a_self_test_that_failed_at_power_up() {
    let mut bench = Bench::<1>::new();
    for _ in 0..400 {
        bench.tick_with(tank_low);
    }
    assert_eq!(bench.phase(), Phase::SafeHold);
    bench.run(60);
    assert_eq!(service(&mut bench), Ok(Accepted::Done));
    bench.run(20);
    assert_eq!(bench.phase(), Phase::Standby);
}

// req: SES-027
#[test]
fn the_guard_and_the_session_count_a_clinicians_resets_from_the_same_time_on() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::FitCheck);
    freeze(&mut bench);
    assert_eq!(clinician(&mut bench), Ok(Accepted::Done));
    bench.run(2);
    bench.ask(Request::Start).unwrap();
    bench.ask(Request::Worn(true)).unwrap();
    bench.until(Phase::PreCool);
    bench.run(10);
    freeze(&mut bench);
    assert_eq!(clinician(&mut bench), Ok(Accepted::Done));
    bench.resume();
    bench.until(Phase::Ready);
    bench.tell(DRUG);
    freeze(&mut bench);
    // Both are spent: the third one is service's, which is said, and can be reset by them.
    assert!(bench.tick().machine.alarms.contains(Condition::ResetsSpent));
    assert_eq!(clinician(&mut bench), Err(Refusal::ServiceDue));
    assert_eq!(service(&mut bench), Ok(Accepted::Done));
}

#[test]
fn an_operators_trip_is_no_alarm_after_the_session() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::PostCool);
    for _ in 0..80 {
        bench.tick_with(|inputs| {
            let flow = &mut inputs.channels[0].flow;
            let none = Pulses { edges: 0, window: Duration::from_secs(1) };
            *flow = Reading::new(none, flow.taken);
        });
    }
    assert!(bench.tick().machine.alarms.contains(Condition::FlowLost));
    assert_eq!(bench.phase(), Phase::Paused);
    end(&mut bench);
    assert_eq!(bench.phase(), Phase::Standby);
    bench.act(&[Action::AcknowledgeAlarms]);
    (0..100).for_each(|_| drop(bench.tick_with(uncoupled)));
    assert!(!bench.tick_with(uncoupled).machine.alarms.contains(Condition::FlowLost));
}

// req: PWR-005
#[test]
fn after_a_long_or_an_unknown_gap_nobody_wears_the_cap_unless_it_is_said_again() {
    for (gap, worn) in [(Some(120), true), (Some(5 * 3_600), false), (None, false)] {
        let mut bench = Bench::<1>::new();
        bench.bring_to(Phase::Infusing);
        bench.device.restart(gap.map(Duration::from_secs));
        bench.run(20);
        assert_eq!(session(&bench).is_worn(), worn, "{gap:?}");
        let answer = bench.ask(Request::Resume { reason: 1, confirm: false });
        assert_eq!(answer == Err(Refusal::NotWorn), !worn, "{gap:?}: {answer:?}");
    }
}

#[test]
fn who_was_selected_by_mistake_takes_no_dose_away() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Infusing);
    bench.run(1_800);
    end(&mut bench);
    let dose =
        |bench: &Bench<1>| format!("{:?}", bench.device.control.checkpoint().channels[0].dose);
    bench.tick();
    let (empty, before) = (dose(&Bench::<1>::new()), dose(&bench));
    assert_ne!(before, empty);
    bench.ask(Request::select(Patient { id: PATIENT.id + 1, ..PATIENT })).unwrap();
    bench.tick();
    assert_ne!(dose(&bench), empty, "she was only selected");
    bench.ask(Request::ChoosePlan(PLAN)).unwrap();
    bench.run(6);
    bench.ask(Request::Start).unwrap();
    bench.tick();
    let past = |dose: &str| dose.split("cold").next().map(str::to_owned);
    assert_eq!(past(&dose(&bench)), past(&empty), "the cold of another is not held against her");
}

#[test]
fn a_drug_that_starts_calls_off_the_end_that_was_begun() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::PostCool);
    bench.ask(Request::Stop).unwrap();
    bench.ask(Request::EndSession { reason: 3, confirm: false }).unwrap();
    bench.tell(DRUG);
    let answer = bench.ask(Request::EndSession { reason: 3, confirm: true });
    assert_eq!(answer, Err(Refusal::NotConfirmed));
    assert_eq!(bench.phase(), Phase::Paused);
}

#[test]
fn a_switch_that_is_stuck_holds_no_visit() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::PostCool);
    bench.ask(Request::EndSession { reason: 3, confirm: false }).unwrap();
    bench.ask(Request::EndSession { reason: 3, confirm: true }).unwrap();
    assert_eq!(bench.ask(Request::Close), Err(Refusal::WrongPhase));
    bench.ask(Request::ConfirmRemoved).unwrap();
    bench.run(60);
    assert_eq!(bench.phase(), Phase::CapOff, "it still says that the cap is coupled");
    assert_eq!(bench.ask(Request::Close), Ok(Accepted::Done));
    assert_eq!(bench.phase(), Phase::Report);
}

#[test]
fn only_a_planned_end_is_counted_down() {
    for (phase, planned) in [
        (Phase::Ready, false),
        (Phase::Infusing, false),
        (Phase::Recool, false),
        (Phase::PostCool, true),
    ] {
        let mut bench = Bench::<1>::new();
        bench.bring_to(phase);
        let left = bench.tick().channels[0].remaining;
        assert_eq!(!left.is_zero(), planned, "{phase}: {left:?}");
    }
}

// req: SES-031
#[test]
fn what_service_lets_go_on_is_tested_as_at_power_up() {
    let mut bench = Bench::<1>::new();
    (0..350).for_each(|_| drop(bench.tick_with(tank_low)));
    assert_eq!(bench.phase(), Phase::SafeHold);
    bench.run(20);
    assert_eq!(service(&mut bench), Ok(Accepted::Done));
    assert_eq!(bench.phase(), Phase::Boot);
    (0..100).for_each(|_| drop(bench.tick_with(tank_low)));
    assert_eq!(bench.phase(), Phase::Boot, "the machine is looked at anew");
    bench.run(6);
    assert_eq!(bench.phase(), Phase::Standby);
}

// req: SES-031
#[test]
fn what_service_resets_in_standby_is_tested_as_at_power_up() {
    let mut bench = Bench::<1>::new();
    bench.until(Phase::Standby);
    let runs_on = |inputs: &mut Inputs<1>| {
        inputs.channels[0].pump_current.value = Ok(MilliAmps(800));
    };
    (0..200).for_each(|_| drop(bench.tick_with(runs_on)));
    bench.run(10);
    let reset = |bench: &mut Bench<1>, confirm| {
        let request = Request::ServiceReset { confirm };
        let command = bench.command_as(Role::Service, Action::Request(request));
        let mut input = bench.next_input();
        tank_low(&mut input.inputs);
        input.commands.list.push(command);
        bench.feed(&input).answers.as_slice()[0].result
    };
    let answers = [false, true].map(|confirm| {
        (0..60).for_each(|_| drop(bench.tick_with(tank_low)));
        reset(&mut bench, confirm)
    });
    assert_eq!(answers, [Ok(Accepted::Armed), Ok(Accepted::Done)]);
    (0..100).for_each(|_| drop(bench.tick_with(tank_low)));
    assert_eq!(bench.ask(Request::StartFit), Err(Refusal::NotTested));
    bench.run(6);
    assert_eq!(bench.ask(Request::StartFit), Ok(Accepted::Done));
}
