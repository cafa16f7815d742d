//! What the machine records of its alarms, what it sounds, and what a loss of power leaves of them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use coldcap::{Action, Drives, Inputs, Outputs, Phase};
use coldcap_guard::alarm::{AUDIO_PAUSE, Priority};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::Refusal;
use coldcap_session::record::{Entry, Fields, Kind};
use coldcap_units::{Duration, MilliAmps, Ratio, Reading};

/// The alarm entries of one channel in these outputs.
fn alarms_of<const CHANNELS: usize>(outputs: &Outputs<CHANNELS>, channel: u8) -> Vec<Fields> {
    let entries = outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0));
    let alarms = entries.filter(|entry| entry.fields.kind == Kind::ALARM);
    alarms.filter(|entry| entry.channel == channel).map(|entry| entry.fields).collect()
}

fn alarms(outputs: &Outputs<1>) -> Vec<Fields> {
    alarms_of(outputs, 0)
}

fn rose(condition: Condition, priority: Priority, value: u64, limit: u64) -> Fields {
    let code = u16::from(condition.code());
    let fields = Fields::new(Kind::ALARM, code, 1, i32::from(priority.code()));
    Fields { c: value, d: limit, ..fields }
}

fn remark(stage: i32, priority: Priority, set: &[Condition]) -> Fields {
    let fields = Fields::new(Kind::ALARM, 0, stage, i32::from(priority.code()));
    Fields { c: Conditions::of(set).bits(), ..fields }
}

fn cooling() -> Bench<1> {
    let mut bench = Bench::new();
    bench.bring_to(Phase::PreCool);
    bench.run(10);
    bench
}

/// Ticks with spoilt inputs until an alarm stands in the record.
fn until_logged(bench: &mut Bench<1>, spoil: impl Fn(&mut Inputs<1>)) -> Vec<Fields> {
    let ticks = (0..200).map(|_| alarms(&bench.tick_with(&spoil)));
    ticks.into_iter().find(|found| !found.is_empty()).unwrap()
}

#[test]
fn al_13_value_and_limit_stand_in_the_record_where_there_are_any() {
    let mut bench = cooling();
    let (raw, flow) = {
        let limits = bench.device.control.config().limits;
        (*limits.raw(), *limits.flow())
    };
    let near = u64::from(raw.freeze_near.0);
    let found = until_logged(&mut bench, |inputs| {
        let code = Ratio(raw.freeze_near.0 + 65_536);
        inputs.channels[0].safety = inputs.channels[0].safety.map(|_| code);
    });
    let expected = rose(Condition::FreezeNear, Priority::Medium, near + 65_536, near);
    assert_eq!(found, [expected]);

    let mut bench = cooling();
    let found = until_logged(&mut bench, |inputs| {
        let flow = inputs.channels[0].flow;
        inputs.channels[0].flow = flow.map(|pulses| coldcap_units::Pulses { edges: 3, ..pulses });
    });
    let least = 1_000_000 * u64::from(flow.minimum_flow.edges);
    let least = least / u64::from(flow.minimum_flow.window.as_millis());
    assert_eq!(found[0], rose(Condition::FlowLost, Priority::Medium, 3_000, least));

    let mut bench = cooling();
    let found = until_logged(&mut bench, |inputs| {
        inputs.channels[0].pump_current = inputs.channels[0].pump_current.map(|_| MilliAmps(7));
    });
    let least = u64::from(flow.minimum_pump_current.0);
    assert_eq!(found[0], rose(Condition::PumpStopped, Priority::Medium, 7, least));

    // A switch has no number.
    let mut bench = cooling();
    let found = until_logged(&mut bench, |inputs| {
        inputs.leak = inputs.leak.map(|_| true);
    });
    assert_eq!(found[0], rose(Condition::Leak, Priority::High, 0, 0));
}

// req: CHN-001
#[test]
fn al_13_a_neighbours_alarm_does_not_stand_in_a_patients_record() {
    let mut bench: Bench<2> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let near = bench.device.control.config().limits.raw().freeze_near;
    for _ in 0..100 {
        let outputs = bench.tick_with(|inputs| {
            inputs.channels[0].safety = inputs.channels[0].safety.map(|_| near);
        });
        let [own, other] = [0, 1].map(|channel| alarms_of(&outputs, channel));
        if let [own] = own[..] {
            assert_eq!(
                own,
                rose(Condition::FreezeNear, Priority::Medium, near.0.into(), near.0.into())
            );
            assert_eq!(other, []);
            return;
        }
    }
    panic!("no alarm");
}

// req: ALM-013
#[test]
fn al_13_keys_and_their_ends_stand_in_the_record() {
    let mut bench = cooling();
    let dark = |inputs: &mut Inputs<1>| inputs.mains = inputs.mains.map(|_| false);
    until_logged(&mut bench, dark);
    let mains = [Condition::MainsLost];
    let press = bench.tick_with(|inputs| {
        dark(inputs);
        inputs.panel.audio_pause = true;
    });
    assert_eq!(alarms(&press), [remark(7, Priority::Medium, &mains)]);
    assert_eq!(press.machine.sounding, Priority::None);
    let press = bench.tick_with(|inputs| {
        dark(inputs);
        inputs.panel.acknowledge = true;
    });
    // Nothing is left to pause, and the log says that too.
    let expected = [remark(3, Priority::Medium, &mains), remark(8, Priority::Medium, &mains)];
    assert_eq!(alarms(&press), expected);
    let again = until_again(&mut bench, dark);
    assert_eq!(again, [remark(4, Priority::Medium, &mains)]);
    let cleared = alarms(&bench.tick());
    assert_eq!((cleared.len(), cleared[0].a, cleared[0].code), (1, 0, 14));
}

