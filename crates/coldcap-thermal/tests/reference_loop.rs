//! The reference coolant loop: a tank that a proportional chiller holds, and a warm cap that is coupled
//! to it. PID with the measured load fed forward, at plants that are 30 % off.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::collections::VecDeque;

use coldcap_thermal::feed_forward::{Lead, LeadCoefficients, MeasuredLoad};
use coldcap_thermal::filter::{FilterCoefficients, MeasurementFilter};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Mode, Pid, Tuning};
use coldcap_units::{Duration, Kelvin, MillilitersPerMinute};
use fixed::types::I16F16;

const PERIOD: Duration = Duration::from_millis(100);
const H: f64 = 0.1;
const SETPOINT: f64 = -3.0;
/// J/(L·K) of the coolant, and its flow in mL/min.
const COOLANT: u16 = 3_600;
const FLOW: u16 = 1_000;

/// 1.5 L of glycol, a chiller of 450 W with a lag of 15 s, a line of 3 s, sensors of 5 s; the room
/// at 22 °C through 1.5 W/K. A cap of 700 J/K between 5.2 W/K to the coolant and 5.8 W/K to a head.
struct Plant {
    capacity: f64,
    power: f64,
    chiller_lag: f64,
    tank: f64,
    chilled: f64,
    cap: Option<f64>,
    line: VecDeque<f64>,
    supply: f64,
    back: f64,
    noise: u64,
}

fn lag(state: &mut f64, input: f64, time: f64) {
    *state += (1.0 - (-H / time).exp()) * (input - *state);
}

impl Plant {
    /// With capacity, power, the chiller's lag and the line's delay times these.
    fn new([capacity, power, lag, delay]: [f64; 4]) -> Self {
        Self {
            capacity: 5_400.0 * capacity,
            power: 450.0 * power,
            chiller_lag: 15.0 * lag,
            tank: SETPOINT,
            chilled: 0.0,
            cap: None,
            line: VecDeque::from(vec![SETPOINT; (3.0 * delay / H).round() as usize]),
            supply: SETPOINT,
            back: SETPOINT,
            noise: 7,
        }
    }

    fn step(&mut self, drive: f64) {
        lag(&mut self.chilled, drive * self.power, self.chiller_lag);
        let mut heat = 1.5 * (22.0 - self.tank);
        let mut load = 0.0;
        if let Some(cap) = &mut self.cap {
            load = 5.2 * (*cap - self.tank);
            *cap += (5.8 * (37.0 - *cap) - load) * H / 700.0;
            heat += load;
        }
        self.tank += (heat - self.chilled) * H / self.capacity;
        self.line.push_back(self.tank);
        let here = self.line.pop_front().unwrap();
        lag(&mut self.supply, here, 5.0);
        let rise = load / (f64::from(FLOW) / 60_000.0 * f64::from(COOLANT));
        lag(&mut self.back, here + rise, 5.0);
    }

    /// 10 mK rms of noise on a sensor.
    fn sensed(&mut self, value: f64) -> f64 {
        let mut sum = -6.0;
        for _ in 0..12 {
            self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sum += (self.noise >> 11) as f64 / (1u64 << 53) as f64;
        }
        value + 0.01 * sum
    }
}

struct Controller {
    with: Coefficients<I16F16>,
    knob: FilterCoefficients<I16F16>,
    supply: MeasurementFilter<I16F16>,
    back: MeasurementFilter<I16F16>,
    load: Option<MeasuredLoad>,
    ahead: LeadCoefficients<I16F16>,
    lead: Lead<I16F16>,
    pid: Pid<I16F16>,
    achieved: I16F16,
}

/// Time constant of the measurement filter.
const FILTER_S: f64 = 0.5;

/// τc over θ. SIMC's tight rule takes 1, which is a gain margin of some π: enough for one parameter that is
/// off. A plant of 1.3 times the power over 0.7 times the capacity has 1.86 times the gain; 1.7 leaves it
/// a margin above 2.
const CLOSED: f64 = 1.7;

