//! Driving by hand: service alone, while nobody is on the cap, for two seconds at most, and never against the guard.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::hand::{
    HALF, MACHINE, driven, driving, ended, give, hand, mild, millis, paused, pump, pumps, reported,
    service, standby, standing, tick, told,
};
use bench::{Bench, PATIENT, PLAN, code, is_still};
use coldcap::arbiter::MainsBudget;
use coldcap::{
    Action, Actuator, Command, Config, Control, Drives, Inputs, LONGEST_LEASE, Outputs, Phase,
};
use coldcap_session::{Accepted, ByHand, HandEnd, Patient, Refusal, Request, Role};
use coldcap_units::{Duration, Duty, Fault, Pulses, Ratio, Reading};

/// Every phase that the bench comes by without effort, but standby.
fn in_use() -> impl Iterator<Item = Bench<1>> {
    let phases = [
        Phase::Setup,
        Phase::FitCalibrate,
        Phase::FitVerify,
        Phase::FitCheck,
        Phase::PreCool,
        Phase::Recool,
        Phase::Ready,
        Phase::Infusing,
        Phase::PostCool,
    ];
    phases.into_iter().map(|phase| {
        let mut bench = Bench::new();
        bench.bring_to(phase);
        bench
    })
}

// req: HND-002
#[test]
fn nobody_but_service_drives() {
    for role in Role::ALL {
        let mut bench: Bench<1> = standby();
        for (channel, actuator) in
            [(0, Actuator::Pump), (0, Actuator::Valve), (MACHINE, Actuator::Chiller)]
        {
            let command = Command { role, ..service(channel, hand(actuator, HALF, 2_000)) };
            let (outputs, answer) = give(&mut bench, command);
            if role == Role::Service {
                let rests = actuator == Actuator::Chiller;
                assert_eq!(answer.is_ok(), !rests, "{actuator:?}: {answer:?}");
            } else {
                assert_eq!(answer, Err(Refusal::NotPermitted(role)));
                assert_eq!(outputs.drives.channels, Drives::<1>::default().channels);
                // Nor does anybody else end what service drives.
                let mut held: Bench<1> = driving();
                let end = Command { role, ..service(0, pump(0)) };
                let (outputs, answer) = give(&mut held, end);
                assert_eq!(answer, Err(Refusal::NotPermitted(role)));
                assert!(pumps(&outputs));
            }
        }
    }
}

// req: HND-002
#[test]
fn nothing_is_driven_where_somebody_may_be_on_the_cap() {
    let all = [Actuator::Pump, Actuator::Valve, Actuator::Chiller];
    let refused = |bench: &mut Bench<1>| {
        let phase = bench.phase();
        let mut alone = bench.clone();
        for actuator in all {
            let channel = if actuator == Actuator::Chiller { MACHINE } else { 0 };
            let command = service(channel, hand(actuator, Duty(999), 2_000));
            let (with, without) = (give(bench, command), alone.tick());
            assert_eq!(with.1, Err(Refusal::WrongPhase), "{phase}: {actuator:?}");
            assert_eq!(with.0.drives, without.drives, "{phase}: {actuator:?}");
        }
    };
    in_use().for_each(|mut bench| refused(&mut bench));
    let mut bench = Bench::new();
    bench.tick();
    assert_eq!(bench.phase(), Phase::Boot);
    refused(&mut bench);
    for stop in [Phase::Paused, Phase::Thaw, Phase::CapOff] {
        let mut bench = paused();
        bench.until(stop);
        refused(&mut bench);
    }
}

// req: HND-002
#[test]
fn the_report_is_free_and_leaving_it_ends_what_is_driven() {
    let mut bench: Bench<1> = reported();
    let (outputs, answer) = give(&mut bench, service(0, pump(2_000)));
    assert_eq!(answer, Ok(Accepted::Done));
    assert!(pumps(&outputs));
    let close = bench.command(0, Action::Request(Request::Close));
    let outputs = tick(&mut bench, &[close], |_| {});
    assert_eq!((bench.phase(), pumps(&outputs)), (Phase::Standby, false));
    assert_eq!(told(&outputs), [(0, ended(Actuator::Pump, HandEnd::Begun))]);
}

