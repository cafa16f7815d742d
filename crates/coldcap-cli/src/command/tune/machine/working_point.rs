//! The way to the working point: the tank cold, the supply at its target, the load at rest.

use super::bench::{Acted, Bench, Driver, Sensed};
use super::guide::{Guide, celsius, clock};
use super::still;
use crate::failure::Failure;
use coldcap_units::{Coolant, Kelvin};

/// The machine at rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkingPoint {
    pub(super) time_s: f64,
    pub(super) supply: Coolant,
    pub(super) tank: Coolant,
    pub(super) flow_ml_min: u16,
    pub(super) opening: f64,
    /// Mean of what the PID adds to the feed-forward, over the last minute.
    pub(super) trim: f64,
    /// Mean of the valve's command over the last minute.
    pub(super) command: f64,
    /// By how much the supply falls for one more of the command, before any of it comes back: the
    /// slope of the characteristic times the distance from return to tank.
    pub(super) mixing_gain: f64,
}

/// The tank must be cold, and the supply at its target, within these.
const TANK_LIMIT_S: u32 = 5_400;
const TARGET_LIMIT_S: u32 = 3_600;
/// At the target is this near to it, for this long.
const NEAR: Kelvin = Kelvin::from_milli(100);
const NEAR_S: u32 = 60;
/// The head's load comes to rest in so much time.
const REST_S: u32 = 900;
const AVERAGED_S: u32 = 60;

const TICKS_A_SECOND: u32 = 10;

/// Takes the supply to its target, and waits.
pub(super) fn reach(bench: &mut Bench, guide: &Guide) -> Result<WorkingPoint, Failure> {
    guide.say("2. bring to the working point: cap worn, pump on, the present controller ramps")?;
    settle(bench)?;
    guide.say(&format!("   {} at the target; the load comes to rest", clock(bench.time_s())))?;
    let point = rest(bench)?;
    let line = format!(
        "   {} supply {}, tank {}, flow {} mL/min, valve {:.1} % open",
        clock(point.time_s),
        celsius(point.supply.to_milli()),
        celsius(point.tank.to_milli()),
        point.flow_ml_min,
        100.0 * point.opening
    );
    guide.say(&line)?;
    Ok(point)
}

/// Chills the tank.
pub(super) fn chill(bench: &mut Bench, guide: &Guide) -> Result<(), Failure> {
    guide.say("1. chill the tank: pump off, valve closed")?;
    for _ in 0..TANK_LIMIT_S * TICKS_A_SECOND {
        let (sensed, _) = bench.tick(Driver::Nobody);
        if bench.tank_is_cold(sensed.tank) {
            let line = format!("   {} cold at {}", clock(bench.time_s()), shown(sensed.tank));
            return guide.say(&line);
        }
    }
    let tank = bench.tick(Driver::Nobody).0.tank;
    let allowed = bench.tank_target().map_or_else(String::new, |wish| celsius(wish.to_milli()));
    Err(missed("tank", &shown(tank), &format!("{allowed} within {} min", TANK_LIMIT_S / 60)))
}

fn settle(bench: &mut Bench) -> Result<(), Failure> {
    let mut near = 0;
    for _ in 0..TARGET_LIMIT_S * TICKS_A_SECOND {
        let (sensed, _) = bench.tick(Driver::Controller);
        alive(&sensed)?;
        near = if is_near(bench, &sensed) { near + 1 } else { 0 };
        if near >= NEAR_S * TICKS_A_SECOND {
            return Ok(());
        }
    }
    let (sensed, _) = bench.tick(Driver::Controller);
    Err(away(bench, &sensed, &format!("within {} min", TARGET_LIMIT_S / 60)))
}

fn rest(bench: &mut Bench) -> Result<WorkingPoint, Failure> {
    let mut last = bench.tick(Driver::Controller);
    let (mut trim, mut command) = (0.0, 0.0);
    for tick in 1..REST_S * TICKS_A_SECOND {
        last = bench.tick(Driver::Controller);
        alive(&last.0)?;
        if tick >= (REST_S - AVERAGED_S) * TICKS_A_SECOND {
            trim += last.1.trim.to_num::<f64>();
            command += last.1.command.to_num::<f64>();
        }
    }
    let (sensed, acted) = last;
    if !is_near(bench, &sensed) {
        return Err(away(bench, &sensed, "at rest"));
    }
    let ticks = f64::from(AVERAGED_S * TICKS_A_SECOND);
    point(bench, (&sensed, &acted), [trim / ticks, command / ticks])
}

fn point(
    bench: &Bench,
    (sensed, acted): (&Sensed, &Acted),
    [trim, command]: [f64; 2],
) -> Result<WorkingPoint, Failure> {
    let invalid = |fault| missed("sensors", &format!("{fault}"), "valid at the working point");
    let (supply, returned) = (sensed.supply.map_err(invalid)?, sensed.returned.map_err(invalid)?);
    let (tank, flow) = (sensed.tank.map_err(invalid)?, sensed.flow.map_err(invalid)?);
    let room_k = f64::from(returned.to_milli() - tank.to_milli()) / 1_000.0;
    let slope = super::relay::slope(bench.coolant_loop.valve.characteristic, command);
    Ok(WorkingPoint {
        time_s: bench.time_s(),
        supply,
        tank,
        flow_ml_min: flow.0,
        opening: acted.opening,
        trim,
        command,
        mixing_gain: room_k * slope,
    })
}

/// A supply that stands still is not measured, and nothing is to be waited for.
fn alive(sensed: &Sensed) -> Result<(), Failure> {
    if !sensed.supply_is_frozen {
        return Ok(());
    }
    let allowed = format!("a change within {} s, the sensor is frozen", still::LONGEST.as_secs());
    Err(missed("supply", &shown(sensed.supply), &allowed))
}

fn is_near(bench: &Bench, sensed: &Sensed) -> bool {
    sensed.supply.is_ok_and(|supply| supply.0.minus(bench.target.0).abs() <= NEAR)
}

fn shown<E: core::fmt::Display>(value: Result<Coolant, E>) -> String {
    value.map_or_else(|fault| fault.to_string(), |value| celsius(value.to_milli()))
}

fn away(bench: &Bench, sensed: &Sensed, when: &str) -> Failure {
    let target = celsius(bench.target.to_milli());
    missed("supply", &shown(sensed.supply), &format!("{target} ± 0.1 K {when}"))
}

fn missed(what: &str, value: &str, allowed: &str) -> Failure {
    Failure::Wrong(format!(
        "working point:{what}: {value}: allowed is {allowed}; nothing was tried"
    ))
}
