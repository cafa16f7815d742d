//! Attempts to break driving by hand.
#![allow(
    missing_docs,
    dead_code,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    unused_imports,
    unused_variables,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]
mod bench;
use bench::hand::*;
use bench::{Bench, HEAD, PATIENT, PLAN, code, control_of, is_still};

use coldcap::*;
use coldcap_session::{Accepted, HandEnd, Refusal, Request, Role};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps};
use coldcap_wire::message::{Actuate, Actuator as WireActuator, CommandHead, TimeAsk};

fn phase_of<const N: usize>(b: &Bench<N>, i: usize) -> Phase {
    b.device.control.checkpoint().channels[i].state.session.phase()
}

/// 1: the cap is on the head (FitVerify needs worn), the visit is cancelled: standby, worn forgotten.
#[test]
fn a1_cancelled_fit_visit_leaves_the_cap_on_a_head_and_it_is_driven() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::FitVerify);
    bench.ask(Request::Cancel).unwrap();
    assert_eq!(bench.phase(), Phase::Standby);
    bench.run(3);
    let full = |a| service(0, hand(a, Duty::FULL, 2_000));
    let outputs = tick(&mut bench, &[full(Actuator::Pump), full(Actuator::Valve)], |_| {});
    println!("answers {:?} drives {:?}", outputs.answers, outputs.drives);
    assert!(is_still(&outputs, 0), "driven onto a worn cap");
}

/// 1b: the same from setup, where the cap was marked as worn.
#[test]
fn a1b_cancelled_setup() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::Setup);
    bench.ask(Request::Worn(true)).unwrap();
    bench.ask(Request::Cancel).unwrap();
    bench.run(3);
    let (outputs, answer) = give(&mut bench, service(0, hand(Actuator::Valve, Duty::FULL, 2_000)));
    println!("{answer:?}");
    assert!(is_still(&outputs, 0));
}

/// 2: power goes for a second in the contact test, the cap on the head.
#[test]
fn a2_power_gap_in_a_fit_visit_leaves_the_cap_on_a_head_and_it_is_driven() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::FitVerify);
    let checkpoint = bench.device.control.checkpoint();
    bench.device =
        Device::restored(Config::unsecured_bench(), &checkpoint, Some(Duration::from_secs(1)));
    bench.drives = Drives::default();
    bench.until(Phase::Standby);
    bench.run(3);
    let (outputs, answer) = give(&mut bench, service(0, hand(Actuator::Pump, Duty::FULL, 2_000)));
    println!("{answer:?}");
    assert!(is_still(&outputs, 0), "driven onto a worn cap");
}

fn reported<const N: usize>() -> Bench<N> {
    let mut bench: Bench<N> = Bench::new();
    bench.bring_to(Phase::PreCool);
    bench.ask(Request::Stop).unwrap();
    for confirm in [false, true] {
        bench.ask(Request::EndSession { reason: 1, confirm }).unwrap();
    }
    bench.until(Phase::CapOff);
    let open = |inputs: &mut Inputs<N>| inputs.channels[0].cap.coupled.value = Ok(false);
    (0..30).for_each(|_| drop(bench.tick_with(open)));
    let command = bench.command(0, Action::Request(Request::ConfirmRemoved));
    tick(&mut bench, &[command], open);
    assert_eq!(bench.phase(), Phase::Report);
    bench.run(5);
    bench
}

/// 3: restart in the report: driven in the very first tick, before any self-test, with a failing machine.
#[test]
fn a3_restart_in_report_drives_before_the_self_test() {
    let mut bench = reported::<1>();
    let checkpoint = bench.device.control.checkpoint();
    bench.device =
        Device::restored(Config::unsecured_bench(), &checkpoint, Some(Duration::from_secs(60)));
    bench.drives = Drives::default();
    // The cap is where it was taken off to: uncoupled; and the level is low.
    let spoil = |i: &mut Inputs<1>| {
        i.channels[0].cap.coupled.value = Ok(false);
    };
    let outputs = tick(&mut bench, &[service(0, pump(2_000))], spoil);
    println!("{:?} phase {:?}", outputs.answers, bench.phase());
    let mut n = usize::from(pumps(&outputs));
    while pumps(&bench.tick_with(spoil)) {
        n += 1;
    }
    println!("pumped {n} ticks through an open coupling");
    assert_eq!(n, 0);
}