/// How many ticks in a row the pump is driven after one command.
fn ticks_of(lease: u32) -> usize {
    let mut bench: Bench<1> = standby();
    let (first, answer) = give(&mut bench, service(0, pump(lease)));
    answer.unwrap();
    let mut ticks = usize::from(pumps(&first));
    while pumps(&bench.tick()) {
        ticks += 1;
    }
    for _ in 0..100 {
        assert!(is_still(&bench.tick(), 0), "once over it is over");
    }
    ticks
}

// req: HND-001
#[test]
fn a_lease_lasts_to_the_tick_and_two_seconds_at_most() {
    assert_eq!(LONGEST_LEASE, coldcap_wire::service::LONGEST_LEASE);
    let cases = [(1, 1), (99, 1), (100, 1), (101, 2), (250, 3), (1_000, 10), (1_999, 20)];
    for (lease, ticks) in cases.into_iter().chain([(2_000, 20), (2_001, 20), (u32::MAX, 20)]) {
        assert_eq!(ticks_of(lease), ticks, "{lease} ms");
    }
}

// req: HND-001
#[test]
fn a_renewal_goes_on_without_a_gap_and_a_zero_ends_it() {
    let mut bench: Bench<1> = driving();
    for _ in 0..5 {
        (0..8).for_each(|_| assert!(pumps(&bench.tick())));
        let (outputs, answer) = give(&mut bench, service(0, pump(1_000)));
        assert_eq!(answer, Ok(Accepted::Done));
        assert_eq!((told(&outputs), pumps(&outputs)), (vec![], true), "a renewal is not told");
    }
    let full = service(0, hand(Actuator::Pump, Duty::FULL, 1_000));
    let (outputs, _) = give(&mut bench, full);
    assert_eq!(outputs.drives.channels[0].pump, Duty::FULL);
    assert_eq!(told(&outputs), [(0, driven(Actuator::Pump, Duty::FULL))]);
    let (outputs, answer) = give(&mut bench, service(0, pump(0)));
    assert_eq!((answer, pumps(&outputs)), (Ok(Accepted::Done), false));
    assert_eq!(told(&outputs), [(0, ended(Actuator::Pump, HandEnd::Asked))]);
    let (outputs, answer) = give(&mut bench, service(0, pump(0)));
    assert_eq!((answer, told(&outputs)), (Ok(Accepted::NoChange), vec![]));
    // Who ends it himself need not wait.
    assert!(pumps(&give(&mut bench, service(0, pump(100))).0));
}

// req: HND-001
#[test]
fn a_late_tick_counts_in_full() {
    for (late, still) in [(1_900, true), (2_000, false), (60_000, false)] {
        let mut bench: Bench<1> = driving();
        bench.now = bench.now.plus(millis(late - 100));
        let outputs = bench.tick();
        assert_eq!(pumps(&outputs), still, "{late} ms");
        let expected = (!still).then_some((0, ended(Actuator::Pump, HandEnd::Expired)));
        assert_eq!(told(&outputs), Vec::from_iter(expected));
    }
}

/// Nothing is driven, now and by itself later; and who renews is refused for two seconds.
fn assert_over<const N: usize>(bench: &mut Bench<N>, outputs: &Outputs<N>, end: HandEnd) {
    assert!(is_still(outputs, 0), "{end:?}");
    assert!(told(outputs).contains(&(0, ended(Actuator::Pump, end))), "{:?}", told(outputs));
    let free = bench.phase() == Phase::Standby;
    for _ in 0..19 {
        let (outputs, answer) = give(bench, service(0, pump(2_000)));
        assert!(answer.is_err() && is_still(&outputs, 0), "{end:?}: {answer:?}");
    }
    bench.run(2);
    let (outputs, answer) = give(bench, service(0, pump(2_000)));
    assert_eq!((answer.is_ok(), pumps(&outputs)), (free, free), "{end:?}: {answer:?}");
}

// req: HND-003
#[test]
fn a_stop_of_any_kind_ends_it_for_good() {
    for role in Role::ALL {
        for channel in [0, 1, MACHINE] {
            let mut bench: Bench<2> = driving();
            let stop = Command { role, ..service(channel, Action::Request(Request::Stop)) };
            // What comes behind it in the same tick was on its way.
            let outputs = tick(&mut bench, &[stop, service(0, pump(2_000))], |_| {});
            assert_over(&mut bench, &outputs, HandEnd::Stopped);
        }
    }
    let mut bench: Bench<2> = driving();
    let outputs = tick(&mut bench, &[service(0, pump(2_000))], |inputs| inputs.panel.stop = true);
    assert_over(&mut bench, &outputs, HandEnd::Stopped);
}

