//! Too warm, uncoupled, without a sensor: what was so before power failed for a moment is so behind it; and whose cap it is.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dark::{BLINK, begin, cut, faces, shows};
use bench::{Bench, DRUG, PATIENT, PLAN};
use coldcap::{ChannelFlags, Inputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_session::{Accepted, PlanRequest, Refusal, Request, Target};
use coldcap_units::{Fault, Interface};

fn minutes(bench: &mut Bench<1>, count: u32, spoil: impl Fn(&mut Inputs<1>)) {
    (0..count * 600).for_each(|_| drop(bench.tick_with(&spoil)));
}

// req: PWR-003, SES-024
#[test]
fn a_blink_takes_no_alarm_of_a_warm_cap_and_counts_nothing_of_it() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let warm = shows(&bench, [18_000, 19_000, 20_000, 20_000, 20_000].map(Some));
    minutes(&mut bench, 12, &warm);
    assert!(bench.tick_with(&warm).machine.alarms.contains(Condition::TooWarm));
    cut(&mut bench, BLINK);
    minutes(&mut bench, 1, &warm);
    let recool = bench.tick_with(&warm);
    assert_eq!(recool.channels[0].phase, Phase::Recool);
    assert!(recool.machine.alarms.contains(Condition::TooWarm));
    minutes(&mut bench, 30, &warm);
    let later = bench.tick_with(&warm);
    assert!(later.machine.alarms.contains(Condition::TooWarm));
    assert_eq!(later.channels[0].cooled, recool.channels[0].cooled, "and it was not cooled");
}

fn holding_a_face(bench: &mut Bench<1>, spoil: impl Fn(&mut Inputs<1>)) {
    let plan = PlanRequest { target: Target::Cap(Interface::from_milli(4_000)), ..PLAN };
    begin(bench, plan);
    bench.until(Phase::PreCool);
    minutes(bench, 16, spoil);
}

/// A way back that never arrives is too warm as any treatment is, once it has had its time.
// req: INT-016
#[test]
fn a_re_cooling_that_never_arrives_is_too_warm() {
    let mut bench = Bench::new();
    holding_a_face(&mut bench, |_| ());
    bench.tell(DRUG);
    bench.ask(Request::Stop).unwrap();
    bench.run(60);
    bench.resume();
    let warm = faces(&bench, [5_000; 3]);
    minutes(&mut bench, 19, &warm);
    let early = bench.tick_with(&warm);
    assert_eq!(bench.phase(), Phase::Recool);
    assert!(!early.machine.alarms.contains(Condition::TooWarm));
    minutes(&mut bench, 13, &warm);
    let late = bench.tick_with(&warm);
    assert_eq!(bench.phase(), Phase::Recool);
    assert!(late.machine.alarms.contains(Condition::TooWarm));
}

/// Front and rear differ by hair and fit: at its target is the mean, and what leaves it is too warm.
// req: INT-016
#[test]
fn a_cap_whose_faces_differ_can_be_too_warm() {
    for apart in [0, 400, 1_000] {
        let mut bench: Bench<1> = Bench::new();
        let held = faces(&bench, [-apart, apart, -apart]);
        holding_a_face(&mut bench, &held);
        let outputs = bench.tick_with(&held);
        assert!(outputs.channels[0].flags.has(ChannelFlags::AT_TARGET), "{apart}");
        let warm = faces(&bench, [4_000 - apart, 4_000 + apart, 4_000 - apart]);
        minutes(&mut bench, 11, &warm);
        let outputs = bench.tick_with(&warm);
        assert!(outputs.machine.alarms.contains(Condition::TooWarm), "{apart}");
    }
}

// req: PWR-003
#[test]
fn a_blink_makes_a_lost_cap_no_less_urgent() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let off = |inputs: &mut Inputs<1>| inputs.channels[0].cap.coupled.value = Ok(false);
    minutes(&mut bench, 1, off);
    let told = |outputs: &coldcap::Outputs<1>| {
        (outputs.machine.alarms.contains(Condition::CapUncoupled), outputs.machine.highest)
    };
    let before = told(&bench.tick_with(off));
    assert_eq!(before, (true, Priority::Medium));
    for _ in 0..2 {
        cut(&mut bench, BLINK);
        minutes(&mut bench, 1, off);
        assert_eq!(told(&bench.tick_with(off)), before);
    }
}