/// SIMC for an integrating plant with a second lag, in its serial form (S. Skogestad, J. Process
/// Control 13 (2003) 291): the delay is the line and half of the sensor, with the filter and half a
/// period; the derivative takes the chiller's lag and the other half of the sensor. The integral follows a
/// saturated chiller in 10 s, not in √(Ti·Td), 34 s: it has to be there when a cool-down arrives.
fn tuning() -> Tuning {
    let gain = 450.0 / 5_400.0;
    let delay = 3.0 + 2.5 + FILTER_S + H / 2.0;
    let closed = CLOSED * delay + delay;
    let serial = Tuning::serial(1.0 / (gain * closed), 4.0 * closed, 15.0 + 2.5);
    serial.weighted(0.6, 0.0).tracking(10.0)
}

impl Controller {
    fn new(with_load: bool, derivative: bool) -> Self {
        let pid = tuning();
        let pi = Tuning::isa(0.35, 130.0, 0.0).weighted(0.6, 0.0);
        let tuning = if derivative { pid } else { pi };
        let load = MeasuredLoad {
            joules_per_liter_kelvin: COOLANT,
            full_drive_mw: 450_000,
            largest_rise: Kelvin::from_milli(8_000),
        };
        Self {
            with: Coefficients::<I16F16>::new(&tuning, PERIOD).unwrap(),
            knob: FilterCoefficients::<I16F16>::new(FILTER_S, PERIOD).unwrap(),
            supply: MeasurementFilter::new(),
            back: MeasurementFilter::new(),
            load: with_load.then_some(load),
            ahead: LeadCoefficients::<I16F16>::new(LEAD_S[0], LEAD_S[1], PERIOD).unwrap(),
            lead: Lead::new(),
            pid: Pid::new(),
            achieved: I16F16::ZERO,
        }
    }

    fn step(&mut self, plant: &mut Plant, mode: Mode<I16F16>) -> f64 {
        let supply = I16F16::from_num(plant.sensed(plant.supply));
        let back = I16F16::from_num(plant.sensed(plant.back));
        let supply = self.supply.step(&self.knob, Ok(supply));
        let back = self.back.step(&self.knob, Ok(back)).unwrap();
        let rise = Kelvin::from_fixed(back - supply.unwrap());
        let flow = Ok(MillilitersPerMinute(FLOW));
        let forward = self.load.map_or(I16F16::ZERO, |load| load.drive(flow, Ok(rise)));
        let forward = self.lead.step(&self.ahead, forward);
        let input = Input {
            mode,
            feed_forward: forward,
            ..Input::auto(I16F16::from_num(SETPOINT), supply, self.achieved, PERIOD)
        };
        self.achieved = self.pid.step(&self.with, &Limits::UNIT, &input).command;
        self.achieved.to_num()
    }
}

struct Outcome {
    peak: f64,
    back_s: f64,
    hold: f64,
}

/// Settles, couples the warm cap, and then holds for half an hour.
fn run(mut controller: Controller, off_by: [f64; 4]) -> Outcome {
    let mut plant = Plant::new(off_by);
    let start = Mode::Track(I16F16::from_num(0.08));
    controller.step(&mut plant, start);
    for _ in 0..9_000 {
        let drive = controller.step(&mut plant, Mode::Auto);
        plant.step(drive);
    }
    plant.cap = Some(22.0);
    let (mut peak, mut last_out) = (0.0f64, 0u32);
    for tick in 0..12_000 {
        let drive = controller.step(&mut plant, Mode::Auto);
        plant.step(drive);
        let error = (plant.tank - SETPOINT).abs();
        peak = peak.max(error);
        if error > 0.1 {
            last_out = tick + 1;
        }
    }
    let mut hold = 0.0f64;
    for _ in 0..18_000 {
        let drive = controller.step(&mut plant, Mode::Auto);
        plant.step(drive);
        hold = hold.max((plant.tank - SETPOINT).abs());
    }
    Outcome { peak, back_s: f64::from(last_out) * H, hold }
}

/// The chiller lags by 15 s, and the load is seen through half of the sensor and the filter: the drive is
/// told as far ahead, over 2.2 s.
const LEAD_S: [f64; 2] = [15.0 + 2.5 + FILTER_S, 2.2];

