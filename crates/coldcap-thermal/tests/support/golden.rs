//! The scenarios of `oracle/oracle.py`, with the very same inputs, and the files that it wrote.

use crate::support::Tested;
use coldcap_thermal::pid::{
    Action, AntiWindup, Coefficients, Fallback, Input, Jitter, Limits, Mode, OnInvalid, Pid, Step,
    Tuning,
};
use coldcap_units::{Duration, Fault};
use fixed::types::{I16F16, I32F32};

pub(crate) const STEPS: usize = 100_000;
/// Every so many steps a value is kept.
pub(crate) const EVERY: usize = 500;
/// Every so many steps the hashes are kept.
pub(crate) const HASH_EVERY: usize = 10_000;
const UNIT: i64 = 1 << 16;

pub(crate) const CLOSED: &str = include_str!("../golden/pid_closed.txt");
pub(crate) const OPEN: &str = include_str!("../golden/pid_open.txt");

/// What the random scenario needs of a number type beyond the rest.
pub(crate) trait Golden: Tested {
    /// `units` in 2⁻¹⁶, with `low` below that where the type has it.
    fn fine(units: i64, low: u32) -> Self;
    /// A number that is no signal; `special` is NaN or an infinity where the type has it.
    fn wild(special: f64) -> Self;
    fn units(units: i64) -> Self {
        Self::fine(units, 0)
    }
}

impl Golden for f32 {
    fn fine(units: i64, _: u32) -> Self {
        units as f32 / UNIT as f32
    }
    fn wild(special: f64) -> Self {
        special as f32
    }
}

impl Golden for f64 {
    fn fine(units: i64, _: u32) -> Self {
        units as f64 / UNIT as f64
    }
    fn wild(special: f64) -> Self {
        special
    }
}

impl Golden for I16F16 {
    fn fine(units: i64, _: u32) -> Self {
        Self::from_bits(units as i32)
    }
    fn wild(special: f64) -> Self {
        fixed_wild(special)
    }
}

impl Golden for I32F32 {
    fn fine(units: i64, low: u32) -> Self {
        Self::from_bits((units << 16) | i64::from(low))
    }
    fn wild(special: f64) -> Self {
        fixed_wild(special)
    }
}

fn fixed_wild<T: Tested>(special: f64) -> T {
    T::of(match special {
        s if s.is_finite() => s,
        f64::NEG_INFINITY => -3000.0,
        _ => 3000.0,
    })
}

fn wild<T: Golden>(kind: u32) -> T {
    let edge = 2048.0 + 1.0 / 64.0;
    let kinds = [3000.0, -3000.0, edge, -edge, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    T::wild(kinds[kind as usize])
}

/// D. E. Knuth's MMIX generator; the upper half of its state.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn below(&mut self, count: u32) -> u32 {
        ((u64::from(self.next()) * u64::from(count)) >> 32) as u32
    }

    fn signed(&mut self, most: i64) -> i64 {
        i64::from(self.below(2 * most as u32 + 1)) - most
    }
}

/// FNV-1a over words of 64 bits instead of bytes.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x100_0000_01b3);
    }
}

/// What is kept of a run, as in the files.
pub(crate) struct Trace<T> {
    commands: Hash,
    all: Hash,
    steps: usize,
    /// Command, requested, integral and derivative of every 500th step.
    pub(crate) values: Vec<[T; 4]>,
    /// Of the commands, and of everything.
    pub(crate) hashes: Vec<(u64, u64)>,
}

impl<T: Tested> Trace<T> {
    fn new() -> Self {
        let hash = Hash(0xcbf2_9ce4_8422_2325);
        Self { commands: hash, all: hash, steps: 0, values: Vec::new(), hashes: Vec::new() }
    }

