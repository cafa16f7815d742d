//! The link: whom it answers, what it reports and when, and that nothing which a host sends does harm.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dice::Dice;
use bench::host::{
    Host, beat, cooling, hello, operate, responses, select, selected, standby, subscribe,
};
use bench::{Bench, PATIENT};
use coldcap::{Config, EntryBytes, Link, Outputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_session::record::{Chain, Entry};
use coldcap_session::{Request, Target};
use coldcap_units::{Coolant, Duration, Instant, Interface};
use coldcap_wire::message::{
    Action, AnyMessage, ChoosePlan, CommandHead, FactKind, Observe, Operate, Origin, ReadRecord,
    Response, SelectPatient, Status,
};
use coldcap_wire::packet::{Header, Kind};
use coldcap_wire::{Receiver, frame};
use proptest::prelude::*;

#[test]
fn entries_that_are_gone_are_said_to_be_gone() {
    let (mut bench, mut host) = standby::<1>();
    let head = CommandHead::new(5, 0);
    host.say(&mut bench, &ReadRecord { head, from: 4_000, count: 8 });
    // The index of the last one is told.
    let last = bench.device.control.checkpoint().channels[0].chain.len() - 1;
    let expired = Response { maximum: last as i32, ..Response::new(5, Status::EXPIRED) };
    assert_eq!(host.answers(&mut bench), [expired]);
}

#[test]
fn a_press_with_nothing_to_acknowledge_or_to_pause_is_said_to_be_one() {
    let (mut bench, mut host) = standby::<1>();
    for (rid, action, reason) in [(1, Action::ACKNOWLEDGE, 18), (2, Action::AUDIO_PAUSE, 19)] {
        host.say(&mut bench, &operate(rid, action));
        bench.tick();
        let refused = Response { reason, ..Response::new(rid, Status::BAD_STATE) };
        assert_eq!(host.answers(&mut bench), [refused]);
    }
}

#[test]
fn a_channel_that_is_not_there_is_refused() {
    let (mut bench, mut host) = standby::<2>();
    for (rid, channel) in [(1, 2), (2, 255)] {
        let head = CommandHead::new(rid, channel);
        host.say(&mut bench, &SelectPatient { head, ..select(rid) });
        let refused = Response { maximum: 1, ..Response::new(rid, Status::OUT_OF_RANGE) };
        assert_eq!(host.answers(&mut bench), [refused]);
        host.say(
            &mut bench,
            &ReadRecord { head: CommandHead::new(rid + 10, channel), from: 0, count: 9 },
        );
        let refused = Response { rid: rid + 10, ..refused };
        assert_eq!(host.answers(&mut bench), [refused]);
    }
    let head = CommandHead::new(3, 1);
    host.say(&mut bench, &SelectPatient { head, ..select(3) });
    let outputs = bench.tick();
    assert_eq!(outputs.channels.map(|channel| channel.phase), [Phase::Standby, Phase::Setup]);
}

#[test]
fn whom_the_device_has_taken_is_told_back_and_of_nobody_else() {
    let (mut bench, mut host) = standby::<1>();
    let head = CommandHead::new(1, 0);
    let told = SelectPatient { head, session_index: 5, calibration: u64::MAX, ..select(1) };
    host.say(&mut bench, &told);
    bench.tick();
    let taken = Response { value: told.digest(), ..Response::new(1, Status::OK) };
    assert_eq!(host.answers(&mut bench), [taken]);
    host.say(&mut bench, &told);
    bench.tick();
    assert_eq!(host.answers(&mut bench), [taken], "said again, it is answered again");
    let state = bench.device.control.checkpoint().channels[0].state.session;
    let patient = state.patient().unwrap();
    assert_eq!((patient.session_index, patient.calibration), (5, u64::MAX));

    host.say(&mut bench, &SelectPatient { session_index: 7, ..select(2) });
    bench.tick();
    let refused = host.answers(&mut bench);
    assert_eq!((refused[0].status, refused[0].value), (Status::OUT_OF_RANGE, 0));
    host.say(&mut bench, &operate(3, Action::CANCEL));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(3, Status::OK)]);
}

