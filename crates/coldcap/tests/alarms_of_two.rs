//! Two patients at one machine: an alarm of one neither hides nor silences one of the other.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use coldcap::{Action, Drives, Event, EventKind, Inputs, Outputs, Phase};
use coldcap_guard::alarm::{Priority, Stored};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::record::{Entry, Fields, Kind};
use coldcap_session::{Accepted, Answer};
use coldcap_units::{Duration, Fault, Pulses, Ratio};

/// What goes wrong at a channel, in a tick.
type Spoil = fn(&mut Inputs<2>, usize, u32);

fn no_sensor(inputs: &mut Inputs<2>, channel: usize, _: u32) {
    inputs.channels[channel].safety.value = Err(Fault::Open);
}

fn freezes(inputs: &mut Inputs<2>, channel: usize, tick: u32) {
    let trip = coldcap::Config::reference().limits.raw().freeze_trip;
    let code = Ratio(trip.0 + 65_536 * (tick % 7));
    inputs.channels[channel].safety = inputs.channels[channel].safety.map(|_| code);
}

fn no_flow(inputs: &mut Inputs<2>, channel: usize, _: u32) {
    let still = Pulses { edges: 0, window: Duration::from_secs(1) };
    inputs.channels[channel].flow = inputs.channels[channel].flow.map(|_| still);
}

fn uncoupled(inputs: &mut Inputs<2>, channel: usize, _: u32) {
    let coupled = inputs.channels[channel].cap.coupled;
    inputs.channels[channel].cap.coupled = coupled.map(|_| false);
}

fn both_cool() -> Bench<2> {
    let mut bench = Bench::new();
    bench.bring_to(Phase::PreCool);
    bench.bring_neighbour_to(Phase::PreCool);
    bench
}

/// The alarm entries of one channel in these outputs.
fn entries(outputs: &Outputs<2>, channel: u8) -> Vec<Fields> {
    let entries = outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0));
    let alarms = entries.filter(|entry| entry.fields.kind == Kind::ALARM);
    alarms.filter(|entry| entry.channel == channel).map(|entry| entry.fields).collect()
}

fn has_risen(fields: &[Fields], condition: Condition) -> bool {
    fields.iter().any(|it| (it.a, it.code) == (1, condition.code().into()))
}

fn is_remarked(fields: &[Fields], stage: i32, condition: Condition) -> bool {
    let held = |it: &Fields| Conditions::from_bits(it.c).contains(condition);
    fields.iter().any(|it| (it.a, it.code) == (stage, 0) && held(it))
}

fn events(outputs: &Outputs<2>, kind: EventKind, condition: Condition) -> Vec<u8> {
    let code = u16::from(condition.code());
    let these = outputs.events.iter().filter(|it| it.kind == kind && it.code == code);
    these.map(|event| event.channel).collect()
}

/// Ticks until `condition` begins at `channel`.
fn until_risen(
    bench: &mut Bench<2>,
    channel: u8,
    condition: Condition,
    spoil: impl Fn(&mut Inputs<2>, u32),
) -> Outputs<2> {
    for tick in 0..400 {
        let outputs = bench.tick_with(|inputs| spoil(inputs, tick));
        if has_risen(&entries(&outputs, channel), condition) {
            return outputs;
        }
    }
    panic!("{condition} did not begin at {channel}");
}

fn press(
    bench: &mut Bench<2>,
    channel: u8,
    action: Action,
    spoil: impl Fn(&mut Inputs<2>),
) -> (Answer, Outputs<2>) {
    let command = bench.command(channel, action);
    let mut input = bench.next_input();
    spoil(&mut input.inputs);
    input.commands.list.push(command);
    let outputs = bench.feed(&input);
    (outputs.answers.as_slice()[0].result, outputs)
}

const SAME: [(Condition, Priority, Spoil); 3] = [
    (Condition::SafetySensor, Priority::Medium, no_sensor),
    (Condition::Freeze, Priority::High, freezes),
    (Condition::FlowLost, Priority::Medium, no_flow),
];