// req: HND-003
#[test]
fn a_stop_key_that_is_held_keeps_it_off() {
    let mut bench: Bench<1> = driving();
    for _ in 0..100 {
        let outputs =
            tick(&mut bench, &[service(0, pump(2_000))], |inputs| inputs.panel.stop = true);
        assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::WrongPhase));
        assert!(is_still(&outputs, 0));
    }
    for _ in 0..19 {
        assert!(give(&mut bench, service(0, pump(2_000))).1.is_err());
    }
    assert!(is_still(&bench.tick(), 0), "nothing begins by itself");
    assert!(give(&mut bench, service(0, pump(2_000))).1.is_ok());
}

// req: HND-003
#[test]
fn whoever_begins_has_the_machine_to_himself() {
    let wishes = [
        (Role::Nurse, Request::StartFit),
        (Role::Nurse, Request::select(PATIENT)),
        // Neither is carried out.
        (Role::Nurse, Request::Start),
        (Role::Observer, Request::StartFit),
    ];
    for (role, request) in wishes {
        let mut bench: Bench<1> = driving();
        let wish = Command { role, ..service(0, Action::Request(request)) };
        let outputs = tick(&mut bench, &[service(0, pump(2_000)), wish], |_| {});
        assert_over(&mut bench, &outputs, HandEnd::Begun);
    }
    // There and back in one tick is a change, too.
    let mut bench: Bench<1> = driving();
    let wish = |request| Command { role: Role::Nurse, ..service(0, Action::Request(request)) };
    let both = [wish(Request::select(PATIENT)), wish(Request::Cancel), service(0, pump(2_000))];
    let outputs = tick(&mut bench, &both, |_| {});
    assert_eq!(outputs.answers.as_slice()[2].result, Err(Refusal::WrongPhase));
    assert_eq!(bench.phase(), Phase::Standby);
    assert_over(&mut bench, &outputs, HandEnd::Begun);
}

// req: HND-003
#[test]
fn a_host_that_is_silent_drives_nothing() {
    let mut bench: Bench<1> = driving();
    let mut silent = |millis: u32, command: Option<Command>| {
        let mut input = bench.next_input();
        input.commands.host_silent = Some(Duration::from_millis(millis));
        command.into_iter().for_each(|command| input.commands.list.push(command));
        bench.feed(&input)
    };
    assert!(pumps(&silent(3_500, None)));
    let outputs = silent(3_501, None);
    assert_eq!(told(&outputs), [(0, ended(Actuator::Pump, HandEnd::HostLost))]);
    assert!(is_still(&outputs, 0));
    let outputs = silent(3_600, Some(service(0, pump(2_000))));
    assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::WrongPhase));
    assert!(is_still(&outputs, 0));
}

// req: HND-003
#[test]
fn it_does_not_survive_a_restart() {
    for gap in [None, Some(Duration::ZERO), Some(Duration::from_secs(1))] {
        let mut bench: Bench<1> = driving();
        let checkpoint = bench.device.control.checkpoint();
        let mut control = Control::restored(Config::unsecured_bench(), &checkpoint, gap);
        bench.drives = Drives::default();
        for _ in 0..300 {
            let outputs = control.tick(&bench.next_input());
            bench.drives = outputs.drives;
            assert!(is_still(&outputs, 0));
        }
    }
}