#[test]
fn a3b_restart_in_report_drives_with_a_failed_self_test() {
    let mut bench = reported::<1>();
    let checkpoint = bench.device.control.checkpoint();
    bench.device =
        Device::restored(Config::unsecured_bench(), &checkpoint, Some(Duration::from_secs(60)));
    bench.drives = Drives::default();
    let spoil = |i: &mut Inputs<1>| {
        i.channels[0].returned.value = Err(Fault::Open);
        i.tank.coolant.value = Err(Fault::Open)
    };
    (0..1_200).for_each(|_| drop(bench.tick_with(spoil)));
    let outputs = bench.tick_with(spoil);
    println!("phase {:?} alarms {:?}", bench.phase(), outputs.machine.alarms);
    let outputs = tick(&mut bench, &[service(0, pump(2_000))], spoil);
    println!("{:?}", outputs.answers);
    assert!(is_still(&outputs, 0), "driven by a machine whose self-test has failed");
}

/// 4: one tick of a hand, and a visit that begins in the next: coolant moves.
#[test]
fn a4_a_fit_visit_starts_into_coolant_that_moved_in_the_tick_before() {
    let mut bench: Bench<1> = standby();
    bench.run(10);
    let (o, a) = give(&mut bench, service(0, hand(Actuator::Pump, Duty::FULL, 2_000)));
    assert!(a.is_ok() && pumps(&o));
    let cs: Vec<_> = [Request::select(PATIENT), Request::StartFit, Request::Measure(HEAD)]
        .map(|r| bench.command(0, Action::Request(r)))
        .into();
    let outputs = tick(&mut bench, &cs, |_| {});
    println!(
        "{:?} -> {:?} pump {:?}",
        outputs.answers,
        bench.phase(),
        outputs.drives.channels[0].pump
    );
    assert_ne!(bench.phase(), Phase::FitCalibrate, "started into moving coolant");
}

/// 5b: with a tick on time between, and a treatment.
#[test]
fn a5b_late_tick_then_a_normal_session() {
    let blind = |i: &mut Inputs<1>| i.channels[0].flow = coldcap_units::Reading::absent();
    let mut bench: Bench<1> = standby();
    (0..100).for_each(|_| drop(bench.tick_with(blind)));
    let full = |a| service(0, hand(a, Duty::FULL, 1_050));
    tick(&mut bench, &[full(Actuator::Pump), full(Actuator::Valve)], blind);
    bench.now = bench.now.plus(millis(950));
    bench.tick_with(blind);
    let mut waited = 0;
    for r in [Request::select(PATIENT), Request::ChoosePlan(PLAN), Request::Start] {
        loop {
            let c = bench.command(0, Action::Request(r));
            let o = tick(&mut bench, &[c], blind);
            if o.answers.as_slice()[0].result.is_ok() {
                break;
            }
            println!("{r:?} {:?}", o.answers.as_slice()[0].result);
            waited += 1;
            assert!(waited < 100);
        }
    }
    assert!(waited > 30, "started {waited} ticks after full valve and pump");
}

/// 7: a command that waited behind a stalled tick is carried out past its deadline, and past the two seconds after a stop.
#[test]
fn a7_deadline_is_not_looked_at_when_it_is_handed_over() {
    for stall in [1_500u32, 2_500, 3_400] {
        let (mut bench, mut host) = bench::host::standby::<1>();
        bench.run(3);
        host.say(&mut bench, &bench::host::hello());
        host.hear(&mut bench);
        let ask = TimeAsk { asked_us: 1, heard_us: bench.now.as_millis() * 1_000 };
        host.say(&mut bench, &ask);
        host.hear(&mut bench);
        let deadline = (bench.now.as_millis() + 1_000) as u16;
        let head = CommandHead { deadline, ..CommandHead::new(7, 0) };
        // A stop at the panel, and a renewal that is on its way.
        bench.tick_with(|i| i.panel.stop = true);
        host.say(
            &mut bench,
            &Actuate { head, actuator: WireActuator::PUMP, drive_permille: 500, lease_ms: 2_000 },
        );
        bench.now = bench.now.plus(millis(stall - 100));
        let outputs = bench.tick();
        println!("stall {stall}: {:?} {:?}", outputs.answers, host.answers(&mut bench));
        assert!(is_still(&outputs, 0), "done {stall} ms after it came, with a deadline of 1 s");
    }
}

