//! Plants with controllers and watches that fit them.

use coldcap_thermal::pid::Action;
use coldcap_thermal::watch::{Relaxation, WatchConfig, WatchSettings};
use coldcap_units::{Celsius, Duration, Kelvin};

use super::adapter::{Channel, Pi, Tank};
use super::plants::{Glycol, TankPlant, Valve};
use super::{Dice, Rig, SECOND};

/// For the glycol loop: chiller lag, line and sensor are 25 s at most.
pub const GLYCOL: WatchSettings = WatchSettings {
    reaction: Duration::from_secs(60),
    window: Duration::from_secs(120),
    progress: Kelvin::from_milli(300),
    patience: Duration::from_secs(75),
    deviation: Kelvin::from_milli(3_000),
    relaxation: Relaxation { beyond: Celsius::from_milli(5_000), change: Kelvin::from_milli(100) },
    frozen: coldcap_thermal::watch::FrozenLimit {
        after: Duration::from_secs(60),
        ..WatchSettings::REFERENCE_VALVE.frozen
    },
    read_back: coldcap_thermal::watch::ReadBackLimit {
        tolerance: coldcap_units::Duty::from_permille(200),
        after: Duration::from_secs(20),
    },
    ..WatchSettings::REFERENCE_VALVE
};

/// The same as a heater: nothing but the heater keeps it above 30 °C.
pub const HEATER: WatchSettings = WatchSettings {
    action: Action::Reverse,
    relaxation: Relaxation { beyond: Celsius::from_milli(30_000), change: Kelvin::from_milli(100) },
    ..GLYCOL
};

fn config(settings: &WatchSettings) -> WatchConfig {
    WatchConfig::new(settings, SECOND).unwrap()
}

pub fn valve(seed: u64) -> Rig {
    let plant = Box::new(Valve::new(&mut Dice::new(seed)));
    let control = Box::new(Channel::new());
    Rig::new(plant, control, config(&WatchSettings::REFERENCE_VALVE), seed)
}

pub fn glycol(seed: u64) -> Rig {
    let plant = Box::new(Glycol::new(1.0, &mut Dice::new(seed)));
    Rig::new(plant, Box::new(Pi::new(1.0, 0.4, 80.0, 0.05)), config(&GLYCOL), seed)
}

pub fn tank(seed: u64) -> Rig {
    let plant = Box::new(TankPlant::new(&mut Dice::new(seed)));
    Rig::new(plant, Box::new(Tank::new()), config(&WatchSettings::REFERENCE_TANK), seed)
}

pub fn heater(seed: u64) -> Rig {
    let plant = Box::new(Glycol::new(-1.0, &mut Dice::new(seed)));
    Rig::new(plant, Box::new(Pi::new(-1.0, 0.4, 80.0, 0.05)), config(&HEATER), seed)
}