#[test]
fn a_warm_cap_hardly_shows_in_the_coolant() {
    let parts = ["capacity", "power", "chiller's lag", "line's delay"];
    let mut plants = vec![("as designed".to_string(), [1.0; 4])];
    for (index, part) in parts.iter().enumerate() {
        for factor in [0.7, 1.3] {
            let mut off_by = [1.0; 4];
            off_by[index] = factor;
            plants.push((format!("{part} times {factor}"), off_by));
        }
    }
    for (name, off_by) in plants {
        let all = run(Controller::new(true, true), off_by);
        let pid = run(Controller::new(false, true), off_by);
        let pi = run(Controller::new(false, false), off_by);
        println!(
            "{name}: PID and load {:.3} K, back in {:.1} s, holds {:.4} K; PID alone {:.3} K, {:.1} s; \
             PI {:.3} K, {:.1} s",
            all.peak, all.back_s, all.hold, pid.peak, pid.back_s, pi.peak, pi.back_s
        );
        assert!(all.peak <= 0.25, "{name}: {}", all.peak);
        assert!(all.back_s <= 60.0, "{name}: {}", all.back_s);
        assert!(all.hold <= 0.05, "{name}: {}", all.hold);
    }
}

/// How far below the setpoint a cool-down from the room's temperature leads, the chiller saturated for
/// minutes.
fn overshoot(off_by: [f64; 4]) -> f64 {
    let mut plant = Plant::new(off_by);
    (plant.tank, plant.supply, plant.back) = (22.0, 22.0, 22.0);
    plant.line.iter_mut().for_each(|volume| *volume = 22.0);
    let mut controller = Controller::new(true, true);
    let (mut lowest, mut reached) = (22.0f64, 0);
    for tick in 0..18_000 {
        let drive = controller.step(&mut plant, Mode::Auto);
        plant.step(drive);
        lowest = lowest.min(plant.tank);
        if reached == 0 && plant.tank < SETPOINT + 0.1 {
            reached = tick;
        }
    }
    let after_s = f64::from(reached) * H;
    println!("{off_by:?}: {:.3} K below, after {after_s:.0} s", SETPOINT - lowest);
    assert!(reached > 0, "{off_by:?}: {lowest}");
    SETPOINT - lowest
}

#[test]
fn a_cool_down_ends_without_an_overshoot() {
    for off_by in [0, 1, 2].into_iter().flat_map(corners) {
        let overshoot = overshoot(off_by);
        assert!(overshoot <= 0.1, "{off_by:?}: {overshoot}");
    }
}

/// Every way in which so many of the four parameters are 30 % off, each up or down.
fn corners(off: usize) -> Vec<[f64; 4]> {
    let factors = |code: u32| {
        [0, 1, 2, 3].map(|place| [1.0, 0.7, 1.3][(code / 3u32.pow(place) % 3) as usize])
    };
    let is_off = |corner: &[f64; 4]| corner.iter().filter(|factor| **factor != 1.0).count() == off;
    (0..81).map(factors).filter(is_off).collect()
}

/// The largest of each figure over some plants.
fn worst(plants: &[[f64; 4]]) -> Outcome {
    let mut worst = Outcome { peak: 0.0, back_s: 0.0, hold: 0.0 };
    for off_by in plants {
        let Outcome { peak, back_s, hold } = run(Controller::new(true, true), *off_by);
        println!("{off_by:?}: {peak:.3} K, back in {back_s:.1} s, holds {hold:.4} K");
        worst.peak = worst.peak.max(peak);
        worst.back_s = worst.back_s.max(back_s);
        worst.hold = worst.hold.max(hold);
    }
    let Outcome { peak, back_s, hold } = worst;
    println!("at worst {peak:.3} K, back in {back_s:.1} s, holds {hold:.4} K");
    worst
}

#[test]
fn two_parameters_off_at_once_meet_the_same_bars() {
    let pairs = corners(2);
    assert_eq!(pairs.len(), 24);
    let worst = worst(&pairs);
    assert!(worst.peak <= 0.25 && worst.back_s <= 60.0 && worst.hold <= 0.05);
}

/// Three and all four at once: still at rest; the peak and the way back are what they are.
#[test]
fn no_corner_of_all_parameters_swings() {
    let many = [corners(3), corners(4)].concat();
    assert_eq!(many.len(), 32 + 16);
    let worst = worst(&many);
    assert!(worst.hold <= 0.05);
    assert!(worst.peak <= 0.33 && worst.back_s <= 120.0);
}
