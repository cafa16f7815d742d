//! The view of one machine, by messages that were made for it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::client::Message;
use coldcap_host::view::{
    ChannelPicture, HISTORY_MAXIMUM, LinkFact, LinkQuality, MARKS_MAXIMUM, Origin, Priority,
    Quantity, Span, View,
};
use coldcap_units::{Fault, Instant};
use coldcap_wire::message::{
    self, ChannelStatus, EventReport, Hello, MACHINE, MachineStatus, Value,
};

const PRE_COOL: u8 = 8;
const PAUSED: u8 = 12;
const ROSE: u8 = 2;
const CLEARED: u8 = 3;
const ESCALATED: u8 = 4;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

const fn value(milli: i32) -> Value {
    Value { value: milli, fault: 0, age_ms: 100 }
}

fn hello(boot: u32) -> Message {
    Message::Hello(Hello {
        major: 1,
        minor_min: 0,
        minor_max: 3,
        origin: message::Origin::SIMULATED,
        model: 7,
        serial: 1,
        firmware: 0x0102_0003,
        schema: 0,
        mtu: 240,
        channels: 2,
        features: 0,
        boot,
    })
}

fn channel(channel: u8, phase: u8) -> ChannelStatus {
    ChannelStatus {
        seq: 1,
        at_ms: 1_000,
        channel,
        phase,
        elapsed_ms: 60_000,
        remaining_ms: 120_000,
        cooled_ms: 59_000,
        at_target_ms: 40_000,
        target_mc: -4_000,
        effective_mc: -3_000,
        targets_valid: ChannelStatus::TARGET_VALID | ChannelStatus::EFFECTIVE_VALID,
        supply: value(-2_900),
        returned: value(-1_900),
        front: value(4_000),
        rear: value(6_000),
        safety: value(5_000),
        skin: value(18_500),
        flow: value(1_000),
        pump_permille: 600,
        valve_permille: 300,
        flags: ChannelStatus::COUPLED | ChannelStatus::WORN,
        control: 0,
        interface_target_mc: 0,
        interface_effective_mc: 0,
        skin_uncertainty_mk: 4_500,
        warm_valid: 0,
        warm_earliest_s: 0,
        warm_latest_s: 0,
        dropped: 0,
        revision: 9,
    }
}

fn machine(at_ms: u64, alarms: u64) -> MachineStatus {
    MachineStatus {
        seq: 1,
        at_ms,
        tank: value(-8_000),
        evaporator: Value::absent(),
        chiller_permille: 500,
        battery: value(900),
        inputs: MachineStatus::MAINS,
        alarms,
        highest: if alarms == 0 { 0 } else { 3 },
        sounding: u8::from(alarms != 0),
        link_ok: 10,
        link_crc: 1,
        link_length: 0,
        link_overflow: 2,
        progress: 77,
        dropped: 0,
    }
}

fn event(at_ms: u64, channel: u8, kind: u8, code: u16, value: i32) -> Message {
    Message::Event(EventReport { index: 0, at_ms, channel, kind, code, value })
}

fn of(view: &View, millis: u64, channel: usize) -> ChannelPicture {
    view.picture(at(millis)).channels[channel].clone()
}

#[test]
fn what_was_told_is_shown_with_its_age() {
    let mut view = View::new();
    view.hear(at(0), &hello(1));
    view.hear(at(500), &Message::ChannelStatus(channel(0, PRE_COOL)));
    view.hear(at(500), &Message::MachineStatus(machine(500, 0)));
    let picture = view.picture(at(700));
    assert_eq!(picture.origin, Origin::Simulated);
    assert_eq!(picture.machine.firmware, Some((1, 2, 3)));
    assert_eq!(picture.machine.frames_up, Some((10, 3)));
    assert_eq!(picture.machine.evaporator.milli(), None);
    let channel = &picture.channels[0];
    assert_eq!(channel.phase.as_deref(), Some("pre_cool"));
    assert_eq!((channel.left_ms, channel.target_milli), (Some(120_000), Some(-4_000)));
    assert_eq!(channel.supply, Quantity::Value { milli: -2_900, within_milli: None, age_ms: 300 });
    let skin = Quantity::Value { milli: 18_500, within_milli: Some(4_500), age_ms: 300 };
    assert_eq!(channel.skin, skin);
    assert_eq!((view.revision(0), view.revision(1), view.progress()), (9, 0, Some(77)));
}