/// Somebody says that another cap is on, or it is on nobody.
// req: CHN-007
#[test]
fn another_cap_behind_a_thaw_is_noticed() {
    for (other, worn) in [(7, true), (8, false)] {
        let mut bench = Bench::new();
        bench.bring_to(Phase::Infusing);
        bench.run(30);
        for confirm in [false, true] {
            bench.ask(Request::EndSession { reason: 2, confirm }).unwrap();
            bench.run(1);
        }
        assert_eq!(bench.phase(), Phase::Thaw);
        let off = |inputs: &mut Inputs<1>| inputs.channels[0].cap.coupled.value = Ok(false);
        (0..100).for_each(|_| drop(bench.tick_with(off)));
        let put_on = |inputs: &mut Inputs<1>| inputs.channels[0].cap.identity.value = Ok(other);
        minutes(&mut bench, 1, put_on);
        for confirm in [false, true] {
            let request = Request::Resume { reason: 1, confirm };
            let command = bench.command(0, coldcap::Action::Request(request));
            let mut input = bench.next_input();
            put_on(&mut input.inputs);
            input.commands.list.push(command);
            drop(bench.feed(&input));
            bench.tick_with(put_on);
        }
        minutes(&mut bench, 1, put_on);
        let outputs = bench.tick_with(put_on);
        let runs = !outputs.drives.channels[0].pump.is_off();
        assert_eq!(
            (runs, outputs.channels[0].flags.has(ChannelFlags::WORN)),
            (worn, worn),
            "{other}"
        );
    }
}

/// What a treatment goes on without keeps nobody from going on with it; but nothing goes on by itself.
// req: SES-029, PWR-001
#[test]
fn a_lost_return_sensor_and_a_blink_end_no_treatment() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let lost = |inputs: &mut Inputs<1>| inputs.channels[0].returned.value = Err(Fault::Open);
    minutes(&mut bench, 1, lost);
    assert_eq!(bench.phase(), Phase::Infusing);
    cut(&mut bench, BLINK);
    minutes(&mut bench, 1, lost);
    assert_eq!(bench.phase(), Phase::Recovery);
    let mut answers = Vec::new();
    for confirm in [false, true] {
        let command =
            bench.command(0, coldcap::Action::Request(Request::Resume { reason: 1, confirm }));
        let mut input = bench.next_input();
        lost(&mut input.inputs);
        input.commands.list.push(command);
        answers.push(bench.feed(&input).answers.as_slice()[0].result);
        bench.tick_with(lost);
    }
    assert_eq!(answers, [Ok(Accepted::Armed), Ok(Accepted::Done)]);
    assert_eq!(bench.phase(), Phase::Recool);
}

/// A new visit is as strict as before.
#[test]
fn without_its_return_sensor_nothing_begins_at_power_up() {
    let mut bench = Bench::<1>::new();
    let lost = |inputs: &mut Inputs<1>| inputs.channels[0].returned.value = Err(Fault::Open);
    minutes(&mut bench, 2, lost);
    assert_eq!(bench.phase(), Phase::SafeHold);
    assert_eq!(bench.ask(Request::select(PATIENT)), Err(Refusal::WrongPhase));
}

/// What cannot be read for a moment says nothing of what is warm: neither is it cold, nor does its time begin anew.
// req: INT-016, SES-024
#[test]
fn one_reading_that_is_missing_makes_nothing_cold() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let warm = shows(&bench, [18_000, 19_000, 20_000, 20_000, 20_000].map(Some));
    minutes(&mut bench, 12, &warm);
    let before = bench.tick_with(&warm);
    assert!(before.machine.alarms.contains(Condition::TooWarm));
    for _ in 0..3 {
        bench.tick_with(|inputs| {
            warm(inputs);
            inputs.channels[0].supply.value = Err(Fault::Bus);
        });
        minutes(&mut bench, 9, &warm);
    }
    let after = bench.tick_with(&warm);
    assert_eq!(after.channels[0].phase, Phase::Infusing);
    assert_eq!(after.channels[0].cooled, before.channels[0].cooled, "nothing of it was cooled");
}

/// Nor does the colder face speak for the one that is warm and cannot be read for a moment.
// req: INT-016
#[test]
fn a_warm_face_that_is_missing_for_a_moment_is_still_warm() {
    let mut bench: Bench<1> = Bench::new();
    let held = faces(&bench, [0; 3]);
    holding_a_face(&mut bench, held);
    let apart = faces(&bench, [-500, 4_000, -500]);
    for _ in 0..3 {
        minutes(&mut bench, 4, &apart);
        bench.tick_with(|inputs| {
            apart(inputs);
            inputs.channels[0].rear.value = Err(Fault::Bus);
        });
    }
    let outputs = bench.tick_with(&apart);
    assert!(outputs.channels[0].phase.is_cooling());
    assert!(outputs.machine.alarms.contains(Condition::TooWarm));
}
