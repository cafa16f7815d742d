//! A display that stands still: the machine notices, by the controller's progress that comes back.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use coldcap::{Config, Outputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_guard::display::DisplayLimits;
use coldcap_wire::message::{
    AnyMessage, Drawn, Hello, MINOR, MachineStatus, Message, Origin, SCHEMA,
};
use coldcap_wire::{Receiver, Sender};

/// A tablet at the end of a cable: what receives, and what draws.
struct Tablet {
    sender: Sender,
    receiver: Receiver,
    newest: Option<MachineStatus>,
    /// The screen stands still; what receives goes on.
    frozen: bool,
    takes_part: bool,
}

impl Tablet {
    fn new(takes_part: bool) -> Self {
        let (sender, receiver) = (Sender::new(), Receiver::new());
        Self { sender, receiver, newest: None, frozen: false, takes_part }
    }

    fn say(&mut self, bench: &mut Bench<1>, message: &impl Message) {
        let mut frame = [0; 300];
        let length = self.sender.send_message(message, &mut frame).unwrap();
        bench.device.link.receive(bench.now, &frame[..length]);
    }

    fn greet(&mut self, bench: &mut Bench<1>, minor: u8) {
        let hello = Hello {
            major: 1,
            minor_min: 0,
            minor_max: minor,
            origin: Origin::DEVICE,
            model: 0,
            serial: 0,
            firmware: 0,
            schema: SCHEMA,
            mtu: 240,
            channels: 0,
            features: 0,
            boot: 5,
        };
        self.say(bench, &hello);
    }

    /// A tick of the machine, and what its tablet makes of it.
    fn tick(&mut self, bench: &mut Bench<1>) -> Outputs<1> {
        let outputs = bench.tick();
        let mut out = [0; 2_000];
        let mut length = bench.device.link.transmit(bench.now, &mut out);
        while length > 0 {
            self.hear(&out[..length]);
            length = bench.device.link.transmit(bench.now, &mut out);
        }
        if let Some(status) = self.newest.filter(|_| self.takes_part && !self.frozen) {
            self.say(bench, &Drawn { progress: status.progress });
        }
        if bench.now.as_millis().is_multiple_of(1_000) {
            self.say(bench, &coldcap_wire::message::Heartbeat { at_ms: 1, nonce: 1 });
        }
        outputs
    }

    fn hear(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (consumed, packet) = self.receiver.feed(bytes);
            let message = packet.and_then(Result::ok).map(|packet| packet.message());
            if let Some(Ok(AnyMessage::MachineStatus(status))) = message {
                self.newest = Some(status);
            }
            bytes = &bytes[consumed.max(1)..];
        }
    }
}

/// Cooling, with a tablet that has been looked at for half a minute.
fn cooling(takes_part: bool) -> (Bench<1>, Tablet) {
    let mut bench = Bench::new();
    bench.bring_to(Phase::PreCool);
    let mut tablet = Tablet::new(takes_part);
    tablet.greet(&mut bench, MINOR);
    for _ in 0..300 {
        let outputs = tablet.tick(&mut bench);
        assert!(!outputs.machine.alarms.contains(Condition::DisplaySilent));
    }
    assert!(tablet.newest.unwrap().progress > 0);
    (bench, tablet)
}

/// The story of 2012: the screen shows plausible figures and stands still, the link is up, nothing else
/// tells of it. Here the machine does, by its own buzzer, within ten seconds and what a report may be old;
/// and cooling goes on.
// req: INT-019
#[test]
fn a_frozen_screen_is_heard_from_the_machine() {
    let (mut bench, mut tablet) = cooling(true);
    let last = tablet.newest.unwrap();
    tablet.frozen = true;
    let mut silent = None;
    for tick in 0..200 {
        let outputs = tablet.tick(&mut bench);
        assert!(!outputs.machine.alarms.contains(Condition::LinkLost));
        assert!(!outputs.drives.channels[0].pump.is_off());
        if outputs.machine.alarms.contains(Condition::DisplaySilent) && silent.is_none() {
            silent = Some(tick);
            assert_eq!(outputs.machine.sounding, Priority::Medium);
        }
    }
    println!(
        "the machine speaks {:.1} s after the screen froze",
        f64::from(silent.unwrap()) / 10.0
    );
    assert!((85..=100).contains(&silent.unwrap()));
    // The controller went on all the time: what the screen shows is old by its own number.
    assert!(tablet.newest.unwrap().progress > last.progress + 150);
    tablet.frozen = false;
    for _ in 0..30 {
        tablet.tick(&mut bench);
    }
    assert!(!tablet.tick(&mut bench).machine.alarms.contains(Condition::DisplaySilent));
}

/// What only echoes what it gets without drawing anew is found, too: the same progress again is no news.
#[test]
fn the_same_picture_again_is_no_progress() {
    let (mut bench, mut tablet) = cooling(true);
    tablet.frozen = true;
    let shown = tablet.newest.unwrap().progress;
    let silent = (0..200).find(|_| {
        tablet.say(&mut bench, &Drawn { progress: shown });
        tablet.tick(&mut bench).machine.alarms.contains(Condition::DisplaySilent)
    });
    assert!(silent.is_some());
}

#[test]
fn a_machine_without_a_display_raises_nothing() {
    let (mut bench, mut logger) = cooling(false);
    for _ in 0..3_000 {
        let outputs = logger.tick(&mut bench);
        assert!(!outputs.machine.alarms.contains(Condition::DisplaySilent));
    }
    let mut alone: Bench<1> = Bench::new();
    alone.bring_to(Phase::PreCool);
    for _ in 0..3_000 {
        assert!(!alone.tick().machine.alarms.contains(Condition::DisplaySilent));
    }
}

#[test]
fn a_display_that_must_be_there_is_missed() {
    let display = DisplayLimits { fitted: true, ..DisplayLimits::PROPOSED };
    let mut bench: Bench<1> = Bench::with(Config { display, ..Config::unsecured_bench() });
    // While nobody is treated it may rest.
    bench.until(Phase::Standby);
    for _ in 0..300 {
        assert!(!bench.tick().machine.alarms.contains(Condition::DisplaySilent));
    }
    bench.bring_to(Phase::PreCool);
    assert!((0..101).any(|_| bench.tick().machine.alarms.contains(Condition::DisplaySilent)));
}

/// The progress is the controller's: it moves on with every tick, and a host that does not know it gets
/// reports without it.
#[test]
fn progress_moves_with_every_tick_and_older_hosts_read_on() {
    let mut bench: Bench<1> = Bench::new();
    for tick in 1..=50u16 {
        assert_eq!(bench.tick().machine.progress, tick);
    }
    let mut old = Tablet::new(false);
    old.greet(&mut bench, 1);
    (0..30).for_each(|_| drop(old.tick(&mut bench)));
    assert_eq!(old.newest.unwrap().progress, 0);
    old.greet(&mut bench, MINOR);
    (0..30).for_each(|_| drop(old.tick(&mut bench)));
    assert!(old.newest.unwrap().progress > 70);
}