/// Five minutes of silence in which each minute has its reminder; what is logged at their end.
fn until_again(bench: &mut Bench<1>, spoil: impl Fn(&mut Inputs<1>)) -> Vec<Fields> {
    let mut reminded = 0;
    for tick in 1..=3_000 {
        let outputs = bench.tick_with(&spoil);
        if outputs.machine.sounding == Priority::Medium {
            reminded += 1;
        }
        let found = alarms(&outputs);
        if !found.is_empty() {
            assert!(tick >= 2_998, "{tick}");
            assert!((160..=240).contains(&reminded), "{reminded} ticks of reminder");
            return found;
        }
    }
    panic!("it never sounded again");
}

#[test]
fn al_13_an_alarm_that_an_acknowledgement_ends_is_logged_as_ended() {
    let mut bench = cooling();
    // One control sensor is an alarm that latches and no trip.
    let blind = |inputs: &mut Inputs<1>| {
        let at = inputs.channels[0].front.taken;
        inputs.channels[0].front = Reading::faulty(coldcap_units::Fault::Open, at);
    };
    until_logged(&mut bench, blind);
    let over = bench.tick();
    assert!(over.machine.alarms.contains(Condition::FrontSensor));
    let press = bench.tick_with(|inputs| inputs.panel.acknowledge = true);
    let stages: Vec<_> = alarms(&press).iter().map(|fields| (fields.a, fields.code)).collect();
    assert!(stages.starts_with(&[(0, 4)]) && stages.contains(&(3, 0)), "{stages:?}");
    assert!(!press.machine.alarms.contains(Condition::FrontSensor));
}

// req: ALM-011
#[test]
fn a_press_that_reaches_nothing_is_refused_in_its_own_words() {
    // Where a limit on waiting runs a press does something: it says that somebody is there.
    let mut bench = Bench::new();
    bench.bring_to(Phase::Setup);
    let answers = |bench: &mut Bench<1>| {
        let both = [Action::AcknowledgeAlarms, Action::PauseAudio];
        both.map(|action| bench.act(&[action]).answers.as_slice()[0].result)
    };
    let nothing = [Err(Refusal::NothingToAcknowledge), Err(Refusal::NothingToPause)];
    assert_eq!(answers(&mut bench), nothing);
    let dark = |inputs: &mut Inputs<1>| inputs.mains = inputs.mains.map(|_| false);
    until_logged(&mut bench, dark);
    // What was acknowledged can be again, but no longer sounds: there is nothing to pause.
    let done = Ok(coldcap_session::Accepted::Done);
    assert_eq!(answers(&mut bench), [done, Err(Refusal::NothingToPause)]);
    assert_eq!(answers(&mut bench), nothing, "the mark is gone with the press");
    let said = nothing.map(|answer| (answer.unwrap_err().code(), answer.unwrap_err().to_string()));
    let words = ["there is nothing to acknowledge", "no alarm sounds"].map(String::from);
    assert_eq!(said, [(18, words[0].clone()), (19, words[1].clone())]);
}

// req: PWR-003
#[test]
fn after_a_short_gap_what_was_paused_and_acknowledged_sounds_again() {
    let mut bench = cooling();
    let dark = |inputs: &mut Inputs<1>| inputs.mains = inputs.mains.map(|_| false);
    until_logged(&mut bench, dark);
    bench.tick_with(|inputs| {
        dark(inputs);
        inputs.panel.acknowledge = true;
    });
    // Unseen: this one is over before the power goes.
    let blind = |inputs: &mut Inputs<1>| {
        let at = inputs.channels[0].front.taken;
        inputs.channels[0].front = Reading::faulty(coldcap_units::Fault::Open, at);
    };
    let found = until_logged(&mut bench, |inputs| {
        dark(inputs);
        blind(inputs);
    });
    // The session goes on warmer from then on, which the sensor's alarm is the cause of.
    assert_eq!(found[0], rose(Condition::FrontSensor, Priority::Medium, 0, 0));
    assert_eq!(found[1], rose(Condition::Degraded, Priority::Low, 0, 0));
    bench.tick_with(|inputs| {
        dark(inputs);
        inputs.panel.audio_pause = true;
    });
    let gap = Duration::from_secs(20);
    bench.device.restart(Some(gap));
    bench.drives = Drives::default();
    bench.now = bench.now.plus(gap);
    let first = bench.tick_with(dark).machine;
    assert!(first.alarms.contains(Condition::FrontSensor), "nobody had seen it");
    assert_eq!(first.sounding, Priority::Medium);
    let heard = (0..10).map(|_| bench.tick_with(dark).machine).last().unwrap();
    assert!(heard.alarms.contains(Condition::MainsLost) && heard.sounding == Priority::Medium);
    assert!(AUDIO_PAUSE > gap, "or the pause would have ended by itself");
}