#[test]
fn what_is_stale_or_broken_has_a_name_and_no_number() {
    let mut view = View::new();
    let mut status = channel(0, PRE_COOL);
    status.front = Value { value: 0, fault: Fault::Open.code(), age_ms: 0 };
    status.rear.age_ms = 2_500;
    view.hear(at(0), &Message::ChannelStatus(status));
    view.hear(at(0), &Message::MachineStatus(machine(0, 0)));
    let names = |it: &ChannelPicture| {
        let all = [it.supply, it.front, it.rear];
        all.map(|quantity| match quantity {
            Quantity::Value { .. } => "",
            Quantity::Fault { fault, .. } => fault.name(),
        })
    };
    assert_eq!(names(&of(&view, 0, 0)), ["", "open", "stale"]);
    assert_eq!(names(&of(&view, 1_900, 0)), ["", "open", "stale"]);
    let old = of(&view, 1_901, 0);
    assert_eq!(names(&old), ["stale", "open", "stale"]);
    assert!(old.phase.is_some());
    assert_eq!(of(&view, 2_001, 0).phase, None);
    // Nobody says so of a recording: what is old is not shown all the same.
    let of_machine = |millis| {
        let it = view.picture(at(millis)).machine;
        [it.mains.is_some(), it.sounding.is_some(), it.chiller_permille.is_some()]
    };
    assert_eq!((of_machine(2_000), of_machine(2_001)), ([true; 3], [false; 3]));

    view.learn(LinkFact::Stale(true));
    let blank = view.picture(at(0));
    assert_eq!(names(&blank.channels[0]), ["stale", "open", "stale"]);
    assert_eq!((blank.channels[0].target_milli, blank.machine.sounding), (None, None));
    assert_eq!(blank.machine.tank, Quantity::Fault { fault: Fault::Stale, age_ms: Some(100) });
}

#[test]
fn a_break_tells_what_is_left_and_the_two_ends_of_rewarming_each_for_itself() {
    let mut view = View::new();
    view.hear(at(0), &Message::ChannelStatus(channel(0, PRE_COOL)));
    assert_eq!(of(&view, 0, 0).on_break, None);
    view.hear(at(1), &event(1, 0, 5, 128, 0));
    view.hear(at(1), &event(1, 0, 5, 0, 0));
    let mut paused = View::new();
    paused.hear(at(0), &Message::ChannelStatus(channel(0, PAUSED)));
    paused.hear(at(1), &event(1, 0, 5, 0, 0));
    let said = of(&paused, 1, 0).on_break.unwrap().reason;
    assert_eq!(said.as_deref(), Some("no reason given"), "the key of the live view has none");
    view.hear(at(1), &event(1, 0, 5, 128, 0));
    let mut status = channel(0, PAUSED);
    view.hear(at(2), &Message::ChannelStatus(status));
    let on_break = of(&view, 2, 0).on_break.unwrap();
    assert_eq!(on_break.reason.as_deref(), Some("stopped"));
    assert_eq!((on_break.left_ms, on_break.rewarming), (Some(120_000), None));

    status.warm_valid = ChannelStatus::WARM_EARLIEST_VALID;
    (status.warm_earliest_s, status.warm_latest_s) = (60, u16::MAX);
    view.hear(at(2), &Message::ChannelStatus(status));
    let rewarming = of(&view, 2, 0).on_break.unwrap().rewarming.unwrap();
    assert_eq!((rewarming.latest_s, rewarming.or_later), (None, false), "what is not valid");

    status.warm_valid = ChannelStatus::WARM_LATEST_VALID;
    status.flags |= ChannelStatus::OVER_BUDGET;
    status.remaining_ms = 0;
    view.hear(at(3), &Message::ChannelStatus(status));
    let on_break = of(&view, 3, 0).on_break.unwrap();
    let rewarming = on_break.rewarming.unwrap();
    assert_eq!((rewarming.earliest_s, rewarming.latest_s), (None, Some(u16::MAX)));
    assert!(rewarming.or_later && on_break.over_budget && on_break.left_ms.is_none());

    view.hear(at(4), &Message::ChannelStatus(channel(0, PRE_COOL)));
    view.hear(at(5), &Message::ChannelStatus(channel(0, PAUSED)));
    assert_eq!(of(&view, 5, 0).on_break.unwrap().reason, None, "that of another break");
}