    fn add(&mut self, step: &Step<T>) {
        let command = step.command.bits();
        self.commands.word(command);
        self.all.word(command);
        self.all.word(u64::from(step.flags.0));
        self.all.word(step.fault.map_or(0, |fault| u64::from(fault.code())));
        for value in [step.requested(), step.proportional(), step.integral(), step.derivative()] {
            self.all.word(value.bits());
        }
        self.steps += 1;
        if self.steps.is_multiple_of(EVERY) {
            self.values.push([step.command, step.requested(), step.integral(), step.derivative()]);
        }
        if self.steps.is_multiple_of(HASH_EVERY) {
            self.hashes.push((self.commands.0, self.all.0));
        }
    }
}

/// A sampled plant: a chain of lags behind a delay of whole periods.
#[derive(Clone, Default)]
pub(crate) struct Plant {
    pub(crate) name: String,
    pub(crate) period: Duration,
    weights: Vec<f64>,
    input: Vec<f64>,
    state: Vec<Vec<f64>>,
    x: Vec<f64>,
    line: Vec<f64>,
    place: usize,
}

impl Plant {
    pub(crate) fn output(&self) -> f64 {
        self.weights.iter().zip(&self.x).fold(0.0, |sum, (weight, x)| sum + weight * x)
    }

    pub(crate) fn drive(&mut self, input: f64) {
        let mut input = input;
        if !self.line.is_empty() {
            let place = self.place % self.line.len();
            core::mem::swap(&mut input, &mut self.line[place]);
            self.place += 1;
        }
        let row = |(b, row): (&f64, &Vec<f64>)| {
            row.iter().zip(&self.x).fold(b * input, |sum, (a, x)| sum + a * x)
        };
        self.x = self.input.iter().zip(&self.state).map(row).collect();
    }
}

/// A run of a closed loop, and what the oracle says of it.
#[derive(Clone)]
pub(crate) struct ClosedRun {
    pub(crate) plant: usize,
    pub(crate) tuning: Tuning,
    pub(crate) anti_windup: AntiWindup,
    pub(crate) expected: Expected,
    seed: u64,
}

/// What the oracle says of a run.
#[derive(Clone, Default)]
pub(crate) struct Expected {
    pub(crate) doubles: Vec<f64>,
    hashes: Vec<(String, Vec<(u64, u64)>)>,
}

impl Expected {
    pub(crate) fn hashes(&self, name: &str) -> &[(u64, u64)] {
        let of_type = |(word, _): &&(String, Vec<(u64, u64)>)| word == name;
        &self.hashes.iter().find(of_type).unwrap().1
    }

    /// Takes a line with results.
    fn take(&mut self, word: &str, rest: &[&str]) {
        if word == "f64" {
            self.doubles = rest.iter().map(|w| double(w)).collect();
        } else {
            let pair = |w: &&str| {
                let (one, other) = w.split_once('/').unwrap();
                (hex(one), hex(other))
            };
            self.hashes.push((word.to_string(), rest.iter().map(pair).collect()));
        }
    }
}

fn hex(word: &str) -> u64 {
    u64::from_str_radix(word, 16).unwrap()
}

fn double(word: &str) -> f64 {
    f64::from_bits(hex(word))
}

/// A decimal number; infinite is `inf`.
fn number<T: core::str::FromStr<Err: core::fmt::Debug>>(word: &str) -> T {
    word.parse().unwrap()
}

fn lines(file: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.split(' ');
        (words.next().unwrap(), words.collect())
    })
}

fn action(word: &str) -> Action {
    if word == "direct" { Action::Direct } else { Action::Reverse }
}

/// The plants and runs of the file.
pub(crate) fn closed_runs() -> (Vec<Plant>, Vec<ClosedRun>) {
    let (mut plants, mut runs) = (Vec::<Plant>::new(), Vec::<ClosedRun>::new());
    for (word, rest) in lines(CLOSED) {
        let doubles = || rest.iter().map(|w| double(w)).collect();
        match word {
            "plant" => plants.push(plant(&rest)),
            "weights" => {
                plants.last_mut().unwrap().weights = rest.iter().map(|w| number(w)).collect()
            }
            "input" => plants.last_mut().unwrap().input = doubles(),
            "state" => plants.last_mut().unwrap().state.push(doubles()),
            "run" => runs.push(closed_run(&rest)),
            _ => runs.last_mut().unwrap().expected.take(word, &rest),
        }
    }
    (plants, runs)
}