// req: CHN-005, ALM-008
#[test]
fn al_08_what_was_acknowledged_of_one_patient_is_news_of_the_other() {
    for (condition, priority, spoil) in SAME {
        let mut bench = both_cool();
        until_risen(&mut bench, 0, condition, |inputs, tick| spoil(inputs, 0, tick));
        let outputs = bench.tick_with(|inputs| {
            spoil(inputs, 0, 3);
            inputs.panel.acknowledge = true;
        });
        assert_eq!(outputs.machine.sounding, Priority::None, "{condition}");
        let outputs = until_risen(&mut bench, 1, condition, |inputs, tick| {
            spoil(inputs, 0, tick);
            spoil(inputs, 1, tick);
        });
        assert_eq!(outputs.machine.sounding, priority, "{condition} is not heard");
        assert_eq!(events(&outputs, EventKind::AlarmRose, condition), [1]);
        assert!(!has_risen(&entries(&outputs, 0), condition), "it is the other's");
        assert_eq!(outputs.channels[1].phase, Phase::Paused);
    }
}

// req: CHN-005, ALM-003
#[test]
fn al_03_one_patients_loose_cap_does_not_explain_the_others_kink() {
    let mut bench = both_cool();
    let loose = |inputs: &mut Inputs<2>, tick| uncoupled(inputs, 0, tick);
    until_risen(&mut bench, 0, Condition::CapUncoupled, loose);
    let (answer, outputs) =
        press(&mut bench, 0, Action::AcknowledgeAlarms, |inputs| loose(inputs, 0));
    assert_eq!((answer, outputs.machine.sounding), (Ok(Accepted::Done), Priority::None));
    let kinked = until_risen(&mut bench, 1, Condition::FlowLost, |inputs, tick| {
        loose(inputs, tick);
        no_flow(inputs, 1, tick);
    });
    assert_eq!(kinked.machine.sounding, Priority::Medium);
    assert!(!is_remarked(&entries(&kinked, 1), 5, Condition::FlowLost), "not inhibited");
    assert_eq!(events(&kinked, EventKind::AlarmRose, Condition::FlowLost), [1]);
}

// req: ALM-003
#[test]
fn al_03_at_one_channel_the_cause_still_hides_what_follows_from_it() {
    let mut bench = both_cool();
    let blind = |inputs: &mut Inputs<2>, _| inputs.channels[1].front.value = Err(Fault::Open);
    let outputs = until_risen(&mut bench, 1, Condition::FrontSensor, blind);
    let found = entries(&outputs, 1);
    assert!(has_risen(&found, Condition::Degraded), "found all the same");
    assert!(is_remarked(&found, 5, Condition::Degraded), "and inhibited");
    assert!(entries(&outputs, 0).is_empty());
}

// req: CHN-005, ALM-011
#[test]
fn an_acknowledgement_reaches_the_channel_that_it_names_or_all() {
    let mut bench = both_cool();
    let still = |inputs: &mut Inputs<2>| (0..2).for_each(|channel| no_flow(inputs, channel, 0));
    until_risen(&mut bench, 1, Condition::FlowLost, |inputs, _| still(inputs));
    let seen = |bench: &mut Bench<2>, channel| {
        let pressed = press(bench, channel, Action::AcknowledgeAlarms, still);
        let (answer, outputs) = pressed;
        let told =
            [0, 1].map(|index| is_remarked(&entries(&outputs, index), 3, Condition::FlowLost));
        (answer, outputs.machine.sounding, told)
    };
    let done = Ok(Accepted::Done);
    assert_eq!(seen(&mut bench, 0), (done, Priority::Medium, [true, false]));
    assert_eq!(seen(&mut bench, 1), (done, Priority::None, [false, true]));
    let mut bench = both_cool();
    until_risen(&mut bench, 1, Condition::FlowLost, |inputs, _| still(inputs));
    assert_eq!(seen(&mut bench, Event::MACHINE), (done, Priority::None, [true, true]));
    // What one patient has is not acknowledged at the other: there it only says that somebody is there.
    let mut bench = both_cool();
    until_risen(&mut bench, 1, Condition::FlowLost, |inputs, tick| no_flow(inputs, 1, tick));
    let nothing = press(&mut bench, 0, Action::AcknowledgeAlarms, |inputs| no_flow(inputs, 1, 0));
    assert_eq!(nothing.0, done);
    assert_eq!(nothing.1.machine.sounding, Priority::Medium);
}

// req: ALM-013, CHN-001
#[test]
fn al_13_what_the_machine_has_stands_in_both_records_and_is_told_once() {
    let mut bench = both_cool();
    let dark = |inputs: &mut Inputs<2>| inputs.mains = inputs.mains.map(|_| false);
    let outputs = until_risen(&mut bench, 0, Condition::MainsLost, |inputs, _| dark(inputs));
    assert!(has_risen(&entries(&outputs, 1), Condition::MainsLost));
    let told = |outputs: &Outputs<2>, kind| events(outputs, kind, Condition::MainsLost);
    assert_eq!(told(&outputs, EventKind::AlarmRose), [Event::MACHINE]);
    let outputs = bench.tick();
    let ended = [0, 1].map(|channel| entries(&outputs, channel).iter().any(|it| it.a == 0));
    assert_eq!(ended, [true; 2]);
    assert_eq!(told(&outputs, EventKind::AlarmCleared), [Event::MACHINE]);
}