#[test]
fn the_most_urgent_alarm_comes_first_and_one_of_unknown_priority_behind_the_high_ones() {
    let mut view = View::new();
    view.hear(at(0), &Message::MachineStatus(machine(1_000, 1 << 18)));
    view.hear(at(1), &event(1_100, 0, ROSE, 7, 1));
    view.hear(at(2), &event(1_100, 1, ROSE, 9, 2));
    view.hear(at(3), &event(1_100, MACHINE, ROSE, 12, 3));
    let alarms = 1 << 18 | 1 << 7 | 1 << 9 | 1 << 12 | 1 << 48;
    view.hear(at(4), &Message::MachineStatus(machine(1_200, alarms)));
    let told = view.picture(at(1_000)).alarms;
    let names: Vec<&str> = told.iter().map(|alarm| &*alarm.name).collect();
    let expected = ["leak", "contact_doubtful", "vendor_192", "flow_lost", "return_sensor"];
    assert_eq!(names, expected);
    let priorities = told.iter().map(|alarm| alarm.priority).collect::<Vec<_>>();
    let (high, medium, low) = (Priority::High, Priority::Medium, Priority::Low);
    assert_eq!(priorities, [Some(high), None, None, Some(medium), Some(low)]);
    let whose = told.iter().map(|alarm| alarm.channel).collect::<Vec<_>>();
    assert_eq!(whose, [Some(MACHINE), None, None, Some(1), Some(0)]);
    let since = told.iter().map(|alarm| alarm.since_ms).collect::<Vec<_>>();
    assert_eq!(since, [Some(997), None, Some(996), Some(998), Some(999)]);
}

#[test]
fn an_alarm_ends_with_its_event_or_its_bit_and_a_late_status_does_not_end_a_new_one() {
    let mut view = View::new();
    view.hear(at(0), &Message::MachineStatus(machine(1_000, 0)));
    view.hear(at(1), &event(1_100, 0, ROSE, 9, 2));
    view.hear(at(2), &Message::MachineStatus(machine(1_050, 0)));
    assert_eq!(view.picture(at(2)).alarms.len(), 1);
    view.hear(at(3), &event(1_200, 0, CLEARED, 9, 0));
    assert!(view.picture(at(3)).alarms.is_empty());
    view.hear(at(4), &event(1_300, 1, ROSE, 9, 2));
    view.hear(at(5), &Message::MachineStatus(machine(1_400, 0)));
    assert!(view.picture(at(5)).alarms.is_empty(), "its end was not heard");
}

#[test]
fn the_only_alarm_has_the_highest_priority() {
    let mut view = View::new();
    view.hear(at(0), &Message::MachineStatus(machine(0, 1 << 12)));
    assert_eq!(view.picture(at(0)).alarms[0].priority, Some(Priority::High));
    view.hear(at(1), &Message::MachineStatus(machine(1, 1 << 12 | 1 << 7)));
    assert!(view.picture(at(1)).alarms.iter().all(|alarm| alarm.priority.is_none()));
}