fn plant(words: &[&str]) -> Plant {
    Plant {
        name: words[3].to_string(),
        period: Duration::from_millis(number(words[2])),
        x: vec![0.0; number(words[0])],
        line: vec![0.0; number(words[1])],
        ..Plant::default()
    }
}

fn closed_run(words: &[&str]) -> ClosedRun {
    let [gain, ti, td, b, c] = [2, 3, 4, 5, 6].map(|at| number(words[at]));
    let mut tuning = Tuning::isa(gain, ti, td).weighted(b, c);
    tuning.action = action(words[7]);
    ClosedRun {
        plant: number(words[0]),
        tuning,
        anti_windup: anti_windup(words[8]),
        seed: number(words[1]),
        expected: Expected::default(),
    }
}

/// Runs a closed loop; `watch` sees every step.
pub(crate) fn closed<T: Golden>(
    plant: &Plant,
    run: &ClosedRun,
    mut watch: impl FnMut(&Step<T>),
) -> Trace<T> {
    let mut plant = plant.clone();
    let with = T::coefficients(&run.tuning, plant.period).unwrap();
    let strict = Jitter::Strict { tolerance: Duration::ZERO };
    let with = with.with_jitter(strict).with_anti_windup(run.anti_windup);
    let limits = T::limits(0.0, 10.0);
    let (mut pid, mut trace, mut dice) = (Pid::<T>::new(), Trace::new(), Dice(run.seed));
    let sign = if run.tuning.action == Action::Direct { -1 } else { 1 };
    let mut segment = Segment::default();
    let mut achieved = T::ZERO;
    for _ in 0..STEPS {
        if segment.left == 0 {
            segment = Segment::roll(&mut dice);
        }
        segment.left -= 1;
        let noise = if segment.noisy { dice.signed(655) as f64 / UNIT as f64 } else { 0.0 };
        let input = Input {
            mode: Mode::Auto,
            setpoint: T::units(sign * segment.setpoint),
            measured: Ok(T::of(sign as f64 * plant.output() + noise)),
            feed_forward: T::units(segment.feed_forward),
            achieved,
            dt: plant.period,
        };
        let step = pid.step(&with, &limits, &input);
        watch(&step);
        trace.add(&step);
        let ceiling = T::of(segment.ceiling);
        achieved = if step.command < ceiling { step.command } else { ceiling };
        plant.drive(achieved.to() + segment.load);
    }
    trace
}

/// Some hundred steps of a closed loop with one setpoint and one load.
#[derive(Default)]
struct Segment {
    left: u32,
    setpoint: i64,
    load: f64,
    noisy: bool,
    /// What the actuator can do.
    ceiling: f64,
    feed_forward: i64,
}

impl Segment {
    fn roll(dice: &mut Dice) -> Self {
        let left = 500 + dice.below(3500);
        let setpoint = i64::from(dice.below(9 << 16));
        let load = dice.signed(UNIT) as f64 / UNIT as f64;
        let noisy = dice.below(2) != 0;
        let ceiling = if dice.below(3) == 0 { 6.0 } else { 10.0 };
        let feed_forward = if dice.below(2) != 0 { setpoint / 2 } else { 0 };
        Self { left, setpoint, load, noisy, ceiling, feed_forward }
    }
}

/// The tables that the random scenario draws from.
#[derive(Default)]
pub(crate) struct Tables {
    tunings: Vec<(Tuning, Duration)>,
    limits: Vec<Vec<f64>>,
    policies: Vec<(Jitter, AntiWindup)>,
    /// The seed of each run, and what the oracle says of it.
    pub(crate) runs: Vec<(u64, Expected)>,
}

