//! Two channels on one machine: whose patient it is, and what the mains gives.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::{Bench, PATIENT, is_still};
use coldcap::arbiter::MainsBudget;
use coldcap::{Action, Answer, Config, Outputs, Phase};
use coldcap_session::record::{Entry, Kind};
use coldcap_session::{Patient, Refusal, Request, Role};
use coldcap_units::{Duty, Fault, Ratio};

fn select<const CHANNELS: usize>(
    bench: &mut Bench<CHANNELS>,
    channel: u8,
    id: u64,
) -> Outputs<CHANNELS> {
    let patient = Patient { id, ..PATIENT };
    let command = bench.command(channel, Action::Request(Request::select(patient)));
    let mut input = bench.next_input();
    input.commands.list.push(command);
    bench.feed(&input)
}

fn answer<const CHANNELS: usize>(outputs: &Outputs<CHANNELS>) -> coldcap_session::Answer {
    let answers: &[Answer] = outputs.answers.as_slice();
    answers[0].result
}

fn kept<const CHANNELS: usize>(outputs: &Outputs<CHANNELS>) -> Vec<(u8, u16, i32)> {
    let entries = outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0));
    let kept = entries.filter(|entry| entry.fields.kind == Kind::KEPT);
    kept.map(|entry| (entry.channel, entry.fields.code, entry.fields.a)).collect()
}

// req: CHN-003, REC-003
#[test]
fn nobody_sits_under_two_caps() {
    let mut bench: Bench<2> = Bench::new();
    bench.until(Phase::Standby);
    assert!(answer(&select(&mut bench, 0, 17)).is_ok());
    let refused = select(&mut bench, 1, 17);
    assert_eq!(answer(&refused), Err(Refusal::OnOtherChannel));
    let request = u16::from(Request::select(PATIENT).code());
    let who = request | u16::from(Role::Clinician.code()) << 8;
    assert_eq!(kept(&refused), [(1, who, 17)]);
    assert!(answer(&select(&mut bench, 1, 18)).is_ok());
    // Whom no id tells apart is nobody's double.
    let mut unnamed: Bench<2> = Bench::new();
    unnamed.until(Phase::Standby);
    assert!(answer(&select(&mut unnamed, 0, 0)).is_ok());
    assert!(answer(&select(&mut unnamed, 1, 0)).is_ok());
    // Who is selected again on the same channel is not elsewhere.
    assert_ne!(answer(&select(&mut bench, 0, 17)), Err(Refusal::OnOtherChannel));
}

// req: REC-003, INT-011
#[test]
fn what_the_guard_keeps_from_the_session_is_recorded() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::Setup);
    bench.ask(Request::ChoosePlan(bench::PLAN)).unwrap();
    let lost = |inputs: &mut coldcap::Inputs<1>| inputs.channels[0].front.value = Ok(Ratio(0));
    (0..30).for_each(|_| drop(bench.tick_with(lost)));
    let command = bench.command(0, Action::Request(Request::Start));
    let mut input = bench.next_input();
    lost(&mut input.inputs);
    input.commands.list.push(command);
    let refused = bench.feed(&input);
    assert_eq!(answer(&refused), Err(Refusal::FaultActive));
    let who = u16::from(Request::Start.code()) | u16::from(Role::Clinician.code()) << 8;
    assert_eq!(kept(&refused), [(0, who, 4)]);
}

/// The most that the chiller gets while both channels pump, in thousandths.
fn chiller_beside_two_pumps(mains: MainsBudget) -> u16 {
    let mut bench: Bench<2> = Bench::with(Config { mains, ..Config::reference() });
    bench.bring_to(Phase::PreCool);
    bench.bring_neighbour_to(Phase::PreCool);
    let mut most = Duty::OFF;
    // Longer than a compressor must rest before it starts.
    for tick in 0..2_500 {
        // The tank is warm, and asks for all.
        let code = bench::code(bench.device.control.config(), 10_000);
        let warm = Ratio(code.0 + 65_536 * (tick % 7));
        let outputs = bench.tick_with(|inputs| inputs.tank.coolant.value = Ok(warm));
        let pumps = outputs.drives.channels.map(|drive| drive.pump.is_off());
        assert_eq!(pumps, [false; 2], "the mains takes no pump");
        most = most.max(outputs.drives.chiller);
    }
    most.to_permille()
}

// req: CHN-004
#[test]
fn the_chiller_gets_what_the_pumps_leave_of_the_mains() {
    let enough = MainsBudget { limit_w: 1_000, rest_w: 100, pump_w: 50, chiller_w: 600 };
    assert_eq!(chiller_beside_two_pumps(enough), 1_000);
    assert_eq!(chiller_beside_two_pumps(MainsBudget { limit_w: 500, ..enough }), 500);
    assert_eq!(chiller_beside_two_pumps(MainsBudget { limit_w: 150, ..enough }), 0);
}

// req: CHN-002
#[test]
fn spent_resets_of_one_channel_leave_the_others_power_alone() {
    let mut bench: Bench<2> = Bench::new();
    bench.bring_to(Phase::PreCool);
    bench.bring_neighbour_to(Phase::Ready);
    let lose = |bench: &mut Bench<2>| {
        for _ in 0..20 {
            bench.tick_with(|inputs| inputs.channels[0].safety.value = Err(Fault::Open));
        }
    };
    for _ in 0..2 {
        lose(&mut bench);
        bench.run(2);
        let granted = bench.reset(Role::Clinician, |confirm| Request::ClinicianReset { confirm });
        assert!(granted.is_ok());
        bench.resume();
        bench.run(5);
    }
    lose(&mut bench);
    for _ in 0..600 {
        let outputs = bench.tick();
        assert_eq!(outputs.channels[0].phase, Phase::SafeHold);
        assert!(outputs.drives.channels[0].pump.is_off() && outputs.drives.permit);
        assert_eq!(outputs.channels[1].phase, Phase::Ready);
        assert!(!is_still(&outputs, 1), "nothing is wrong with her channel");
    }
}

// req: INT-011
#[test]
fn a_session_that_never_cooled_does_not_begin_through_a_resume_with_a_lost_sensor() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::FitCheck);
    let _ = bench.ask(Request::Worn(false));
    for _ in 0..30 {
        bench.tick_with(|inputs| inputs.leak = inputs.leak.map(|_| true));
    }
    assert_eq!(bench.phase(), Phase::SafeHold);
    let lost = |inputs: &mut coldcap::Inputs<1>| inputs.channels[0].front.value = Err(Fault::Open);
    for _ in 0..30 {
        bench.tick_with(lost);
    }
    let ask = |bench: &mut Bench<1>, role, request| {
        let command = bench.command_as(role, Action::Request(request));
        let mut input = bench.next_input();
        lost(&mut input.inputs);
        input.commands.list.push(command);
        answer(&bench.feed(&input))
    };
    for confirm in [false, true] {
        assert!(ask(&mut bench, Role::Service, Request::ServiceReset { confirm }).is_ok());
    }
    for _ in 0..30 {
        bench.tick_with(lost);
    }
    assert_eq!(bench.phase(), Phase::Recovery);
    assert!(ask(&mut bench, Role::Nurse, Request::Worn(true)).is_ok());
    for confirm in [false, true] {
        let refused = ask(&mut bench, Role::Nurse, Request::Resume { reason: 1, confirm });
        assert!(refused.is_err(), "{refused:?}");
    }
    for _ in 0..600 {
        assert!(bench.tick_with(lost).drives.channels[0].pump.is_off());
    }
}
