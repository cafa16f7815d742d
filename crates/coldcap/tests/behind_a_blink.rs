//! What a loss of power, an acknowledgement and a second try must not make better than it is.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dark::{BLINK, begin, cut, faces};
use bench::{Bench, PATIENT, PLAN, code};
use coldcap::{Action, Inputs, Outputs, Phase};
use coldcap_guard::Condition;
use coldcap_session::{Fact, PlanRequest, Request, Role, Target};
use coldcap_units::{Duty, Fault, Interface, Ratio};

fn seconds(bench: &mut Bench<1>, count: u32, spoil: impl Fn(&mut Inputs<1>)) {
    (0..count * 10).for_each(|_| drop(bench.tick_with(&spoil)));
}

/// Asks for something while the inputs are spoilt; whether it was done.
fn ask(bench: &mut Bench<1>, request: Request, spoil: impl Fn(&mut Inputs<1>)) -> bool {
    let command = bench.command_as(Role::Clinician, Action::Request(request));
    let mut input = bench.next_input();
    spoil(&mut input.inputs);
    input.commands.list.push(command);
    bench.feed(&input).answers.as_slice()[0].result.is_ok()
}

fn tells(outputs: &Outputs<1>, condition: Condition) -> bool {
    outputs.machine.alarms.contains(condition)
}

/// A mean at its target is no comfort to the half of a head that is warm.
// req: INT-016
#[test]
fn a_face_that_is_too_warm_is_so_whatever_the_other_makes_of_the_mean() {
    let mut bench: Bench<1> = Bench::new();
    let held = faces(&bench, [0, 0, 0]);
    let plan = PlanRequest { target: Target::Cap(Interface::from_milli(4_000)), ..PLAN };
    begin(&mut bench, plan);
    seconds(&mut bench, 120, &held);
    let apart = faces(&bench, [-3_000, 3_000, 0]);
    seconds(&mut bench, 9 * 60, &apart);
    assert!(!tells(&bench.tick_with(&apart), Condition::TooWarm));
    seconds(&mut bench, 2 * 60, &apart);
    assert!(bench.phase().is_cooling());
    assert!(tells(&bench.tick_with(&apart), Condition::TooWarm));
}

/// A cap that was taken off in a pause that somebody wanted is nobody's news, with power or behind a loss of it.
// req: PWR-003
#[test]
fn a_cap_that_is_off_in_a_wanted_pause_is_no_news() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    bench.ask(Request::Pause(1)).unwrap();
    bench.run(5);
    let off = |inputs: &mut Inputs<1>| inputs.channels[0].cap.coupled.value = Ok(false);
    for _ in 0..3 {
        seconds(&mut bench, 60, off);
        assert!(!tells(&bench.tick_with(off), Condition::CapUncoupled), "{}", bench.phase());
        cut(&mut bench, BLINK);
    }
}

/// In a treatment without a return sensor that power failed in, and that was resumed and ended.
fn ended_without_a_return_sensor() -> Bench<1> {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    seconds(&mut bench, 60, no_return);
    cut(&mut bench, BLINK);
    seconds(&mut bench, 60, no_return);
    for confirm in [false, true] {
        assert!(ask(&mut bench, Request::Resume { reason: 1, confirm }, no_return));
        bench.tick_with(no_return);
    }
    bench.tell(Fact::DrugEnded { drug: 5, hair_toxic: true });
    for confirm in [false, true] {
        assert!(ask(&mut bench, Request::EndSession { reason: 2, confirm }, no_return));
        bench.tick_with(no_return);
    }
    assert_eq!(bench.phase(), Phase::Thaw);
    bench
}

fn no_return(inputs: &mut Inputs<1>) {
    inputs.channels[0].returned.value = Err(Fault::Open);
}

/// What one treatment went on without, the next does not begin without.
// req: SES-029
#[test]
fn a_test_that_a_treatment_passed_begins_no_other_visit() {
    let mut bench = ended_without_a_return_sensor();
    seconds(&mut bench, 1_300, no_return);
    for request in [Request::ConfirmRemoved, Request::Close, Request::Close] {
        assert!(ask(&mut bench, request, no_return));
        bench.tick_with(no_return);
    }
    assert_eq!(bench.phase(), Phase::Standby);
    seconds(&mut bench, 60, no_return);
    assert!(ask(&mut bench, Request::select(PATIENT), no_return));
    assert!(ask(&mut bench, Request::ChoosePlan(PLAN), no_return));
    bench.tick_with(no_return);
    assert!(!ask(&mut bench, Request::Start, no_return), "without a return sensor");
    bench.run(60);
    bench.ask(Request::Start).unwrap();
}