/// 8: the records of random hands fold to the live state, and the sums do.
#[test]
fn a8_records_fold_to_the_live_state() {
    use bench::dice::Dice;
    use coldcap_session::record::{Entry, fold, verify};
    for seed in 0..40 {
        let mut bench: Bench<2> = Bench::new();
        let mut dice = Dice::new(seed);
        let mut all: Vec<Entry> = vec![];
        for n in 0..700 {
            let mut input = bench.next_input();
            if n > 120 {
                for _ in 0..dice.roll(5) {
                    let act = dice.pick(&Actuator::ALL);
                    let ch = if act == Actuator::Chiller { MACHINE } else { dice.pick(&[0, 1]) };
                    let lease = dice.pick(&[0, 0, 100, 300, 2_000]);
                    let duty = dice.pick(&[Duty::OFF, HALF, Duty::FULL, Duty(1)]);
                    let c = match dice.roll(8) {
                        0 => {
                            let request = dice.request();
                            Command {
                                role: dice.pick(&Role::ALL),
                                ..service(dice.pick(&[0, 1]), Action::Request(request))
                            }
                        }
                        1 => service(dice.pick(&[0, 1]), Action::Fact(dice.fact())),
                        _ => service(ch, hand(act, duty, lease)),
                    };
                    input.commands.list.push(c);
                }
                input.inputs.panel.stop = dice.once_in(40);
                input.inputs.panel.acknowledge = dice.once_in(3);
            }
            let o = bench.feed(&input);
            all.extend(o.entries.iter().map(|e| Entry::from_bytes(&e.0)));
            if dice.once_in(300) {
                let cp = bench.device.control.checkpoint();
                all.extend(bench.device.control.held_entries().map(|e| Entry::from_bytes(&e.0)));
                bench.device =
                    Device::restored(Config::unsecured_bench(), &cp, Some(Duration::from_secs(1)));
                bench.drives = Drives::default();
            }
        }
        let cp = bench.device.control.checkpoint();
        all.extend(bench.device.control.held_entries().map(|e| Entry::from_bytes(&e.0)));
        let config = bench.device.control.config().session;
        for ch in 0..2u8 {
            let entries: Vec<Entry> = all.iter().filter(|e| e.channel == ch).copied().collect();
            verify(&entries).unwrap_or_else(|e| panic!("seed {seed} ch {ch}: {e:?}"));
            let folded = fold(&entries, &config).unwrap();
            let live = cp.channels[ch as usize].state.session;
            assert_eq!(folded.phase(), live.phase(), "seed {seed}");
            assert_eq!(
                (folded.patient(), folded.trip(), folded.is_worn()),
                (live.patient(), live.trip(), live.is_worn())
            );
        }
    }
}

/// 9: the record under the worst of hands: many channels, each tick four changes, the key held and let go.
#[test]
fn a9_no_entry_is_lost_on_eight_channels() {
    use coldcap_session::record::{Entry, verify};
    let mut bench: Bench<8> = Bench::new();
    let mut all: Vec<Entry> = vec![];
    let keep = |o: &Outputs<8>, all: &mut Vec<Entry>| {
        all.extend(o.entries.iter().map(|e| Entry::from_bytes(&e.0)))
    };
    for _ in 0..2_000 {
        let o = tick(&mut bench, &[], |i| mild8(i));
        keep(&o, &mut all);
    }
    let mut most = 0;
    for n in 0..3_000u32 {
        let d = |k: u32| Duty((n * 7 + k * 13 + 1) as u16);
        let cs = match n % 3 {
            0 => [0, 1, 2, 3].map(|k| service(MACHINE, hand(Actuator::Chiller, d(k), 2_000))),
            1 => [0, 1, 2, 3].map(|k| {
                service(
                    0,
                    hand(if k % 2 == 0 { Actuator::Pump } else { Actuator::Valve }, d(k), 2_000),
                )
            }),
            _ => [0, 1, 2, 3].map(|k| {
                if k < 3 {
                    service(k as u8, Action::Fact(coldcap_session::Fact::Comfort(200)))
                } else {
                    service(MACHINE, Action::Request(Request::Stop))
                }
            }),
        };
        let o = tick(&mut bench, &cs, |i| {
            mild8(i);
            i.panel.acknowledge = n % 2 == 0;
            i.panel.stop = n % 300 == 299;
        });
        keep(&o, &mut all);
        most = most.max(bench.device.control.held_entries().count());
    }
    for _ in 0..200 {
        let o = tick(&mut bench, &[], |i| mild8(i));
        keep(&o, &mut all);
    }
    println!("most waiting {most}, {} entries", all.len());
    for ch in 0..8u8 {
        let e: Vec<Entry> = all.iter().filter(|e| e.channel == ch).copied().collect();
        verify(&e).unwrap();
    }
}
fn mild8(_: &mut Inputs<8>) {}