// req: HND-002, INT-007
#[test]
fn what_the_guard_has_latched_keeps_it_off() {
    let mut bench: Bench<1> = driving();
    let frozen = code(bench.device.control.config(), -5_000);
    let freeze = |inputs: &mut Inputs<1>| inputs.channels[0].safety.value = Ok(frozen);
    let outputs =
        (0..10).map(|_| bench.tick_with(freeze)).find(|outputs| !told(outputs).is_empty());
    let outputs = outputs.unwrap();
    assert_eq!(told(&outputs), [(0, ended(Actuator::Pump, HandEnd::Denied))]);
    assert!(is_still(&outputs, 0));
    for _ in 0..100 {
        let (outputs, answer) = give(&mut bench, service(0, pump(2_000)));
        assert_eq!(answer, Err(Refusal::FaultActive), "warm again, and latched");
        assert!(is_still(&outputs, 0));
    }
    bench.reset(Role::Clinician, |confirm| Request::ClinicianReset { confirm }).unwrap();
    (0..30).for_each(|_| assert!(is_still(&bench.tick(), 0), "a reset drives nothing"));
    assert!(pumps(&give(&mut bench, service(0, pump(2_000))).0));
}

/// A kink: the trip releases itself in standby, and who renews does not pump against it again.
// req: HND-003, INT-009
#[test]
fn a_kinked_line_ends_it_and_a_renewal_does_not_pump_on() {
    let mut bench: Bench<1> = driving();
    let kinked = |inputs: &mut Inputs<1>| {
        let none = Pulses { edges: 0, window: Duration::from_secs(1) };
        inputs.channels[0].flow = inputs.channels[0].flow.map(|_| none);
    };
    let mut last = None;
    for _ in 0..300 {
        let outputs = tick(&mut bench, &[service(0, pump(2_000))], kinked);
        if let [(0, ByHand::Ended { end, .. })] = told(&outputs)[..] {
            assert_eq!(end, HandEnd::Denied);
            last = Some(bench.now);
            break;
        }
    }
    let ended = last.unwrap();
    while bench.now.since(ended) < millis(1_900) {
        let outputs = tick(&mut bench, &[service(0, pump(2_000))], kinked);
        assert!(is_still(&outputs, 0) && outputs.answers.as_slice()[0].result.is_err());
    }
}

// req: HND-002, INT-008
#[test]
fn an_uncoupled_cap_is_not_pumped_through() {
    let mut bench: Bench<1> = standby();
    let open = |inputs: &mut Inputs<1>| inputs.channels[0].cap.coupled.value = Ok(false);
    (0..30).for_each(|_| drop(bench.tick_with(open)));
    let outputs = tick(&mut bench, &[service(0, pump(2_000))], open);
    assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::FaultActive));
    assert!(is_still(&outputs, 0));
}

/// Asks for the chiller until it is given; for how long that took.
fn chilled(bench: &mut Bench<1>, warm: &impl Fn(&mut Inputs<1>)) -> u64 {
    let since = bench.now;
    loop {
        let chill = service(MACHINE, hand(Actuator::Chiller, HALF, 2_000));
        let outputs = tick(bench, &[chill], warm);
        match outputs.answers.as_slice()[0].result {
            Ok(_) => {
                assert_eq!(outputs.drives.chiller, HALF);
                assert_eq!(told(&outputs), [(0, driven(Actuator::Chiller, HALF))]);
                return bench.now.as_millis() - since.as_millis();
            }
            refused => assert_eq!(refused, Err(Refusal::TooEarly)),
        }
        assert!(outputs.drives.chiller.is_off());
    }
}

// req: HND-002
#[test]
fn a_compressor_stands_before_it_starts_again_and_no_tank_gets_too_cold() {
    let mut bench: Bench<1> = standby();
    let warm = mild(&bench);
    let after_power_up = bench.now.as_millis() + chilled(&mut bench, &warm);
    assert!((180_000..180_300).contains(&after_power_up), "{after_power_up} ms");
    let lease = (0..100).take_while(|_| !bench.tick_with(&warm).drives.chiller.is_off()).count();
    assert_eq!(lease, 19);
    assert!((178_000..=180_200).contains(&chilled(&mut bench, &warm)));
    // As cold as the loop would make it.
    let coldest = bench.device.control.config().coldest_tank.to_milli();
    let cold = code(bench.device.control.config(), coldest - 100);
    let spoil = |inputs: &mut Inputs<1>| inputs.tank.coolant.value = Ok(cold);
    let outputs = bench.tick_with(spoil);
    assert_eq!(told(&outputs), [(0, ended(Actuator::Chiller, HandEnd::Denied))]);
    assert!(outputs.drives.chiller.is_off());
    let chill = service(MACHINE, hand(Actuator::Chiller, HALF, 2_000));
    let outputs = tick(&mut bench, &[chill], spoil);
    assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::FaultActive));
    let blind = |inputs: &mut Inputs<1>| inputs.tank.coolant.value = Err(Fault::Open);
    let outputs = tick(&mut bench, &[chill], blind);
    assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::FaultActive));
}