#[test]
fn a_command_that_cannot_be_read_is_answered_under_its_own_number() {
    let (mut bench, mut host) = standby::<1>();
    let mut send = |host: &mut Host, endpoint: u8, body: &[u8]| {
        let header = Header { kind: Kind::Command, secured: false, endpoint, number: 5 };
        let mut packet = header.to_bytes().to_vec();
        packet.extend(body);
        let mut out = [0; 300];
        let length = frame::encode(&packet, &mut out).unwrap();
        bench.device.link.receive(bench.now, &out[..length]);
        let length = bench.device.link.transmit(bench.now, &mut out);
        let (_, packet) = host.receiver.feed(&out[..length]);
        packet.map(|packet| {
            let packet = packet.unwrap();
            (packet.header.endpoint, packet.message().unwrap())
        })
    };
    let response = |rid, status| AnyMessage::Response(Response::new(rid, status));
    let unknown = send(&mut host, 0x3E, &[0xAD, 0x02, 1, 2, 3]);
    assert_eq!(unknown, Some((0x3E, response(301, Status::UNSUPPORTED))));
    let short = send(&mut host, 0x15, &[7, 0, 0]);
    assert_eq!(short, Some((0x15, response(7, Status::MALFORMED))));
    assert_eq!(send(&mut host, 0x3E, &[]), None, "no id, no answer");
    assert_eq!(send(&mut host, 0x3E, &[0xFF, 0xFF, 0x7F]), None, "an id has 16 bits");
    let strange = operate(9, Action(200));
    let frame = host.frame(&strange);
    bench.device.link.receive(bench.now, &frame);
    assert_eq!(host.answers(&mut bench), [Response::new(9, Status::UNSUPPORTED)]);
}

#[test]
fn a_hello_is_answered() {
    let (mut bench, mut host) = standby::<2>();
    host.say(&mut bench, &hello());
    let heard = host.hear(&mut bench);
    let Some(AnyMessage::Hello(answer)) = heard.first() else { panic!("{heard:?}") };
    let identity = Config::reference().identity;
    assert_eq!((answer.channels, answer.origin), (2, Origin::SIMULATED));
    assert_eq!((answer.serial, answer.boot), (identity.serial, identity.boot));
    bench.device.link.add_entropy([3; 32]);
    host.say(&mut bench, &hello());
    let heard = host.hear(&mut bench);
    let same = matches!(heard[0], AnyMessage::Hello(hello) if hello.boot == identity.boot);
    assert!(same, "more entropy is no other power-up");
}

#[test]
fn entropy_tells_one_power_up_from_the_next() {
    let boots = [[3; 32], [4; 32]].map(|seed| {
        let mut bench: Bench<1> = Bench::new();
        bench.device.link.add_entropy(seed);
        let heard = Host::default().hear(&mut bench);
        let Some(AnyMessage::Hello(hello)) = heard.first() else { panic!("{heard:?}") };
        hello.boot
    });
    assert!(boots[0] != boots[1] && !boots.contains(&Config::reference().identity.boot));
}

/// The instants at which channel 0 was reported within some seconds.
fn reported(bench: &mut Bench<1>, host: &mut Host, seconds: u32) -> Vec<u64> {
    let mut all = Vec::new();
    for _ in 0..seconds * 10 {
        bench.tick();
        for message in host.hear(bench) {
            if let AnyMessage::ChannelStatus(status) = message {
                assert_eq!(status.at_ms, bench.now.as_millis());
                all.push(status.at_ms);
            }
        }
    }
    all
}

#[test]
fn reports_come_at_the_pace_that_was_asked_for() {
    let (mut bench, mut host) = standby::<1>();
    assert_eq!(reported(&mut bench, &mut host, 10).len(), 10, "once a second by itself");
    for (rid, period, expected) in [(1, 100, 50), (2, 500, 10), (3, 5_000, 1), (4, 0, 0)] {
        host.say(&mut bench, &subscribe(rid, period));
        assert_eq!(host.answers(&mut bench)[0].status, Status::OK);
        let seen = reported(&mut bench, &mut host, 5).len();
        // The first one of a new pace came with the answer.
        assert!(seen == expected || seen + 1 == expected, "{period}: {seen}");
    }
    // A fast pace begins at once, even out of a slow one.
    host.say(&mut bench, &subscribe(5, 10_000));
    bench.tick();
    host.hear(&mut bench);
    host.say(&mut bench, &subscribe(6, 100));
    assert!(reported(&mut bench, &mut host, 1).len() >= 9);
}