pub(crate) fn open_tables() -> Tables {
    let mut tables = Tables::default();
    for (word, rest) in lines(OPEN) {
        match word {
            "tuning" => tables.tunings.push(open_tuning(&rest)),
            "limits" => tables.limits.push(rest.iter().map(|w| number(w)).collect()),
            "policy" => tables.policies.push((jitter(&rest), anti_windup(rest[2]))),
            "run" => tables.runs.push((number(rest[0]), Expected::default())),
            _ => tables.runs.last_mut().unwrap().1.take(word, &rest),
        }
    }
    tables
}

fn open_tuning(words: &[&str]) -> (Tuning, Duration) {
    let [gain, integral_time_s, derivative_time_s, filter_time_s, tracking_time_s, b, c] =
        [0, 1, 2, 3, 4, 5, 6].map(|at| number(words[at]));
    let action = action(words[7]);
    let tuning = Tuning {
        gain,
        integral_time_s,
        derivative_time_s,
        filter_time_s,
        tracking_time_s,
        b,
        c,
        action,
    };
    (tuning, Duration::from_millis(number(words[8])))
}

fn jitter(words: &[&str]) -> Jitter {
    match words[0] {
        "strict" => Jitter::Strict { tolerance: Duration::from_millis(number(words[1])) },
        _ => Jitter::Rescale { most: number(words[1]) },
    }
}

fn anti_windup(word: &str) -> AntiWindup {
    match word {
        "back" => AntiWindup::BackCalculation,
        "conditional" => AntiWindup::Conditional,
        _ => AntiWindup::Both,
    }
}

fn limits<T: Golden>(row: &[f64]) -> Limits<T> {
    let [low, high, rise, fall, safe, hold, bleed] = row else { panic!("seven columns") };
    let mut limits = T::limits(*low, *high).with_safe(T::of(*safe)).unwrap();
    if *rise > 0.0 {
        limits = limits.with_slew(T::of(*rise), T::of(*fall)).unwrap();
    }
    let then = if *bleed > 0.0 { Fallback::Bleed(T::of(*bleed)) } else { Fallback::Safe };
    limits.with_on_invalid(OnInvalid { hold: *hold as u16, then }).unwrap()
}

/// What lasts for some steps of the random scenario.
struct Scene<T> {
    left: u32,
    tuning: usize,
    limit: usize,
    policy: usize,
    mode: Mode<T>,
    setpoint: (i64, u32),
    feed_forward: i64,
    measured: i64,
    burst: u32,
    which: u32,
    kind: u32,
}

impl<T: Golden> Scene<T> {
    const START: Self = Self {
        left: 0,
        tuning: 0,
        limit: 0,
        policy: 0,
        mode: Mode::Auto,
        setpoint: (0, 0),
        feed_forward: 0,
        measured: 0,
        burst: 0,
        which: 0,
        kind: 0,
    };

    fn roll(&mut self, tables: &Tables, dice: &mut Dice) {
        self.left = 1 + dice.below(60);
        if dice.below(2) == 0 {
            self.tuning = dice.below(tables.tunings.len() as u32) as usize;
        }
        if dice.below(3) == 0 {
            self.limit = dice.below(tables.limits.len() as u32) as usize;
        }
        if dice.below(3) == 0 {
            self.policy = dice.below(tables.policies.len() as u32) as usize;
        }
        self.mode = Self::mode(dice);
        if dice.below(3) == 0 {
            self.setpoint = (dice.signed(50 * UNIT), dice.below(1 << 16));
        }
        match dice.below(4) {
            0 => self.feed_forward = 0,
            1 => self.feed_forward = dice.signed(5 * UNIT),
            _ => {}
        }
    }