#[test]
fn the_chiller_by_hand_is_the_guards_like_any_other() {
    let mut bench: Bench<1> = standby();
    let warm = mild(&bench);
    (0..1_900).for_each(|_| drop(bench.tick_with(&warm)));
    let cold = code(bench.device.control.config(), -25_000);
    let spoilt: [fn(&mut Inputs<1>, Ratio); 3] = [
        |inputs, cold| inputs.tank.evaporator.value = Ok(cold),
        |inputs, _| inputs.tank.evaporator.value = Err(Fault::Open),
        |inputs, _| inputs.leak.value = Ok(true),
    ];
    for spoil in spoilt {
        let mut bench = bench.clone();
        let full = service(MACHINE, hand(Actuator::Chiller, Duty::FULL, 2_000));
        let chilled = (0..100).filter(|_| {
            let outputs = tick(&mut bench, &[full], |inputs| {
                warm(inputs);
                spoil(inputs, cold);
            });
            !outputs.drives.chiller.is_off()
        });
        assert!(chilled.count() <= 10, "a second after it was cold, unread, or something leaked");
    }
}

#[test]
fn the_chiller_is_asked_of_the_machine_and_the_rest_of_a_channel() {
    let mut bench: Bench<1> = standby();
    for (channel, actuator) in [
        (0, Actuator::Chiller),
        (1, Actuator::Pump),
        (1, Actuator::Valve),
        (MACHINE, Actuator::Pump),
        (MACHINE, Actuator::Valve),
    ] {
        let (outputs, answer) = give(&mut bench, service(channel, hand(actuator, HALF, 2_000)));
        assert_eq!(answer, Err(Refusal::WrongPhase));
        assert!(is_still(&outputs, 0) && outputs.drives.chiller.is_off());
    }
}

// req: HND-005, CHN-001
#[test]
fn nothing_is_driven_by_hand_beside_a_treatment() {
    let mut bench: Bench<2> = standby();
    bench.bring_neighbour_to(Phase::PreCool);
    let mut alone = bench.clone();
    for number in 0..600 {
        let duty = Duty::from_permille(number + 1);
        let commands = [
            service(0, hand(Actuator::Pump, duty, 2_000)),
            service(0, hand(Actuator::Valve, duty, 2_000)),
            service(MACHINE, hand(Actuator::Chiller, duty, 2_000)),
        ];
        let with = tick(&mut bench, &commands[..usize::from(number % 4)], |_| {});
        let without = alone.tick();
        assert_eq!((with.drives, with.channels), (without.drives, without.channels));
        assert!(with.answers.iter().all(|it| it.result == Err(Refusal::WrongPhase)));
    }
    assert!(!alone.drives.channels[1].pump.is_off());
    // And what is driven ends as the neighbour is selected.
    let mut bench: Bench<2> = driving();
    let select = Request::select(Patient { id: 3, ..PATIENT });
    let wish = Command { role: Role::Nurse, ..service(1, Action::Request(select)) };
    let outputs = tick(&mut bench, &[wish], |_| {});
    assert_eq!(told(&outputs), [(0, ended(Actuator::Pump, HandEnd::Begun))]);
    assert!(!pumps(&outputs));
}

/// The socket has no room for two pumps beside the chiller.
fn tight() -> Config {
    let mains = MainsBudget { limit_w: 500, rest_w: 100, pump_w: 50, chiller_w: 400 };
    Config { mains, ..Config::unsecured_bench() }
}