#[test]
fn a_pace_outside_the_range_is_refused_with_the_range() {
    let (mut bench, mut host) = standby::<1>();
    for (rid, period) in [(1, 99), (2, 1), (3, 10_001), (4, u16::MAX)] {
        host.say(&mut bench, &subscribe(rid, period));
        let answer = host.answers(&mut bench)[0];
        assert_eq!((answer.rid, answer.status), (rid, Status::OUT_OF_RANGE));
        assert_eq!((answer.minimum, answer.maximum), (100, 10_000));
    }
    assert_eq!(reported(&mut bench, &mut host, 10).len(), 10, "the pace is as before");
}

#[test]
fn a_stop_for_the_machine_stops_whatever_cools_and_nothing_else_is_for_the_machine() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let mut host = Host::default();
    let machine = |rid, action| Operate {
        head: CommandHead::new(rid, coldcap_wire::message::MACHINE),
        ..operate(rid, action)
    };
    host.say(&mut bench, &machine(1, Action::PAUSE));
    assert!(!bench.tick().drives.channels[0].pump.is_off());
    host.say(&mut bench, &machine(2, Action::STOP));
    let outputs = bench.tick();
    assert!(outputs.drives.channels[0].pump.is_off());
    assert_eq!(outputs.channels[0].phase, Phase::Paused);
    let answers = host.answers(&mut bench);
    assert_eq!(
        answers.iter().map(|a| (a.rid, a.status)).collect::<Vec<_>>(),
        [(1, Status::OUT_OF_RANGE), (2, Status::OK)]
    );
}

