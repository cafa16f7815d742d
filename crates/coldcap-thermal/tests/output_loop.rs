//! A loop with a compressor that must run for 10 min at least, in a window of 60 min (BrewPi/firmware,
//! issue 58).
//!
//! The fridge: first order with dead time, K = 40 K from off to full, 22 °C around it; *slow* with
//! T = 3 h and L = 5 min, *fast*, as in the issue, with T = 1 h and L = 2 min. The controller is SIMC for
//! a dead time of L and half a window, which is what time proportioning adds: θ = L + 30 min,
//! gain = T / (2·θ·K), Ti = min(T, 8·θ) = T. The *tight* ones have three to five times that gain.
//!
//! `cargo test -p coldcap-thermal --test output_loop -- --nocapture` prints the figures.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod output_support;

use coldcap_thermal::output::{Switch, TimeProportion, TimeProportionConfig};
use fixed::types::I16F16;
use output_support::{BREWPI, Plant, SECOND, Spread, brewpi, pi};

const HOUR: u32 = 3_600;

#[derive(Clone, Copy)]
struct Loop {
    name: &'static str,
    time_s: f64,
    delay_s: usize,
    gain: f64,
    integral_s: u32,
}

const SLOW: Loop =
    Loop { name: "slow", time_s: 10_800.0, delay_s: 300, gain: 0.0643, integral_s: 10_800 };
const FAST: Loop =
    Loop { name: "fast", time_s: 3_600.0, delay_s: 120, gain: 0.0234, integral_s: 3_600 };
const SLOW_TIGHT: Loop = Loop { name: "slow, tight", gain: 0.2, integral_s: 5_400, ..SLOW };
const FAST_TIGHT: Loop = Loop { name: "fast, tight", gain: 0.1, ..FAST };

impl Loop {
    fn plant(&self) -> Plant {
        Plant::new(40.0, self.time_s, self.delay_s, 22.0)
    }
}

/// How a command becomes on and off, and what the controller is told about it.
trait Output {
    fn step(&mut self, command: I16F16) -> (bool, I16F16);
}

/// The library's, and what its user makes of `achieved`.
struct Proportioned {
    config: TimeProportionConfig,
    output: TimeProportion,
    told: fn(I16F16, Switch) -> I16F16,
}

impl Proportioned {
    fn new(told: fn(I16F16, Switch) -> I16F16) -> Self {
        Self { config: brewpi(), output: TimeProportion::rested(), told }
    }
}

impl Output for Proportioned {
    fn step(&mut self, command: I16F16) -> (bool, I16F16) {
        let switch = self.output.step(&self.config, command, SECOND);
        (switch.on, (self.told)(command, switch))
    }
}

fn achieved(_: I16F16, switch: Switch) -> I16F16 {
    switch.achieved
}

fn nothing(command: I16F16, _: Switch) -> I16F16 {
    command
}

fn switching(_: I16F16, switch: Switch) -> I16F16 {
    if switch.on { I16F16::ONE } else { I16F16::ZERO }
}

/// The customary window: the command at its start is its on time, but at least the minimum. The
/// controller is told the duty of the last window, or nothing.
struct Window {
    second: u32,
    on_s: u32,
    last: I16F16,
    tells: bool,
}

impl Window {
    fn new(tells: bool) -> Self {
        Self { second: 0, on_s: 0, last: I16F16::ZERO, tells }
    }

    fn begin(&mut self, command: I16F16, length_s: u32) {
        self.second = 0;
        self.last = I16F16::from_num(f64::from(self.on_s) / f64::from(length_s));
        let exact = (command.to_num::<f64>() * f64::from(length_s)) as u32;
        self.on_s = if exact == 0 { 0 } else { exact.max(BREWPI.minimum_on.as_secs()) };
    }
}

impl Output for Window {
    fn step(&mut self, command: I16F16) -> (bool, I16F16) {
        let length_s = BREWPI.window.as_secs();
        if self.second.is_multiple_of(length_s) {
            self.begin(command, length_s);
        }
        self.second += 1;
        (self.second <= self.on_s, if self.tells { self.last } else { command })
    }
}

/// What is left when the loop has settled: error in kelvin, and the number of cycles it was taken from.
struct Settled {
    error: Spread,
    cycles: u32,
}

impl Settled {
    /// Mean error as a part of the ripple.
    fn bias(&self) -> f64 {
        self.error.mean() / self.error.width()
    }

    fn print(&self, what: &str) {
        println!(
            "{what:34} mean error {:+.3} K, ripple {:.2} K p-p: {:+5.1} %; {} cycles",
            self.error.mean(),
            self.error.width(),
            self.bias() * 100.0,
            self.cycles
        );
    }
}

