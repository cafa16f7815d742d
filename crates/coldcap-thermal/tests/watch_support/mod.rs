//! Plants, controllers and faults in f64 for the tests of the watch; one step is one second.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

pub mod adapter;
pub mod machines;
pub mod plants;

use adapter::Control;
use coldcap_thermal::watch::{Verdict, Watch, WatchConfig, WatchInput, WatchMode};
use coldcap_units::{Celsius, Duration, Duty, Fault};
use plants::Plant;

pub const SECOND: Duration = Duration::from_secs(1);

pub fn celsius(degrees: f64) -> Celsius {
    Celsius::from_milli((degrees * 1_000.0).round() as i32)
}

pub fn duty(drive: f64) -> Duty {
    Duty((drive.clamp(0.0, 1.0) * 65_535.0).round() as u16)
}

/// Knuth's MMIX generator.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for _ in 0..8 {
            dice.0 ^= dice.0 >> 32;
            dice.unit();
        }
        dice
    }

    pub fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// 1 ± 30 %.
    pub fn spread(&mut self) -> f64 {
        self.between(0.7, 1.3)
    }

    pub fn below(&mut self, count: u32) -> u32 {
        (self.unit() * f64::from(count)) as u32
    }

    /// About Gaussian, σ = 1: the sum of four uniform numbers has a variance of 4/12.
    pub fn gaussian(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit() - 0.5).sum();
        sum * 3.0f64.sqrt()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    None,
    /// The actuator does nothing.
    StuckOff,
    /// The actuator does all it can.
    StuckOn,
    /// The sensor hangs in the room.
    Detached,
    /// The sensor repeats its last code.
    Frozen,
    /// Supply and return are plugged the wrong way round.
    Swapped,
    /// Full is nothing and nothing is full, or cooling is heating.
    Reversed,
    /// The sensor has 0.5 K of noise.
    Noisy,
}

/// What the loop is to do in this second.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    Off { pumped: bool },
    Hold(f64),
    Manual(f64),
    Relay { centre: f64, low: f64, high: f64 },
}

/// A loop with its watch.
pub struct Rig {
    pub plant: Box<dyn Plant>,
    pub control: Box<dyn Control>,
    pub config: WatchConfig,
    pub watch: Watch,
    pub dice: Dice,
    pub defect: Defect,
    pub sigma: f64,
    pub read_back: bool,
    pub companion: bool,
    pub blip: bool,
    pub drive: f64,
    pub seconds: u32,
    pub setpoint: Option<f64>,
    pub shown: f64,
    /// The watch is told where the ramp ends, not where it is.
    pub final_target: bool,
    /// What the watch was told last.
    pub seen: Option<WatchInput>,
    hanging: f64,
    relay_high: bool,
}

impl Rig {
    pub fn new(
        plant: Box<dyn Plant>,
        control: Box<dyn Control>,
        config: WatchConfig,
        seed: u64,
    ) -> Self {
        let shown = plant.measured();
        Self {
            plant,
            control,
            config,
            watch: Watch::new(),
            dice: Dice::new(seed),
            defect: Defect::None,
            sigma: 0.01,
            read_back: false,
            companion: false,
            blip: false,
            drive: 0.0,
            seconds: 0,
            setpoint: None,
            shown,
            final_target: false,
            seen: None,
            hanging: shown,
            relay_high: true,
        }
    }

    pub fn tick(&mut self, order: Order) -> Verdict {
        self.plant.advance(self.applied(), order);
        let (measured, companion) = self.sensors();
        let verdict = self.supervise(order, measured, companion);
        self.decide(order, measured);
        self.seconds += 1;
        verdict
    }

    /// What the actuator makes of the drive.
    fn applied(&self) -> f64 {
        match self.defect {
            Defect::StuckOff => 0.0,
            Defect::StuckOn => 1.0,
            Defect::Reversed => self.plant.reversed(self.drive),
            _ => self.drive,
        }
    }

    fn sensors(&mut self) -> (Result<f64, Fault>, Option<f64>) {
        let (mut measured, mut companion) = (self.plant.measured(), self.plant.companion());
        if self.defect == Defect::Swapped {
            (measured, companion) = (companion.unwrap(), Some(measured));
        }
        if self.defect == Defect::Detached {
            self.hanging += (self.plant.room() - self.hanging) / 20.0;
            measured = self.hanging;
        } else {
            self.hanging = measured;
        }
        if self.defect != Defect::Frozen {
            let sigma = if self.defect == Defect::Noisy { 0.5 } else { self.sigma };
            self.shown = measured + sigma * self.dice.gaussian();
        }
        let companion = companion.map(|companion| companion + self.sigma * self.dice.gaussian());
        let measured = if self.blip { Err(Fault::Bus) } else { Ok(self.shown) };
        (measured, companion.filter(|_| self.companion))
    }

    fn supervise(
        &mut self,
        order: Order,
        measured: Result<f64, Fault>,
        companion: Option<f64>,
    ) -> Verdict {
        let mode = match order {
            Order::Off { .. } => WatchMode::Off,
            Order::Hold(_) => WatchMode::Auto,
            Order::Manual(_) => WatchMode::Manual,
            Order::Relay { .. } => WatchMode::Tuning,
        };
        let input = WatchInput {
            dt: SECOND,
            mode,
            setpoint: self.setpoint.map(celsius),
            measured: measured.map(celsius),
            drive: duty(self.drive),
            achieved: self.read_back.then(|| duty(self.plant.position())),
            companion: companion.map(celsius),
        };
        self.seen = Some(input);
        self.watch.step(&self.config, input)
    }

    fn decide(&mut self, order: Order, measured: Result<f64, Fault>) {
        let position = self.plant.position();
        let target = if let Order::Hold(target) = order { Some(target) } else { None };
        let (setpoint, drive) = self.control.step(target, measured, position);
        self.setpoint = if self.final_target { target } else { setpoint };
        self.drive = match order {
            Order::Off { .. } => 0.0,
            Order::Hold(_) => drive,
            Order::Manual(drive) => drive,
            Order::Relay { centre, low, high } => self.relay(centre, low, high),
        };
    }

    fn relay(&mut self, centre: f64, low: f64, high: f64) -> f64 {
        let height = (self.shown - centre) * self.plant.sign();
        if height.abs() > 0.1 {
            self.relay_high = height > 0.0;
        }
        if self.relay_high { high } else { low }
    }

    pub fn run(&mut self, order: Order, seconds: u32) {
        for _ in 0..seconds {
            self.tick(order);
        }
    }
}