#[test]
fn a_slow_reader_gets_the_newest_status_of_everything() {
    let (mut bench, mut host) = standby::<2>();
    host.say(&mut bench, &subscribe(1, 100));
    let mut seen = [0, 0, 0];
    for _ in 0..60 {
        bench.tick();
        // Room for one report a tick, where three are made.
        let mut out = [0; 160];
        let length = bench.device.link.transmit(bench.now, &mut out);
        for message in host.read(&out[..length]) {
            let (index, at_ms) = match message {
                AnyMessage::MachineStatus(status) => (2, status.at_ms),
                AnyMessage::ChannelStatus(status) => (usize::from(status.channel), status.at_ms),
                _ => continue,
            };
            assert_eq!(at_ms, bench.now.as_millis(), "an old report");
            seen[index] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}

#[test]
fn a_heartbeat_comes_when_there_is_nothing_else_to_say() {
    let (mut bench, mut host) = standby::<1>();
    host.say(&mut bench, &subscribe(1, 0));
    host.hear(&mut bench);
    let mut beats = Vec::new();
    for _ in 0..50 {
        bench.tick();
        host.say(&mut bench, &beat());
        for message in host.hear(&mut bench) {
            let AnyMessage::Heartbeat(heartbeat) = message else { panic!("{message:?}") };
            beats.push(heartbeat.at_ms);
        }
    }
    assert!(beats.windows(2).all(|pair| pair[1] - pair[0] == 1_000), "{beats:?}");
    assert_eq!(beats.len(), 5);
}

#[test]
fn a_link_says_hello_once_and_then_needs_no_call_until_somebody_is_heard() {
    let mut link: Link<1> = Link::new(&Config::unsecured_bench());
    let now = Instant::from_millis(5_000);
    assert!(link.next_deadline() <= now);
    assert!(link.transmit(now, &mut [0; 600]) > 0);
    assert_eq!(link.next_deadline(), Instant::from_millis(u64::MAX));
    assert_eq!(link.transmit(now, &mut [0; 600]), 0);
    let frame = Host::default().frame(&hello());
    link.receive(now, &frame);
    assert!(link.next_deadline() <= now);
    assert!(link.transmit(now, &mut [0; 600]) > 0);
    assert_eq!(link.next_deadline(), now.plus(Duration::from_secs(1)));
}

fn entries(messages: &[AnyMessage]) -> Vec<Entry> {
    let entry = |message: &AnyMessage| match message {
        AnyMessage::RecordEntry(entry) => Some(Entry::from_bytes(&entry.entry.0)),
        _ => None,
    };
    messages.iter().filter_map(entry).collect()
}

#[test]
fn entries_that_were_lost_can_be_had_again() {
    let mut bench: Bench<1> = Bench::new();
    let mut host = Host::default();
    bench.bring_to(Phase::PreCool);
    let mut lost = [0; 4_096];
    while bench.device.link.transmit(bench.now, &mut lost) > 0 {}
    let whole = bench.device.control.checkpoint().channels[0].chain;
    let read = |rid, from, count| ReadRecord { head: CommandHead::new(rid, 0), from, count };
    host.say(&mut bench, &read(1, 0, u8::MAX));
    let heard = host.hear(&mut bench);
    assert_eq!(responses(&heard), [Response::new(1, Status::OK)]);
    assert_eq!(Chain::new().follow(&entries(&heard)), Ok(whole));
    host.say(&mut bench, &read(2, 3, 2));
    let indices: Vec<u32> =
        entries(&host.hear(&mut bench)).iter().map(|entry| entry.index).collect();
    assert_eq!(indices, [3, 4]);
    for (rid, from, count) in [(3, u32::MAX, u8::MAX), (4, 0, 0)] {
        host.say(&mut bench, &read(rid, from, count));
        let heard = host.hear(&mut bench);
        assert_eq!((responses(&heard).len(), entries(&heard).len()), (1, 0));
    }
}

// req: LNK-001
#[test]
fn a_silent_host_is_an_alarm_and_the_treatment_goes_on() {
    let (mut bench, mut host) = cooling();
    let lost = |outputs: &Outputs<1>| outputs.machine.alarms.contains(Condition::LinkLost);
    for tick in 1..=100 {
        let outputs = bench.tick();
        assert_eq!(lost(&outputs), tick > 35, "{tick}");
        assert_eq!(outputs.channels[0].phase, Phase::PreCool);
        assert!(!outputs.drives.channels[0].pump.is_off());
        let expected = if tick > 35 { Priority::Low } else { Priority::None };
        assert_eq!(outputs.machine.highest, expected);
    }
    // Heard again: it must be so for half a minute, so that a line full of noise is not lost anew.
    for tick in 1..=310 {
        host.say(&mut bench, &beat());
        assert_eq!(lost(&bench.tick()), tick <= 300, "{tick}");
    }
    bench.until(Phase::Ready);
}

#[test]
fn a_machine_without_a_host_misses_none() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    for _ in 0..100 {
        assert!(bench.tick().machine.alarms.is_empty());
    }
}

#[test]
fn an_echo_of_its_own_reports_is_no_host() {
    let (mut bench, mut host) = cooling();
    for tick in 1..=50 {
        let outputs = bench.tick();
        let mut out = [0; 600];
        let length = bench.device.link.transmit(bench.now, &mut out);
        let echo: Vec<AnyMessage> = host.read(&out[..length]);
        // A heartbeat is for both sides; without it nothing may count as a host.
        if !echo.iter().any(|message| matches!(message, AnyMessage::Heartbeat(_))) {
            bench.device.link.receive(bench.now, &out[..length]);
        }
        assert_eq!(outputs.machine.alarms.contains(Condition::LinkLost), tick > 35);
    }
}

/// Bytes that do no good: noise, oversize frames, true frames of unknown endpoints, torn frames.
fn garbage(dice: &mut Dice) -> Vec<u8> {
    let any = |dice: &mut Dice, length: u64| (0..length).map(|_| dice.next() as u8).collect();
    match dice.roll(5) {
        0 => {
            let length = dice.roll(200);
            any(dice, length)
        }
        1 => vec![dice.roll(255) as u8 + 1; 200 + dice.roll(800) as usize],
        2 => vec![0; dice.roll(20) as usize],
        sort => {
            let kind = dice.pick(&Kind::ALL);
            let endpoint = if kind == Kind::Command { 0x30 + dice.roll(200) as u8 } else { 0xEE };
            let header = Header { kind, secured: dice.once_in(3), endpoint, number: 1 };
            let mut packet = header.to_bytes().to_vec();
            let length = dice.roll(230);
            packet.extend(any(dice, length) as Vec<u8>);
            let mut out = vec![0; 300];
            let length = frame::encode(&packet, &mut out).unwrap();
            let kept = if sort == 3 { length } else { dice.roll(length as u64) as usize };
            out.truncate(kept);
            out
        }
    }
}

fn is_status(message: &AnyMessage) -> bool {
    matches!(message, AnyMessage::MachineStatus(_) | AnyMessage::ChannelStatus(_))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_flood_of_garbage_blocks_nothing(seed: u64) {
        let mut dice = Dice::new(seed);
        let (mut bench, mut host) = standby::<1>();
        for _ in 0..dice.roll(60) {
            let bytes = garbage(&mut dice);
            bench.device.link.receive(bench.now, &bytes);
            if dice.once_in(4) {
                bench.tick();
            }
            let mut out = vec![0; dice.roll(700) as usize];
            let length = bench.device.link.transmit(bench.now, &mut out);
            host.read(&out[..length]);
        }
        prop_assert_eq!(bench.phase(), Phase::Standby);
        host.hear(&mut bench);
        // The delimiter frees the receiver of a torn frame.
        bench.device.link.receive(bench.now, &[0]);
        host.say(&mut bench, &select(999));
        bench.tick();
        prop_assert_eq!(bench.phase(), Phase::Setup);
        prop_assert!(host.answers(&mut bench).contains(&selected(999)));
    }

    /// Frames come whole, in order, and none is lost, however little room there is at a time. A frame
    /// that is longer than the room waits for more of it.
    #[test]
    fn tiny_buffers_deliver_everything_in_order(seed: u64) {
        let mut dice = Dice::new(seed);
        let mut bench: Bench<1> = Bench::new();
        bench.bring_to(Phase::Setup);
        let mut host = Host::default();
        host.say(&mut bench, &hello());
        host.say(&mut bench, &select(4));
        bench.tick();
        let mut expected = bench.clone();
        let all = host.hear(&mut expected);
        prop_assert!(all.len() > 10);
        host.receiver = Receiver::new();
        let mut heard = Vec::new();
        for call in 0..3_000 {
            let room = if call % 20 == 19 { 64 + dice.roll(120) } else { dice.roll(65) };
            let mut out = vec![0xEE; room as usize];
            let length = bench.device.link.transmit(bench.now, &mut out);
            prop_assert!(length == 0 || out[length - 1] == 0, "a frame was split");
            prop_assert!(out[length..].iter().all(|byte| *byte == 0xEE) || length < out.len());
            heard.extend(host.read(&out[..length]));
        }
        for sort in [Kind::Hello, Kind::Response, Kind::Report].map(|kind| kind.code()) {
            let of = |messages: &[AnyMessage]| -> Vec<AnyMessage> {
                let is = |message: &&AnyMessage| message.describe().kind.code() == sort;
                messages.iter().filter(is).filter(|message| !is_status(message)).copied().collect()
            };
            prop_assert_eq!(of(&heard), of(&all));
        }
        // A status is shorter than an entry and may slip past it, but each comes.
        let statuses = |messages: &[AnyMessage]| messages.iter().filter(|m| is_status(m)).count();
        prop_assert_eq!(statuses(&heard), statuses(&all));
        prop_assert_eq!(host.receiver.losses().missed, 0);
    }

    #[test]
    fn small_messages_need_no_more_than_64_bytes(seed: u64) {
        let mut dice = Dice::new(seed);
        let (mut bench, mut host) = standby::<1>();
        host.say(&mut bench, &hello());
        host.say(&mut bench, &select(4));
        bench.tick();
        let (mut greeted, mut answered, mut phase_seen) = (false, false, false);
        for _ in 0..400 {
            let mut out = vec![0; dice.roll(65) as usize];
            let length = bench.device.link.transmit(bench.now, &mut out);
            for message in host.read(&out[..length]) {
                match message {
                    AnyMessage::Hello(_) => greeted = true,
                    AnyMessage::Response(response) => answered = greeted && response.rid == 4,
                    AnyMessage::EventReport(event) => phase_seen |= answered && event.code == 6,
                    _ => {}
                }
            }
        }
        prop_assert!(phase_seen);
    }
}

#[test]
fn events_that_find_no_room_show_as_a_gap_in_the_index() {
    let (mut bench, mut host) = standby::<1>();
    for _ in 0..30 {
        bench.ask(Request::select(PATIENT)).unwrap();
        bench.ask(Request::Cancel).unwrap();
    }
    let index = |message: AnyMessage| match message {
        AnyMessage::EventReport(event) => Some(event.index),
        _ => None,
    };
    let indices: Vec<u32> = host.hear(&mut bench).into_iter().filter_map(index).collect();
    assert_eq!(indices.len(), 48, "the newest are kept");
    assert!(indices.windows(2).all(|pair| pair[1] == pair[0] + 1) && indices[0] > 0);
}

#[test]
fn an_entry_is_as_long_on_the_wire_as_in_the_record() {
    assert_eq!(core::mem::size_of::<EntryBytes>(), coldcap_wire::message::RECORD_ENTRY_LEN);
}

/// The bench's plan, of this mode and with these two targets.
fn plan(rid: u16, control: u8, target_mc: i32, interface_mc: i32) -> ChoosePlan {
    ChoosePlan {
        head: CommandHead::new(rid, 0),
        regimen: 1,
        pre_s: 600,
        post_s: 600,
        break_each_s: 300,
        break_total_s: 600,
        target_mc,
        post_clock: 0,
        control,
        interface_mc,
        source: 192,
        override_reason: 0,
    }
}

#[test]
fn a_plan_names_the_one_temperature_that_it_holds() {
    let (mut bench, mut host) = standby::<1>();
    bench.ask(Request::select(PATIENT)).unwrap();
    let mut answer = |plan: ChoosePlan| {
        host.say(&mut bench, &plan);
        bench.tick();
        let answers = host.answers(&mut bench);
        let session = bench.device.control.checkpoint().channels[0].state.session;
        (answers[0], session.plan().map(|plan| plan.target()))
    };
    let (refused, chosen) = answer(plan(1, 0, -4_000, 4_000));
    assert_eq!((refused.status, chosen), (Status::MALFORMED, None));
    assert_eq!(answer(plan(2, 1, -4_000, 4_000)).0.status, Status::MALFORMED);
    assert_eq!(answer(plan(3, 2, 0, 0)).0.status, Status::MALFORMED);
    let (freezing, chosen) = answer(plan(4, 1, 0, 0));
    let allowed = (freezing.field, freezing.minimum, freezing.maximum);
    assert_eq!((freezing.status, chosen), (Status::OUT_OF_RANGE, None));
    assert_eq!(allowed, (16, 2_000, 10_000));
    let (done, chosen) = answer(plan(5, 1, 0, 4_000));
    let cap = Target::Cap(Interface::from_milli(4_000));
    assert_eq!((done.status, chosen), (Status::OK, Some(cap)));
    let (done, chosen) = answer(plan(6, 0, -4_000, 0));
    let coolant = Target::Coolant(Coolant::from_milli(-4_000));
    assert_eq!((done.status, chosen), (Status::OK, Some(coolant)));
}

// req: SES-001
#[test]
fn a_stop_has_a_place_of_its_own_and_overtakes_a_flood_of_facts() {
    let (mut bench, mut host) = cooling();
    let fact = |rid| Observe {
        head: CommandHead::new(rid, 0),
        fact: FactKind::COMFORT,
        drug: 0,
        hair_toxic: 0,
        value: 5,
    };
    (1..=30).for_each(|rid| host.say(&mut bench, &fact(rid)));
    host.say(&mut bench, &operate(40, Action::STOP));
    host.say(&mut bench, &operate(41, Action::STOP));
    let busy = host.answers(&mut bench);
    assert!(busy.iter().all(|answer| answer.status == Status::BUSY && answer.rid < 40), "{busy:?}");
    bench.tick();
    assert!(bench.phase() == Phase::Paused && bench.drives.channels[0].pump.is_off());
    let answers = host.answers(&mut bench);
    let stopped = answers.iter().find(|answer| answer.rid == 41).unwrap();
    assert_eq!(stopped.status, Status::OK);
    // The one that it took the place of is done again, and answered, when it comes again.
    host.say(&mut bench, &operate(40, Action::STOP));
    bench.tick();
    let answers = host.answers(&mut bench);
    assert!(answers.iter().any(|answer| (answer.rid, answer.status) == (40, Status::NO_CHANGE)));
}