#[test]
fn an_alarm_of_the_machine_that_one_patient_still_has_is_not_over() {
    let mut bench = both_cool();
    let wet = |inputs: &mut Inputs<2>| inputs.leak = inputs.leak.map(|_| true);
    until_risen(&mut bench, 0, Condition::Leak, |inputs, _| wet(inputs));
    let (_, outputs) = press(&mut bench, 0, Action::AcknowledgeAlarms, wet);
    assert_eq!(outputs.machine.sounding, Priority::High, "the other's nurse has not seen it");
    let (_, outputs) = press(&mut bench, 1, Action::AcknowledgeAlarms, wet);
    assert_eq!(outputs.machine.sounding, Priority::None);
    assert!(events(&outputs, EventKind::AlarmCleared, Condition::Leak).is_empty());
}

// req: ALM-007, ALM-008
#[test]
fn al_08_the_others_new_alarm_breaks_through_the_pause() {
    let mut bench = both_cool();
    let kinked = |inputs: &mut Inputs<2>| no_flow(inputs, 0, 0);
    until_risen(&mut bench, 0, Condition::FlowLost, |inputs, _| kinked(inputs));
    // Which channel the command names is all the same: there is one sounder.
    let (answer, outputs) = press(&mut bench, 1, Action::PauseAudio, kinked);
    assert_eq!((answer, outputs.machine.sounding), (Ok(Accepted::Done), Priority::None));
    assert!(is_remarked(&entries(&outputs, 0), 7, Condition::FlowLost));
    assert!(entries(&outputs, 1).is_empty());
    let outputs = until_risen(&mut bench, 1, Condition::CapUncoupled, |inputs, tick| {
        kinked(inputs);
        uncoupled(inputs, 1, tick);
    });
    assert_eq!(outputs.machine.sounding, Priority::Medium);
    assert!(is_remarked(&entries(&outputs, 0), 8, Condition::FlowLost), "the pause is over");
}

// req: PWR-003, CHN-005
#[test]
fn after_a_loss_of_power_each_patient_has_what_nobody_had_seen() {
    let mut bench = both_cool();
    let blind = |inputs: &mut Inputs<2>, channel: usize| {
        inputs.channels[channel].front.value = Err(Fault::Open);
    };
    let both = |inputs: &mut Inputs<2>| (0..2).for_each(|channel| blind(inputs, channel));
    until_risen(&mut bench, 1, Condition::FrontSensor, |inputs, _| both(inputs));
    press(&mut bench, 0, Action::AcknowledgeAlarms, both).0.unwrap();
    bench.tick();
    let stored = bench.device.control.checkpoint().alarms;
    assert!(stored[1].active.contains(Condition::FrontSensor), "{stored:?}");
    assert!(!stored[0].active.contains(Condition::FrontSensor), "{stored:?}");
    let hidden = Stored { active: Conditions::of(&[Condition::Degraded]), ..Stored::default() };
    assert_eq!(stored[0], hidden, "but what the sensor hid, all of this patient's was seen");
    let gap = Duration::from_secs(20);
    bench.device.restart(Some(gap));
    bench.drives = Drives::default();
    bench.now = bench.now.plus(gap);
    let first = bench.tick();
    assert!(first.machine.alarms.contains(Condition::FrontSensor));
    assert_eq!(first.machine.sounding, Priority::Medium);
    let (_, seen) = press(&mut bench, 0, Action::AcknowledgeAlarms, |_| {});
    assert!(seen.machine.alarms.contains(Condition::FrontSensor), "it is not this patient's");
    let (_, seen) = press(&mut bench, 1, Action::AcknowledgeAlarms, |_| {});
    assert!(!seen.machine.alarms.contains(Condition::FrontSensor));
}

#[test]
fn what_the_alarms_of_a_second_channel_take_is_known() {
    use coldcap_guard::alarm::{Alarms, State};
    assert!(size_of::<State>() <= 128);
    assert_eq!(size_of::<Alarms<1>>(), size_of::<State>());
    assert_eq!(size_of::<Alarms<2>>(), 2 * size_of::<State>());
}