/// 10: a hand moves the chiller into a cold evaporator, or one that cannot be read.
#[test]
fn a10_evaporator() {
    let mut bench: Bench<1> = standby();
    let warm = mild(&bench);
    (0..1_900).for_each(|_| drop(bench.tick_with(&warm)));
    let cold = code(bench.device.control.config(), -25_000);
    let mut ran = vec![];
    for value in [Ok(cold), Err(Fault::Open)] {
        let mut b = bench.clone();
        let spoil = |i: &mut Inputs<1>| {
            warm(i);
            i.tank.evaporator.value = value;
        };
        let mut n = 0;
        for _ in 0..100 {
            let o = tick(
                &mut b,
                &[service(MACHINE, hand(Actuator::Chiller, Duty::FULL, 2_000))],
                spoil,
            );
            n += usize::from(!o.drives.chiller.is_off());
        }
        ran.push(n);
    }
    // A level that is low, and one lost.
    for what in 0..3 {
        let mut b = bench.clone();
        let spoil = |i: &mut Inputs<1>| {
            warm(i);
            match what {
                0 => i.tank.level.value = Ok(false),
                1 => i.leak.value = Ok(true),
                _ => i.mains.value = Ok(false),
            }
        };
        let mut n = 0;
        for _ in 0..200 {
            let o = tick(
                &mut b,
                &[
                    service(MACHINE, hand(Actuator::Chiller, Duty::FULL, 2_000)),
                    service(0, pump(2_000)),
                ],
                spoil,
            );
            n += usize::from(!o.drives.chiller.is_off());
        }
        ran.push(n);
    }
    println!("ticks of chiller: evaporator cold, unread, level low, leak, no mains: {ran:?}");
}

/// 11: self-test anew after a service reset in standby.
#[test]
fn a11_service_reset_in_standby() {
    let mut bench: Bench<1> = driving();
    let on = |i: &mut Inputs<1>| i.channels[0].pump_current.value = Ok(MilliAmps(800));
    (0..200).for_each(|_| drop(bench.tick_with(on)));
    println!("phase {:?}", bench.phase());
    bench.run(10);
    let a = bench.reset(Role::Service, |confirm| Request::ServiceReset { confirm });
    println!("reset {a:?} -> {:?}", bench.phase());
    let (o, a) = give(&mut bench, service(0, pump(2_000)));
    println!("driven at once {a:?} {:?}", o.drives.channels[0].pump);
    let _ = (HandEnd::Asked, Accepted::Done, Refusal::NotTested, Instant::ZERO, control_of(&bench));
}

/// 13: the very first tick after power came back, in the report: no self-test yet.
#[test]
fn b2_first_tick_in_report() {
    let mut bench = reported::<1>();
    let checkpoint = bench.device.control.checkpoint();
    bench.device =
        Device::restored(Config::unsecured_bench(), &checkpoint, Some(Duration::from_secs(60)));
    bench.drives = Drives::default();
    let (outputs, answer) = give(&mut bench, service(0, pump(2_000)));
    println!("{answer:?}");
    assert!(is_still(&outputs, 0), "driven in the first tick after power came back");
}

/// 14: with a meter.
#[test]
fn b3_late_ticks_with_a_meter() {
    let mut bench: Bench<1> = standby();
    bench.run(10);
    for _ in 0..10 {
        let full = |a| service(0, hand(a, Duty::FULL, 1_050));
        let outputs = tick(&mut bench, &[full(Actuator::Pump), full(Actuator::Valve)], |_| {});
        assert!(pumps(&outputs));
        bench.now = bench.now.plus(millis(950));
    }
    // Ten and a half seconds of full pump and valve, and now a visit.
    let cs: Vec<_> = [Request::select(PATIENT), Request::StartFit, Request::Measure(HEAD)]
        .map(|r| bench.command(0, Action::Request(r)))
        .into();
    let outputs = tick(&mut bench, &cs, |_| {});
    println!("{:?} -> {:?}", outputs.answers, bench.phase());
    assert_ne!(bench.phase(), Phase::FitCalibrate, "started into moving coolant");
}

