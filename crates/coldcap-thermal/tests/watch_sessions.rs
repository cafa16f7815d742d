//! A thousand healthy sessions, 250 on each of four machines: no trip.
//!
//! Plants ±30 %, 3 to 30 mK of noise, ramped setpoints given as ramped or as final, breaks with the pump
//! off or on, warm caps, steps of the setpoint, relay experiments, manual drive, short sensor faults.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod watch_support;

use std::collections::BTreeMap;

use coldcap_thermal::watch::Verdict;
use watch_support::{Order, Rig, machines};

/// A loop and the target of its sessions.
struct Kind {
    name: &'static str,
    build: fn(u64) -> Rig,
    target: f64,
    companion: bool,
}

static VALVE: Kind = Kind { name: "valve", build: machines::valve, target: -4.0, companion: true };
static GLYCOL: Kind =
    Kind { name: "glycol", build: machines::glycol, target: -3.0, companion: true };
static TANK: Kind = Kind { name: "tank", build: machines::tank, target: -8.0, companion: false };
static HEATER: Kind =
    Kind { name: "heater", build: machines::heater, target: 37.0, companion: true };

/// Nothing is acknowledged, which could hide a trip: the first warning of a session is noted.
struct Session {
    rig: Rig,
    kind: &'static Kind,
    target: f64,
    events: u32,
    warning: Option<String>,
    trip: Option<String>,
}

impl Session {
    fn run(&mut self, what: &str, order: Order, seconds: u32) {
        for _ in 0..seconds {
            if self.trip.is_some() {
                return;
            }
            match self.rig.tick(order) {
                Verdict::Ok => {}
                Verdict::Warn(finding) => {
                    self.warning.get_or_insert_with(|| format!("{finding} in {what}"));
                }
                Verdict::Trip(finding) => {
                    let second = self.rig.seconds;
                    self.trip = Some(format!("{finding} in {what} at {second} s"));
                }
            }
        }
    }

    fn hold(&mut self, what: &str, low: f64, high: f64) {
        let seconds = self.rig.dice.between(low, high) as u32;
        self.run(what, Order::Hold(self.target), seconds);
    }

    fn event(&mut self) {
        self.events += 1;
        let rig = &mut self.rig;
        match rig.dice.below(7) {
            0 => {
                rig.plant.open_cap(&mut rig.dice);
                self.hold("cap", 300.0, 600.0);
            }
            1 => self.pause(),
            2 => {
                self.target = self.kind.target + rig.dice.between(-2.0, 2.0);
                self.hold("step", 300.0, 900.0);
            }
            3 => self.tune(),
            4 => {
                let drive = rig.drive;
                let seconds = rig.dice.between(60.0, 240.0) as u32;
                self.run("manual", Order::Manual(drive), seconds);
                self.hold("after manual", 300.0, 600.0);
            }
            5 => self.blips(),
            _ => self.hold("hold", 300.0, 900.0),
        }
    }

    /// A break: pump off or on, then back with a warm cap or the old one.
    fn pause(&mut self) {
        let pumped = self.rig.dice.below(2) == 0;
        let seconds = self.rig.dice.between(60.0, 600.0) as u32;
        self.run("break", Order::Off { pumped }, seconds);
        if self.rig.dice.below(3) == 0 {
            self.run("break, pumped", Order::Off { pumped: true }, 120);
        }
        if self.rig.dice.below(2) == 0 {
            let rig = &mut self.rig;
            rig.plant.open_cap(&mut rig.dice);
        }
        self.hold("resume", 600.0, 1_200.0);
    }

    /// A relay, from a careful one around the present drive to one over the whole range.
    fn tune(&mut self) {
        let centre = self.target;
        let drive = self.rig.drive;
        let swing = self.rig.dice.between(0.2, 1.0);
        let (low, high) = ((drive - swing).max(0.0), (drive + swing).min(1.0));
        let seconds = self.rig.dice.between(300.0, 900.0) as u32;
        self.run("tuning", Order::Relay { centre, low, high }, seconds);
        self.hold("after tuning", 300.0, 600.0);
    }

    /// Short faults of the sensor. Each switches a compressor off for its minimum off time, so that
    /// several are a tank out of control, which is to be found.
    fn blips(&mut self) {
        let count = if self.kind.name == "tank" { 1 } else { 5 };
        for _ in 0..count {
            self.hold("between blips", 20.0, 90.0);
            self.rig.blip = true;
            self.hold("blip", 1.0, 4.0);
            self.rig.blip = false;
        }
        self.hold("after blips", 200.0, 600.0);
    }
}

fn session(kind: &'static Kind, seed: u64) -> Session {
    let mut rig = (kind.build)(seed);
    rig.final_target = rig.dice.below(2) == 0;
    rig.read_back = rig.dice.below(2) == 0;
    rig.companion = kind.companion && rig.dice.below(2) == 0;
    rig.sigma = rig.dice.between(0.003, 0.03);
    let target = kind.target;
    let mut session = Session { rig, kind, target, events: 0, warning: None, trip: None };
    let standby = session.rig.dice.between(30.0, 300.0) as u32;
    session.run("standby", Order::Off { pumped: true }, standby);
    session.hold("pull-down", 900.0, 2_400.0);
    for _ in 0..6 {
        session.event();
    }
    session.run("end", Order::Off { pumped: false }, 300);
    session
}

fn assert_no_trips(kind: &'static Kind) {
    let (mut trips, mut seconds, mut events) = (Vec::new(), 0u64, 0);
    let mut warnings = BTreeMap::<String, u32>::new();
    for seed in 0..250 {
        let session = session(kind, seed);
        seconds += u64::from(session.rig.seconds);
        events += session.events;
        if let Some(warning) = session.warning {
            *warnings.entry(warning).or_default() += 1;
        }
        if let Some(trip) = session.trip {
            trips.push(format!("seed {seed}: {trip}"));
        }
    }
    let (name, count, hours) = (kind.name, trips.len(), seconds / 3_600);
    println!("{name}: {hours} h, {events} events, {count} trips, warnings {warnings:?}");
    assert!(trips.is_empty(), "{trips:#?}");
}

#[test]
fn mixing_valve_sessions_pass_without_a_trip() {
    assert_no_trips(&VALVE);
}

#[test]
fn chilled_coolant_sessions_pass_without_a_trip() {
    assert_no_trips(&GLYCOL);
}

#[test]
fn tank_sessions_pass_without_a_trip() {
    assert_no_trips(&TANK);
}

#[test]
fn heated_sessions_pass_without_a_trip() {
    assert_no_trips(&HEATER);
}
