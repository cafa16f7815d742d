//! The screens as text. `COLDCAP_WRITE_SCREENS=1 cargo test -p coldcap-cli --bin coldcap screens` writes them anew.

use super::draw;
use crate::command::watch::desk::{Deck, Desk, Prompt};
use coldcap_host::client::Message;
use coldcap_host::view::{LinkFact, LinkQuality};
use coldcap_units::{Fault, Instant};
use coldcap_wire::message::{
    ChannelStatus, EventReport, Hello, MACHINE, MachineStatus, Origin, Value,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::fs;
use std::path::PathBuf;

const PRE_COOL: u8 = 8;
const INFUSING: u8 = 10;
const PAUSED: u8 = 12;
const ROSE: u8 = 2;
/// When the screens are looked at: twenty minutes after the first word.
const NOW: u64 = 1_200_000;

const fn value(milli: i32) -> Value {
    Value { value: milli, fault: 0, age_ms: 100 }
}

fn hello(origin: Origin, channels: u8) -> Message {
    Message::Hello(Hello {
        major: 1,
        minor_min: 0,
        minor_max: 3,
        origin,
        model: 7,
        serial: 12,
        firmware: 0x0102_0003,
        schema: 0,
        mtu: 240,
        channels,
        features: 0,
        boot: 1,
    })
}

/// A treatment that cools down for ten minutes.
fn status(channel: u8, phase: u8, at_ms: u64) -> ChannelStatus {
    let cooled = (at_ms / 25).min(24_000) as i32;
    let elapsed_ms = (at_ms % 600_000) as u32;
    ChannelStatus {
        seq: 1,
        at_ms,
        channel,
        phase,
        elapsed_ms,
        remaining_ms: 1_800_000 - elapsed_ms,
        cooled_ms: elapsed_ms,
        at_target_ms: elapsed_ms / 2,
        target_mc: -4_000,
        effective_mc: 20_000 - cooled,
        targets_valid: ChannelStatus::TARGET_VALID | ChannelStatus::EFFECTIVE_VALID,
        supply: value(20_300 - cooled),
        returned: value(21_500 - cooled),
        front: value(22_000 - cooled * 3 / 4),
        rear: value(23_000 - cooled * 3 / 4),
        safety: value(22_000 - cooled * 3 / 4),
        skin: value(33_000 - cooled * 3 / 5),
        flow: value(1_000),
        pump_permille: 600,
        valve_permille: 300,
        flags: ChannelStatus::COUPLED | ChannelStatus::WORN | ChannelStatus::AT_TARGET,
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

fn machine(at_ms: u64, alarms: u64, highest: u8) -> Message {
    Message::MachineStatus(MachineStatus {
        seq: 1,
        at_ms,
        tank: value(-8_000),
        evaporator: Value::absent(),
        chiller_permille: 500,
        battery: value(900),
        inputs: MachineStatus::MAINS,
        alarms,
        highest,
        sounding: u8::from(highest > 1),
        link_ok: 10,
        link_crc: 0,
        link_length: 0,
        link_overflow: 0,
        progress: 77,
        dropped: 0,
    })
}

fn event(at_ms: u64, channel: u8, kind: u8, code: u16, value: i32) -> Message {
    Message::Event(EventReport { index: 0, at_ms, channel, kind, code, value })
}

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

/// So many channels that pre-cool for ten minutes and infuse for ten.
fn cooling(channels: u8) -> Desk {
    let mut desk = Desk::new("tcp:cart:7700", None);
    let view = &mut desk.view;
    view.learn(LinkFact::Opened);
    view.hear(at(0), &Message::Secured);
    let origin = if channels == 1 { Origin::SIMULATED } else { Origin::DEVICE };
    view.hear(at(0), &hello(origin, channels));
    for at_ms in (0..=NOW).step_by(1_000) {
        let phase = if at_ms < 600_000 { PRE_COOL } else { INFUSING };
        for channel in 0..channels {
            view.hear(at(at_ms), &Message::ChannelStatus(status(channel, phase, at_ms)));
        }
    }
    view.hear(at(NOW), &machine(NOW, 0, 0));
    let quality = LinkQuality {
        round_trip_us: Some(1_240),
        frames_good: 9_000,
        frames_bad: 2,
        packets_lost: 1,
    };
    view.learn(LinkFact::Quality(quality));
    desk
}

/// One alarm of each priority, and one that was there before.
fn alarmed(channels: u8) -> Desk {
    let mut desk = cooling(channels);
    let view = &mut desk.view;
    view.hear(at(600_000), &event(600_000, 0, ROSE, 17, 1));
    view.hear(at(700_000), &event(700_000, 0, ROSE, 9, 2));
    view.acknowledged(0);
    view.hear(at(800_000), &event(800_000, MACHINE, ROSE, 12, 3));
    let alarms = 1 << 17 | 1 << 9 | 1 << 12 | 1 << 18;
    view.hear(at(NOW), &machine(NOW, alarms, 3));
    desk
}

fn on_break() -> Desk {
    let mut desk = cooling(1);
    let mut paused = status(0, PAUSED, NOW);
    paused.warm_valid = ChannelStatus::WARM_EARLIEST_VALID | ChannelStatus::WARM_LATEST_VALID;
    (paused.warm_earliest_s, paused.warm_latest_s) = (185, 421);
    paused.front = Value { value: 0, fault: Fault::Open.code(), age_ms: 0 };
    desk.view.hear(at(NOW), &event(NOW, 0, 5, 3, 0));
    desk.view.hear(at(NOW), &Message::ChannelStatus(paused));
    desk
}

fn stale() -> Desk {
    let mut desk = alarmed(1);
    desk.view.hear(at(NOW), &Message::LinkLost);
    desk.view.learn(LinkFact::Stale(true));
    desk
}

fn down() -> Desk {
    let mut desk = Desk::new("tcp:cart:7700", None);
    desk.view.learn(LinkFact::Stale(true));
    desk.view.learn(LinkFact::Down("connection refused".into()));
    desk
}

fn played() -> Desk {
    let mut desk = alarmed(1);
    let deck = Deck { position_ms: NOW, length_ms: 12_000_000, speed: 8.0, paused: true };
    desk.deck = Some(deck);
    desk.place = "session.ccap".into();
    desk
}

fn helped() -> Desk {
    Desk { help: true, ..cooling(1) }
}

fn breaking() -> Desk {
    Desk { has_fault_door: true, prompt: Prompt::Fault, ..cooling(1) }
}

fn armed() -> Desk {
    Desk { prompt: Prompt::Armed(0, 12), ..on_break() }
}

fn answered() -> Desk {
    Desk { notice: Some("break, channel 0: denied: not permitted".into()), ..cooling(2) }
}

/// Its name, what is on it, and its size.
type Screen = (&'static str, fn() -> Desk, [u16; 2]);

const SCREENS: [Screen; 15] = [
    ("cooling-80x24", || cooling(1), [80, 24]),
    ("cooling-120x40", || cooling(1), [120, 40]),
    ("cooling-60x20", || cooling(1), [60, 20]),
    ("cooling-40x12", || cooling(1), [40, 12]),
    ("two-channels-80x24", || cooling(2), [80, 24]),
    ("two-channels-120x40", || alarmed(2), [120, 40]),
    ("alarms-80x24", || alarmed(1), [80, 24]),
    ("alarms-60x20", || alarmed(1), [60, 20]),
    ("break-80x24", on_break, [80, 24]),
    ("resume-80x24", armed, [80, 24]),
    ("stale-80x24", stale, [80, 24]),
    ("down-80x24", down, [80, 24]),
    ("recording-80x24", played, [80, 24]),
    ("keys-80x24", helped, [80, 24]),
    ("faults-80x24", breaking, [80, 24]),
];

fn text(desk: &Desk, [width, height]: [u16; 2]) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(desk, at(NOW + 200), frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| format!("{}\n", row(y).trim_end())).collect()
}

#[test]
fn screens_are_as_they_were() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screens"));
    let write = std::env::var_os("COLDCAP_WRITE_SCREENS").is_some();
    for (name, desk, size) in SCREENS {
        let path = folder.join(format!("{name}.txt"));
        let now = text(&desk(), size);
        if write {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &now).unwrap();
        }
        let before = fs::read_to_string(&path).unwrap();
        assert!(before == now, "{name} is now:\n{now}");
    }
}

#[test]
fn no_size_is_too_small() {
    let desks = [cooling(2), alarmed(1), on_break(), stale(), down(), played(), helped(), armed()];
    for desk in desks {
        for width in (0..140).step_by(9) {
            for height in (0..50).step_by(3) {
                text(&desk, [width.max(1), height.max(1)]);
            }
        }
    }
}

/// Whatever is simulated says so in the first row, also where nothing else has room.
#[test]
fn what_is_simulated_is_never_taken_for_a_device() {
    for width in [24, 60, 80, 200] {
        let first = text(&alarmed(1), [width, 3]);
        assert!(first.lines().next().unwrap().contains("SIMULATED"), "{first}");
        let device = text(&alarmed(2), [width, 3]);
        assert!(!device.contains("SIMULATED") && device.contains("DEVICE"), "{device}");
    }
}

#[test]
fn where_the_line_is_lost_no_figure_of_it_is_left() {
    let screen = text(&stale(), [120, 24]);
    for line in screen.lines().filter(|line| line.contains("supply") || line.contains("front")) {
        assert!(line.contains("STALE") && !line.contains("°C"), "{line}");
    }
    assert!(screen.contains("LEAK") || screen.contains("leak"), "an alarm stays: {screen}");
}

#[test]
fn the_answer_to_a_key_stands_in_the_last_row() {
    let screen = text(&answered(), [80, 24]);
    assert!(screen.lines().last().unwrap().contains("denied: not permitted"), "{screen}");
}

/// The page shows the screens as they are.
#[test]
fn the_page_of_the_live_view_shows_screens_as_they_are() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/watch.md");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains(&text(&alarmed(1), [80, 24])), "alarms-80x24");
    let rest = text(&on_break(), [80, 24]);
    let lines: String = rest.lines().skip(2).take(7).map(|line| format!("{line}\n")).collect();
    assert!(page.contains(&lines), "break-80x24");
}