#[test]
fn b4_deadline_by_service() {
    let mut held = vec![];
    for (stop, stall) in
        [(false, 1_500u32), (false, 3_400), (true, 1_500), (true, 2_500), (true, 3_400)]
    {
        let config = Config {
            access: LinkAccess::UnsecuredBench { role: Role::Service },
            ..Config::unsecured_bench()
        };
        let mut bench: Bench<1> = Bench::with(config);
        bench.until(Phase::Standby);
        bench.run(3);
        let mut host = bench::host::Host::default();
        host.say(&mut bench, &bench::host::hello());
        host.hear(&mut bench);
        let ask = TimeAsk { asked_us: 1, heard_us: bench.now.as_millis() * 1_000 };
        host.say(&mut bench, &ask);
        host.hear(&mut bench);
        let deadline = (bench.now.as_millis() + 1_000) as u16;
        let head = CommandHead { deadline, ..CommandHead::new(7, 0) };
        if stop {
            bench.tick_with(|i| i.panel.stop = true);
        }
        host.say(
            &mut bench,
            &Actuate { head, actuator: WireActuator::PUMP, drive_permille: 500, lease_ms: 2_000 },
        );
        bench.now = bench.now.plus(millis(stall - 100));
        let outputs = bench.tick();
        println!(
            "stop {stop} stall {stall}: {:?} {:?} {:?}",
            outputs.answers,
            outputs.drives.channels[0].pump,
            host.answers(&mut bench)
        );
        if !is_still(&outputs, 0) {
            held.push((stop, stall));
        }
    }
    assert!(held.is_empty(), "done past its deadline of 1 s: {held:?}");
}

/// 16: two channels, all conditions random: the neighbour in treatment is bit-identical whatever valve and pump do, over phases.
#[test]
fn b6_neighbour_bit_identical_over_whole_treatment() {
    for phase in [Phase::FitCheck, Phase::PreCool] {
        let mut bench: Bench<2> = standby();
        if phase == Phase::PreCool {
            bench.bring_neighbour_to(phase);
        } else {
            for r in [
                Request::select(coldcap_session::Patient { id: 9, ..PATIENT }),
                Request::ChoosePlan(PLAN),
            ] {
                let c = bench.command(1, Action::Request(r));
                tick(&mut bench, &[c], |_| {});
            }
        }
        let mut alone = bench.clone();
        let mut dice = bench::dice::Dice::new(5);
        for n in 0..6_000 {
            let neighbour: Option<Command> = (n % 97 == 5).then(|| {
                let r = match n / 97 % 6 {
                    0 => Request::Start,
                    1 => Request::Worn(true),
                    2 => Request::Pause(1),
                    3 => Request::Resume { reason: 1, confirm: false },
                    4 => Request::Resume { reason: 1, confirm: true },
                    _ => Request::EaseOff,
                };
                Command { role: Role::Clinician, ..service(1, Action::Request(r)) }
            });
            let mut cs = vec![];
            for _ in 0..dice.roll(4) {
                let act = dice.pick(&Actuator::ALL);
                let ch = if act == Actuator::Chiller { MACHINE } else { 0 };
                cs.push(service(
                    ch,
                    hand(act, Duty(dice.roll(65_536) as u16), dice.pick(&[0, 100, 2_000])),
                ));
            }
            let mut with_cs = cs;
            with_cs.extend(neighbour);
            let with = tick(&mut bench, &with_cs, |_| {});
            let alone_cs: Vec<_> = neighbour.into_iter().collect();
            let without = tick(&mut alone, &alone_cs, |_| {});
            assert_eq!(
                (with.drives.channels[1], with.drives.chiller, with.drives.permit),
                (without.drives.channels[1], without.drives.chiller, without.drives.permit),
                "{n}"
            );
            assert_eq!(with.channels[1], without.channels[1], "{n}");
        }
    }
}