/// Settles from ambient temperature for 40 h, then looks at all whole cycles of 80 h, from one turning
/// on to another.
fn settle(settings: &Loop, output: &mut dyn Output, duty: f64) -> Settled {
    let setpoint = 22.0 - 40.0 * duty;
    let mut plant = settings.plant();
    let mut controller = pi(settings.gain, settings.integral_s, SECOND);
    let (mut told, mut was_on) = (I16F16::ZERO, false);
    let (mut whole, mut part, mut cycles) = (Spread::default(), None::<Spread>, 0);
    for second in 0..120 * HOUR {
        let (on, achieved) = output.step(controller(setpoint, plant.y, told));
        told = achieved;
        if second > 40 * HOUR && on && !was_on {
            cycles += u32::from(part.is_some());
            whole = *part.get_or_insert_default();
        }
        was_on = on;
        plant.step(f64::from(u8::from(on)));
        if let Some(part) = &mut part {
            part.add(plant.y - setpoint);
        }
    }
    Settled { error: whole, cycles }
}

const DUTIES: [f64; 8] = [0.05, 0.1, 0.167, 0.3, 0.45, 0.7, 0.9, 0.96];

fn worst(settings: &Loop, told: fn(I16F16, Switch) -> I16F16) -> f64 {
    let biases = DUTIES.map(|duty| {
        let settled = settle(settings, &mut Proportioned::new(told), duty);
        settled.print(&format!("{}, duty {duty}", settings.name));
        assert!(settled.cycles > 20);
        settled.bias().abs()
    });
    biases.into_iter().fold(0.0, f64::max)
}

#[test]
fn a_slow_fridge_settles_on_its_setpoint() {
    assert!(worst(&SLOW, achieved) <= 0.1);
}

#[test]
fn a_fast_fridge_settles_on_its_setpoint() {
    assert!(worst(&FAST, achieved) <= 0.1);
}

/// The ripple drives the command to a limit in every cycle at the smallest and largest duties, which
/// shifts the mean; see the documentation of `TimeProportion`.
#[test]
fn a_gain_that_is_too_high_for_the_window_still_comes_near() {
    assert!(worst(&SLOW_TIGHT, achieved) <= 0.15);
    assert!(worst(&FAST_TIGHT, achieved) <= 0.15);
}

#[test]
fn the_customary_window_runs_beside_the_setpoint() {
    let run = |what: &str, output: &mut dyn Output, duty: f64| {
        let settled = settle(&SLOW, output, duty);
        settled.print(&format!("{what}, duty {duty}"));
        settled.bias().abs()
    };
    for duty in [0.1, 0.45] {
        assert!(run("achieved", &mut Proportioned::new(achieved), duty) <= 0.1);
        run("told the switching", &mut Proportioned::new(switching), duty);
        run("window, not told", &mut Window::new(false), duty);
        assert!(run("window, told its last duty", &mut Window::new(true), duty) > 0.2);
    }
    assert!(run("window, not told", &mut Window::new(false), 0.1) > 0.1);
}

/// Lowest error after the guard gave the compressor back, in the 40 h that follow.
fn undershoot(settings: &Loop, hours: u32, told: fn(I16F16, Switch) -> I16F16) -> f64 {
    let (config, mut output) = (brewpi(), TimeProportion::new());
    let mut plant = settings.plant();
    let mut controller = pi(settings.gain, settings.integral_s, SECOND);
    let (mut last, mut after) = (I16F16::ZERO, Spread::default());
    for second in 0..(70 + hours) * HOUR {
        let command = controller(4.0, plant.y, last);
        let switch = if (30 * HOUR..(30 + hours) * HOUR).contains(&second) {
            output.off_now(&config, SECOND)
        } else {
            output.step(&config, command, SECOND)
        };
        last = told(command, switch);
        plant.step(f64::from(u8::from(switch.on)));
        if second >= (30 + hours) * HOUR {
            after.add(plant.y - 4.0);
        }
    }
    -after.low
}

#[test]
fn a_compressor_that_was_taken_away_does_not_wind_the_controller_up() {
    let ripple = settle(&SLOW, &mut Proportioned::new(achieved), 0.45).error;
    for hours in [1, 3, 12] {
        let [told, untold] = [achieved, nothing].map(|told| undershoot(&SLOW, hours, told));
        println!(
            "taken away for {hours} h: {told:.2} K below with achieved, {untold:.2} K without"
        );
        assert!(told <= -ripple.low + 0.1 && untold > told + 0.5);
    }
}