#[test]
fn an_acknowledgement_is_of_one_channel_and_ends_where_the_alarm_grows() {
    let mut view = View::new();
    for index in [0, 1] {
        view.hear(at(0), &Message::ChannelStatus(channel(index, PRE_COOL)));
        view.hear(at(0), &event(10, index, ROSE, 9, 1));
    }
    view.hear(at(0), &event(10, MACHINE, ROSE, 12, 3));
    let acknowledged = |view: &View| {
        let alarms = view.picture(at(0)).alarms;
        let here = alarms.iter().filter(|alarm| alarm.acknowledged_here);
        here.map(|alarm| alarm.channel.unwrap()).collect::<Vec<_>>()
    };
    view.acknowledged(0);
    assert_eq!(acknowledged(&view), [0], "the leak waits for the other channel");
    view.acknowledged(1);
    assert_eq!(acknowledged(&view), [MACHINE, 0, 1]);
    view.hear(at(1), &event(20, 0, ESCALATED, 9, 2));
    assert_eq!(acknowledged(&view), [MACHINE, 1]);
}

#[test]
fn a_pause_of_the_sound_lasts_two_minutes_at_most_and_ends_where_it_sounds() {
    let mut view = View::new();
    let silent = MachineStatus { sounding: 0, ..machine(0, 1 << 9) };
    view.hear(at(0), &Message::MachineStatus(silent));
    assert_eq!(view.picture(at(0)).machine.paused_here_ms, None);
    view.sound_paused(at(0));
    let left = |view: &View, millis| view.picture(at(millis)).machine.paused_here_ms;
    assert_eq!([0, 119_999, 120_000].map(|at| left(&view, at)), [Some(120_000), Some(1), None]);
    view.hear(at(1), &Message::MachineStatus(machine(0, 1 << 9)));
    assert_eq!(left(&view, 1), None);
}

#[test]
fn another_start_of_the_machine_has_none_of_the_alarms_of_before() {
    let mut view = View::new();
    view.hear(at(0), &hello(1));
    view.hear(at(0), &Message::ChannelStatus(channel(0, PRE_COOL)));
    view.hear(at(0), &event(10, 0, ROSE, 9, 1));
    view.hear(at(1), &hello(1));
    assert_eq!(view.picture(at(1)).alarms.len(), 1);
    view.hear(at(2), &hello(2));
    let picture = view.picture(at(2));
    assert!(picture.alarms.is_empty() && picture.channels[0].phase.is_none());
    assert_eq!(view.history(0).unwrap().marks().count(), 1, "what was, was");
}

#[test]
fn the_line_is_told_in_words() {
    let mut view = View::new();
    assert_eq!(view.picture(at(9)).link.silent_ms, None);
    view.learn(LinkFact::Opened);
    view.hear(at(10), &hello(1));
    view.hear(at(10), &Message::Secured);
    view.learn(LinkFact::Missed(3));
    view.learn(LinkFact::Missed(u64::MAX));
    let quality = LinkQuality { round_trip_us: Some(900), frames_bad: 2, ..LinkQuality::default() };
    view.learn(LinkFact::Quality(quality));
    let link = view.picture(at(2_010)).link;
    assert!(link.secured && link.open == Some(true) && link.why.is_none());
    assert_eq!((link.silent_ms, link.missed, link.quality), (Some(2_000), u64::MAX, Some(quality)));
    view.hear(at(20), &Message::LinkLost);
    let silent = view.picture(at(20)).link;
    assert_eq!((silent.why.as_deref(), silent.secured), (Some("the machine is silent"), false));
    // The session has gone on: nobody says again that there is one.
    view.hear(at(21), &Message::LinkBack);
    let back = view.picture(at(21)).link;
    assert_eq!((back.why, back.secured), (None, true));
    view.learn(LinkFact::Down("refused".into()));
    let link = view.picture(at(20)).link;
    assert_eq!(
        (link.open, link.why.as_deref(), link.secured),
        (Some(false), Some("refused"), false)
    );
}