/// Nor does it where whoever closes one visit begins the next in the same tick.
// req: SES-029
#[test]
fn a_test_that_a_treatment_passed_begins_no_visit_that_standby_is_skipped_for() {
    for rest in [0, 60] {
        let mut bench = ended_without_a_return_sensor();
        seconds(&mut bench, 1_300, no_return);
        for request in [Request::ConfirmRemoved, Request::Close] {
            assert!(ask(&mut bench, request, no_return));
            bench.tick_with(no_return);
        }
        assert_eq!(bench.phase(), Phase::Report);
        let mut input = bench.next_input();
        no_return(&mut input.inputs);
        for request in [Request::Close, Request::select(PATIENT), Request::ChoosePlan(PLAN)] {
            let command = bench.command_as(Role::Clinician, Action::Request(request));
            input.commands.list.push(command);
        }
        bench.feed(&input);
        assert_eq!(bench.phase(), Phase::Setup);
        seconds(&mut bench, rest, no_return);
        assert!(!ask(&mut bench, Request::Start, no_return), "without a return sensor");
    }
}

/// A thaw that a drug runs in may be cooled out of as a break may, with what the treatment went on without.
// req: SES-029
#[test]
fn a_lost_return_sensor_keeps_nobody_from_cooling_out_of_a_thaw_behind_a_blink() {
    let mut bench = ended_without_a_return_sensor();
    cut(&mut bench, BLINK);
    seconds(&mut bench, 60, no_return);
    bench.tell(Fact::DrugStarted { drug: 5, hair_toxic: true });
    seconds(&mut bench, 10, no_return);
    for confirm in [false, true] {
        assert!(ask(&mut bench, Request::Resume { reason: 1, confirm }, no_return));
        bench.tick_with(no_return);
    }
    assert_eq!(bench.phase(), Phase::Recool);
}

/// A loop that does too little is too warm, with power and behind a loss of it, until a clinician has seen that.
// req: PWR-003
#[test]
fn a_blink_takes_no_alarm_of_a_loop_that_does_too_little() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let [supply, returned] = [6_000, 6_500].map(|milli| code(bench.device.control.config(), milli));
    let shut = move |inputs: &mut Inputs<1>| {
        let line = &mut inputs.channels[0];
        let noise = (line.supply.taken.as_millis() / 100 % 7) as u32 * 65_536;
        line.valve.value = Ok(Duty::OFF);
        line.supply.value = Ok(Ratio(supply.0 + noise));
        line.returned.value = Ok(Ratio(returned.0 + noise));
    };
    seconds(&mut bench, 250, shut);
    assert!(tells(&bench.tick_with(shut), Condition::TooWarm));
    for _ in 0..2 {
        cut(&mut bench, BLINK);
        assert!(tells(&bench.tick_with(shut), Condition::TooWarm));
    }
    bench.act(&[Action::AcknowledgeAlarms]);
    assert!(!tells(&bench.tick(), Condition::TooWarm));
}

/// What was stopped because it got colder is stopped again, however soon somebody tries again.
#[test]
fn a_second_try_behind_a_minute_is_stopped_as_the_first() {
    for rest_s in [30, 60, 120] {
        let mut bench: Bench<1> = Bench::new();
        bench.until(Phase::Standby);
        bench.run(60);
        bench.bring_to(Phase::FitCalibrate);
        let mut milli = 20_000;
        let mut tick = |bench: &mut Bench<1>, request: Option<Request>| {
            let runs = !bench.drives.channels[0].pump.is_off();
            milli = if runs { (milli - 400).max(-8_000) } else { (milli + 2).min(20_000) };
            let [supply, returned] =
                [milli, milli + 1_000].map(|milli| code(bench.device.control.config(), milli));
            let command =
                request.map(|request| bench.command_as(Role::Clinician, Action::Request(request)));
            let mut input = bench.next_input();
            let line = &mut input.inputs.channels[0];
            let noise = (line.supply.taken.as_millis() / 100 % 7) as u32 * 65_536;
            line.supply.value = Ok(Ratio(supply.0 + noise));
            line.returned.value = Ok(Ratio(returned.0 + noise));
            command.into_iter().for_each(|command| input.commands.list.push(command));
            tells(&bench.feed(&input), Condition::LoopImplausible)
        };
        assert!((0..600).any(|_| tick(&mut bench, None)));
        (0..rest_s * 10).for_each(|_| _ = tick(&mut bench, None));
        for request in [
            Request::ClinicianReset { confirm: false },
            Request::ClinicianReset { confirm: true },
            Request::Acknowledge,
            Request::Measure(bench::HEAD),
        ] {
            tick(&mut bench, Some(request));
            (0..10).for_each(|_| _ = tick(&mut bench, None));
        }
        assert_eq!(bench.phase(), Phase::FitCalibrate, "{rest_s}");
        let stopped = (0..400).any(|_| {
            tick(&mut bench, None);
            bench.phase() != Phase::FitCalibrate
        });
        assert!(stopped, "{rest_s} s of rest");
    }
}