// req: CHN-004
#[test]
fn what_is_driven_by_hand_stays_within_the_mains() {
    let mut bench: Bench<2> = standing(tight());
    let warm = mild(&bench);
    (0..1_900).for_each(|_| drop(bench.tick_with(&warm)));
    let commands = [
        service(0, pump(2_000)),
        service(1, pump(2_000)),
        service(MACHINE, hand(Actuator::Chiller, Duty::FULL, 2_000)),
    ];
    let outputs = tick(&mut bench, &commands, &warm);
    assert!(outputs.answers.iter().all(|answer| answer.result.is_ok()), "{:?}", outputs.answers);
    // 500 W less 100 W and two pumps of 50 W, of 400 W.
    assert_eq!(outputs.drives.chiller.to_permille(), 750);
    assert_eq!(outputs.drives.channels.map(|it| it.pump), [HALF; 2]);
    // The chiller is the machine's: both records tell of it.
    let chiller = driven(Actuator::Chiller, Duty::FULL);
    assert!([0, 1].iter().all(|channel| told(&outputs).contains(&(*channel, chiller))));
    // A session at either channel has the machine to itself.
    let select = Request::select(PATIENT);
    let wish = Command { role: Role::Nurse, ..service(1, Action::Request(select)) };
    let outputs = tick(&mut bench, &[wish], &warm);
    assert_eq!(outputs.drives, Drives { permit: true, ..Drives::default() });
}

/// A session does not start into coolant that a hand has just moved, with a meter or without one.
// req: HND-006, SES-029
#[test]
fn a_session_waits_until_what_was_driven_stands() {
    for metered in [true, false] {
        let blind = |inputs: &mut Inputs<1>| {
            let line = &mut inputs.channels[0];
            if !metered {
                line.flow = Reading::absent();
            }
        };
        let mut bench: Bench<1> = Bench::new();
        for _ in 0..200 {
            bench.tick_with(blind);
        }
        assert_eq!(bench.phase(), Phase::Standby);
        let mut untouched = bench.clone();
        (0..100).for_each(|_| drop(tick(&mut bench, &[service(0, pump(200))], blind)));
        (0..100).for_each(|_| drop(untouched.tick_with(blind)));
        let prepared = |bench: &mut Bench<1>| {
            for request in [Request::select(PATIENT), Request::ChoosePlan(PLAN), Request::Start] {
                let command = bench.command(0, Action::Request(request));
                let outputs = tick(bench, &[command], blind);
                let answer = outputs.answers.as_slice()[0].result;
                bench.tick_with(blind);
                if request == Request::Start {
                    return answer;
                }
                assert_eq!(answer, Ok(Accepted::Done));
            }
            unreachable!()
        };
        assert_eq!(prepared(&mut untouched), Ok(Accepted::Done));
        let began = bench.now;
        assert_eq!(prepared(&mut bench), Err(Refusal::NotTested));
        let start = loop {
            let command = bench.command(0, Action::Request(Request::Start));
            let outputs = tick(&mut bench, &[command], blind);
            if outputs.answers.as_slice()[0].result.is_ok() {
                break bench.now;
            }
        };
        let waited = start.since(began).as_millis();
        assert!((4_500..6_000).contains(&waited), "{waited} ms");
    }
}

/// Loops and watches are as if nothing had been driven: nothing has wound up, and nothing trips.
// req: HND-006
#[test]
fn a_treatment_after_it_is_the_treatment_without_it() {
    let mut bench: Bench<1> = standby();
    let mut alone = bench.clone();
    for number in 0..1_200_u16 {
        let commands = [
            service(0, hand(Actuator::Pump, Duty::FULL, 1_000)),
            service(0, hand(Actuator::Valve, Duty::from_permille(number % 1_001), 1_000)),
        ];
        let outputs = tick(&mut bench, &commands, |_| {});
        assert!(outputs.answers.iter().all(|answer| answer.result.is_ok()));
        alone.tick();
    }
    bench.run(10);
    alone.run(10);
    let tripped = |bench: &Bench<1>| {
        let [channel] = bench.device.control.checkpoint().channels;
        channel.state.interlock.latched()
    };
    assert_eq!(tripped(&bench), tripped(&alone));
    for bench in [&mut bench, &mut alone] {
        for request in [
            Request::select(PATIENT),
            Request::ChoosePlan(PLAN),
            Request::Start,
            Request::Worn(true),
        ] {
            bench.ask(request).unwrap();
            bench.tick();
        }
    }
    for _ in 0..6_000 {
        let (with, without) = (bench.tick(), alone.tick());
        assert_eq!(with.drives, without.drives);
        assert_eq!(with.channels[0].phase, without.channels[0].phase);
        assert_eq!(with.machine.alarms, without.machine.alarms);
    }
    assert!(pumps(&bench.tick()));
}