/// A machine that counts no starts is known by its time; what was acknowledged before is not any more.
#[test]
fn a_machine_whose_time_begins_again_has_none_of_the_alarms_of_before() {
    let mut view = View::new();
    view.hear(at(0), &Message::ChannelStatus(channel(0, PRE_COOL)));
    view.hear(at(0), &event(900_000, MACHINE, ROSE, 12, 3));
    view.hear(at(1), &Message::MachineStatus(machine(900_000, 1 << 12)));
    view.acknowledged(0);
    view.hear(at(2), &Message::MachineStatus(machine(896_000, 1 << 12)));
    assert_eq!(view.picture(at(2)).alarms.len(), 1, "one that was overtaken");
    view.hear(at(3), &Message::MachineStatus(machine(900_000, 1 << 12)));
    view.hear(at(90_000), &Message::MachineStatus(machine(1_000, 0)));
    assert!(view.picture(at(90_000)).alarms.is_empty());
    view.hear(at(90_001), &Message::MachineStatus(machine(1_100, 1 << 12)));
    let again = &view.picture(at(90_001)).alarms[0];
    assert_eq!((again.acknowledged_here, again.since_ms), (false, Some(0)));
}

#[test]
fn a_channel_that_no_subscription_can_name_is_none() {
    let mut view = View::new();
    for index in 0..=u8::MAX {
        view.hear(at(0), &Message::ChannelStatus(channel(index, PRE_COOL)));
    }
    assert_eq!(view.picture(at(0)).channels.len(), 7);
}

/// A day of ten reports a second, with an alarm each ten and another phase each twenty of them.
#[test]
fn a_day_at_ten_a_second_fits_and_nothing_short_is_lost() {
    let mut view = View::new();
    let ticks = 24 * 3_600 * 10;
    for tick in 0..ticks {
        let mut status = channel(0, (tick / 200 % 2) as u8 + PRE_COOL);
        status.supply = value(if tick == 1_000 { -9_000 } else { -2_900 });
        view.hear(at(tick * 100), &Message::ChannelStatus(status));
        if tick % 100 == 0 {
            view.hear(at(tick * 100), &event(tick, 0, ROSE, 9, 1));
        }
    }
    let history = view.history(0).unwrap();
    let points = history.points();
    assert!(points.len() < HISTORY_MAXIMUM && points.len() > HISTORY_MAXIMUM / 4);
    assert_eq!((history.step_ms(), points.len()), (32_000, 2_700));
    assert!(points.windows(2).all(|pair| pair[0].at_ms + 32_000 == pair[1].at_ms));
    assert_eq!((history.bands().count(), history.marks().count()), (MARKS_MAXIMUM, MARKS_MAXIMUM));
    let shortest = points.iter().filter_map(|point| point.coolant).map(|span| span.low).min();
    assert_eq!(shortest, Some(-9_000));
    assert_eq!(points[5].target, Some(Span { low: -3_000, high: -3_000 }));
    assert_eq!(points[5].interface, Some(Span { low: 5_000, high: 5_000 }));
}

#[test]
fn where_nothing_is_valid_the_curve_has_a_gap() {
    let mut view = View::new();
    let mut status = channel(0, PRE_COOL);
    status.supply = Value { value: 0, fault: Fault::Short.code(), age_ms: 0 };
    status.front = status.supply;
    status.skin.age_ms = 5_000;
    view.hear(at(1_000), &Message::ChannelStatus(status));
    let point = view.history(0).unwrap().points()[0];
    assert_eq!((point.coolant, point.skin), (None, None));
    assert_eq!(point.interface, Some(Span { low: 6_000, high: 6_000 }));
}

#[test]
fn a_page_gets_names_and_never_a_number_for_a_fault() {
    let mut view = View::new();
    view.hear(at(0), &hello(1));
    let mut status = channel(0, PRE_COOL);
    status.front = Value { value: 0, fault: Fault::Open.code(), age_ms: 0 };
    view.hear(at(0), &Message::ChannelStatus(status));
    let json = serde_json::to_value(view.picture(at(0))).unwrap();
    assert_eq!(json["origin"], "simulated");
    let channel = &json["channels"][0];
    assert_eq!(channel["front"], serde_json::json!({ "fault": "open", "age_ms": 0 }));
    assert_eq!(channel["supply"], serde_json::json!({ "milli": -2_900, "age_ms": 100 }));
    let history = serde_json::to_value(view.history(0).unwrap()).unwrap();
    assert_eq!(history["points"][0]["coolant"], serde_json::json!([-2_900, -2_900]));
    assert_eq!(history["bands"][0], serde_json::json!({ "from_ms": 0, "phase": 8 }));
}