/// c1: a service trip in standby (a pump that ran on behind a hand), reset by service with a tank that is low: SES-031.
#[test]
fn c1_what_service_lets_go_on_in_standby_is_not_tested_as_at_power_up() {
    let low = |i: &mut Inputs<1>| i.tank.level.value = Ok(false);
    let mut bench: Bench<1> = driving();
    let on = |i: &mut Inputs<1>| i.channels[0].pump_current.value = Ok(MilliAmps(800));
    (0..200).for_each(|_| drop(bench.tick_with(on)));
    let trip = bench.device.control.checkpoint().channels[0].state.session.trip();
    println!("phase {:?} trip {trip:?}", bench.phase());
    (0..200).for_each(|_| drop(bench.tick_with(low)));
    let mut last = None;
    for confirm in [false, true] {
        let c = bench.command_as(Role::Service, Action::Request(Request::ServiceReset { confirm }));
        last = Some(tick(&mut bench, &[c], low).answers.as_slice()[0].result);
    }
    println!("reset {last:?} -> {:?}", bench.phase());
    (0..300).for_each(|_| drop(bench.tick_with(low)));
    let phase = bench.phase();
    let mut a = vec![];
    for r in [Request::select(PATIENT), Request::ChoosePlan(PLAN), Request::Start] {
        let c = bench.command(0, Action::Request(r));
        a.push(tick(&mut bench, &[c], low).answers.as_slice()[0].result);
        bench.tick_with(low);
    }
    println!("{phase:?} {a:?} -> {:?}", bench.phase());
    assert!(
        a.last().unwrap().is_err(),
        "started on a machine that would have failed its self-test"
    );
}

/// c2: the first tick behind the self-test of power-up: nobody asks whether coolant stands.
#[test]
fn c2_a_visit_in_the_first_tick_behind_boot_starts_into_moving_coolant() {
    let mut bench: Bench<1> = driving();
    let cp = bench.device.control.checkpoint();
    bench.device =
        Device::restored(Config::unsecured_bench(), &cp, Some(Duration::from_millis(100)));
    bench.drives = Drives::default();
    for n in 0..300 {
        let cs: Vec<_> = [Request::select(PATIENT), Request::StartFit, Request::Measure(HEAD)]
            .map(|r| bench.command(0, Action::Request(r)))
            .into();
        let _ = tick(&mut bench, &cs, |i| {
            i.channels[0].flow.value =
                Ok(coldcap_units::Pulses { edges: 167, window: Duration::from_secs(1) })
        });
        assert_ne!(bench.phase(), Phase::FitCalibrate, "after {n} ticks, and coolant never stood");
    }
}

/// c3: in the report after power came back: driven before the self-test.
#[test]
fn c3_second_tick_in_report() {
    let mut bench = reported::<1>();
    let checkpoint = bench.device.control.checkpoint();
    bench.device =
        Device::restored(Config::unsecured_bench(), &checkpoint, Some(Duration::from_secs(60)));
    bench.drives = Drives::default();
    for n in 0..49 {
        let (outputs, _) = give(&mut bench, service(0, pump(2_000)));
        assert!(
            is_still(&outputs, 0),
            "driven {n} ticks after power came back; the self-test takes 50"
        );
    }
}

/// c4: warming is over and nobody has said that the cap is off: one reading of the switch that fails.
#[test]
fn c4_a_flicker_of_the_switch_frees_a_cap_that_is_on_a_head() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    bench.ask(Request::Stop).unwrap();
    for confirm in [false, true] {
        bench.ask(Request::EndSession { reason: 1, confirm }).unwrap();
    }
    bench.until(Phase::CapOff);
    bench.tick_with(|i| i.channels[0].cap.coupled.value = Err(Fault::Unavailable));
    println!("{:?}", bench.phase());
    bench.run(3);
    let (outputs, a) = give(&mut bench, service(0, pump(2_000)));
    println!("{a:?}");
    assert!(is_still(&outputs, 0));
}

/// c5: the pump by hand beside a treatment: a line that leaks, or a hand that makes a condition, at the neighbour.
#[test]
fn c5_a_fit_visit_cancel_lasts_and_what_temperature_it_gets() {
    // How long may it be kept up on the worn cap.
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::FitVerify);
    bench.ask(Request::Cancel).unwrap();
    bench.run(3);
    let full = |a| service(0, hand(a, Duty::FULL, 2_000));
    let n = (0..6_000)
        .filter(|_| {
            let o = tick(&mut bench, &[full(Actuator::Pump), full(Actuator::Valve)], |_| {});
            pumps(&o) && !o.drives.channels[0].valve.is_off()
        })
        .count();
    println!("{n} of 6000 ticks");
    assert_eq!(n, 0);
}