    fn mode(dice: &mut Dice) -> Mode<T> {
        let mode = dice.below(10);
        let units = dice.signed(120 * UNIT) >> dice.below(8);
        let odd = dice.below(8) == 0;
        let wanted = if odd { wild(dice.below(7)) } else { T::units(units) };
        match mode {
            0..=5 => Mode::Auto,
            6 => Mode::Manual(wanted),
            7 => Mode::Hold,
            8 => Mode::Track(wanted),
            _ => Mode::Safe,
        }
    }

    /// The inputs of the next step, in the order in which the oracle rolls them.
    fn input(&mut self, command: T, period: Duration, dice: &mut Dice) -> Input<T> {
        self.left -= 1;
        self.measured += dice.signed(6553) + ((self.setpoint.0 - self.measured) >> 5);
        let edge = 2048 * UNIT;
        if dice.below(500) == 0 {
            self.measured = if dice.below(2) != 0 { edge } else { -edge };
        }
        let low = if self.measured.abs() < edge { dice.below(1 << 16) } else { 0 };
        let mut input = Input {
            mode: self.mode,
            setpoint: T::fine(self.setpoint.0, self.setpoint.1),
            measured: Ok(T::fine(self.measured, low)),
            feed_forward: T::units(self.feed_forward),
            achieved: Self::achieved(command, dice),
            dt: period,
        };
        self.spoil(&mut input, dice);
        input.dt = Self::dt(period, dice);
        input
    }

    fn achieved(command: T, dice: &mut Dice) -> T {
        match dice.below(6) {
            0 => command.plus(T::units(dice.signed(UNIT) >> dice.below(16))),
            1 => T::ZERO,
            _ => command,
        }
    }

    fn spoil(&mut self, input: &mut Input<T>, dice: &mut Dice) {
        if self.burst == 0 && dice.below(25) == 0 {
            (self.burst, self.which, self.kind) =
                (1 + dice.below(12), dice.below(8), dice.below(7));
        }
        if self.burst == 0 {
            return;
        }
        self.burst -= 1;
        match self.which {
            4 => input.measured = Ok(wild(self.kind)),
            5 => input.setpoint = wild(self.kind),
            6 => input.feed_forward = wild(self.kind),
            7 => input.achieved = wild(self.kind),
            _ => input.measured = Err(Fault::ALL[dice.below(13) as usize]),
        }
    }

    fn dt(period: Duration, dice: &mut Dice) -> Duration {
        let millis = period.as_millis();
        if dice.below(8) != 0 {
            return period;
        }
        let all = [0, millis / 2, millis + 1, 2 * millis, 7 * millis, 40 * millis];
        Duration::from_millis(all[dice.below(6) as usize])
    }
}

/// Runs the random scenario; `watch` sees every step.
pub(crate) fn opened<T: Golden>(
    tables: &Tables,
    seed: u64,
    mut watch: impl FnMut(&Step<T>),
) -> Trace<T> {
    let limits: Vec<Limits<T>> = tables.limits.iter().map(|row| limits(row)).collect();
    let designed =
        |(tuning, period): &(Tuning, Duration)| T::coefficients(tuning, *period).unwrap();
    let designs: Vec<Coefficients<T>> = tables.tunings.iter().map(designed).collect();
    let mut dice = Dice(seed);
    let (mut pid, mut trace, mut scene) = (Pid::<T>::new(), Trace::new(), Scene::<T>::START);
    let mut command = T::ZERO;
    for _ in 0..STEPS {
        if scene.left == 0 {
            scene.roll(tables, &mut dice);
        }
        let with = designs[scene.tuning];
        let input = scene.input(command, with.period(), &mut dice);
        let (jitter, anti_windup) = tables.policies[scene.policy];
        let with = with.with_jitter(jitter).with_anti_windup(anti_windup);
        let step = pid.step(&with, &limits[scene.limit], &input);
        watch(&step);
        trace.add(&step);
        command = step.command;
    }
    trace
}
