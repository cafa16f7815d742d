//! The coolant loop around a simple mixing-valve plant.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::collections::VecDeque;

use coldcap_thermal::channel::{CoolantLoop, LoopConfig, LoopInput, LoopOutput};
use coldcap_units::{Coolant, Duration, Duty, Fault, MillilitersPerMinute};

const TICK: f64 = 0.1;
const PERIOD: Duration = Duration::from_millis(100);
const TARGET: Option<Coolant> = Some(Coolant::from_milli(-4_000));

/// Supply mixed from tank and return; the return is the supply of some seconds ago, stirred and
/// warmed by a head at 30 °C; the sensor lags; the valve moves its stroke in 10 s.
struct Plant {
    tank: f64,
    /// Part of the distance to the head that one pass takes up.
    uptake: f64,
    sensor_lag: f64,
    stirring: f64,
    pipe: VecDeque<f64>,
    stirred: f64,
    stirred_sensed: f64,
    supply: f64,
    sensed: f64,
    valve: f64,
    noise: u64,
}

fn lag(state: f64, input: f64, time: f64) -> f64 {
    if time > 0.0 { state + (1.0 - (-TICK / time).exp()) * (input - state) } else { input }
}

impl Plant {
    fn new(transport: f64, sensor_lag: f64, stirring: f64, tank: f64) -> Self {
        Self {
            tank,
            uptake: 1.25 / 34.0,
            sensor_lag,
            stirring,
            pipe: VecDeque::from(vec![22.0; (transport / TICK) as usize]),
            stirred: 22.0,
            stirred_sensed: 22.0,
            supply: 22.0,
            sensed: 22.0,
            valve: 0.0,
            noise: 1,
        }
    }

    fn reference() -> Self {
        Self::new(5.0, 3.0, 0.0, -8.0)
    }

    fn step(&mut self, demand: Duty) {
        let wanted = f64::from(demand.0) / 65_535.0;
        self.valve += (wanted - self.valve).clamp(-0.01, 0.01);
        let oldest = self.pipe.pop_front().unwrap();
        self.stirred = lag(self.stirred, oldest + self.uptake * (30.0 - oldest), self.stirring);
        self.supply = self.valve * self.tank + (1.0 - self.valve) * self.stirred;
        self.pipe.push_back(self.supply);
        self.sensed = lag(self.sensed, self.supply, self.sensor_lag);
        self.stirred_sensed = lag(self.stirred_sensed, self.stirred, self.sensor_lag);
    }

    /// The sensor with ±5 mK of noise.
    fn measured(&mut self) -> Coolant {
        self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let noise = (self.noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
        Coolant::from_milli((self.sensed * 1_000.0 + noise * 10.0).round() as i32)
    }

    /// What the loop is told; the return sensor lags as the supply sensor does.
    fn input(
        &self,
        target: Option<Coolant>,
        supply: Result<Coolant, Fault>,
        valve_achieved: Duty,
    ) -> LoopInput {
        let degrees = |value: f64| Coolant::from_milli((value * 1_000.0).round() as i32);
        LoopInput {
            target,
            supply,
            returned: Ok(degrees(self.stirred_sensed)),
            tank: Ok(degrees(self.tank)),
            flow: Ok(MillilitersPerMinute(1_000)),
            valve_achieved,
            dt: PERIOD,
        }
    }

    fn read_back(&self) -> Duty {
        Duty((self.valve * 65_535.0).round() as u16)
    }
}

struct Bench {
    plant: Plant,
    config: LoopConfig,
    channel: CoolantLoop,
    output: LoopOutput,
}

impl Bench {
    fn new(plant: Plant) -> Self {
        let output = LoopOutput { effective: None, valve: Duty::OFF };
        let config = LoopConfig::reference(PERIOD).unwrap();
        Self { plant, config, channel: CoolantLoop::new(), output }
    }

    fn tick_with(&mut self, target: Option<Coolant>, fault: Option<Fault>) -> LoopOutput {
        let measured = self.plant.measured();
        let supply = fault.map_or(Ok(measured), Err);
        let valve_achieved = self.plant.read_back();
        let input = self.plant.input(target, supply, valve_achieved);
        self.output = self.channel.step(&self.config, input);
        self.plant.step(self.output.valve);
        self.output
    }

    fn tick(&mut self, target: Option<Coolant>) -> LoopOutput {
        self.tick_with(target, None)
    }

    fn run(&mut self, seconds: u32) {
        for _ in 0..seconds * 10 {
            self.tick(TARGET);
        }
    }

    fn effective(&self) -> f64 {
        f64::from(self.output.effective.unwrap().to_milli()) / 1_000.0
    }
}

/// Largest distance from the ramp after its first minute; and, from `settle` seconds after its end
/// on, for 30 min: the lowest and highest of the sensed supply less the target.
fn pull_down(bench: &mut Bench, settle: u32) -> (f64, f64, f64) {
    let mut lagging: f64 = 0.0;
    let mut ticks = 0;
    while ticks < 600 || bench.output.effective != TARGET {
        bench.tick(TARGET);
        ticks += 1;
        if ticks > 600 {
            lagging = lagging.max((bench.plant.sensed - bench.effective()).abs());
        }
        assert!(ticks < 7_000, "the ramp does not end");
    }
    // 26 K at 3 K/min is 520 s.
    assert!((5_190..=5_220).contains(&ticks), "{ticks}");
    bench.run(settle);
    let (mut low, mut high): (f64, f64) = (0.0, 0.0);
    for _ in 0..18_000 {
        bench.tick(TARGET);
        let error = bench.plant.sensed + 4.0;
        (low, high) = (low.min(error), high.max(error));
    }
    (lagging, low, high)
}

#[test]
fn the_reference_plant_follows_the_ramp_and_holds() {
    let mut bench = Bench::new(Plant::reference());
    let (lagging, low, high) = pull_down(&mut bench, 120);
    println!("ramp within {lagging:.3} K, hold {low:+.4} to {high:+.4} K");
    assert!(lagging <= 0.3, "{lagging}");
    assert!(low >= -0.05 && high <= 0.05, "{low} {high}");
}

#[test]
fn other_plants_follow_and_hold_too() {
    for (transport, sensor_lag, stirring, tank) in [
        (2.0, 2.0, 0.0, -8.0),
        (10.0, 5.0, 0.0, -8.0),
        (5.0, 3.0, 20.0, -8.0),
        (3.0, 5.0, 10.0, -8.0),
        (5.0, 3.0, 0.0, -10.0),
        (5.0, 3.0, 0.0, -6.5),
    ] {
        let mut bench = Bench::new(Plant::new(transport, sensor_lag, stirring, tank));
        let (lagging, low, high) = pull_down(&mut bench, 180);
        println!(
            "transport {transport} sensor {sensor_lag} stirring {stirring} tank {tank}: \
             ramp within {lagging:.3} K, hold {low:+.4} to {high:+.4} K"
        );
        assert!(lagging <= 0.4, "{lagging}");
        assert!(low >= -0.1 && high <= 0.1, "{low} {high}");
    }
}

#[test]
fn the_supply_never_undershoots_by_much() {
    for stirring in [0.0, 5.0, 20.0] {
        let mut bench = Bench::new(Plant::new(5.0, 3.0, stirring, -8.0));
        let mut lowest = 0.0f64;
        for _ in 0..12_000 {
            bench.tick(TARGET);
            lowest = lowest.min(bench.plant.supply);
        }
        println!("stirring {stirring}: lowest supply {lowest:.3} °C");
        assert!(lowest > -4.25, "{lowest}");
    }
}

#[test]
fn a_stop_closes_at_once_and_a_restart_ramps_from_what_is_measured() {
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    assert!(bench.output.valve > Duty::OFF);
    let stopped = bench.tick(None);
    assert_eq!(stopped, LoopOutput { effective: None, valve: Duty::OFF });
    for _ in 0..1_800 {
        assert_eq!(bench.tick(None).valve, Duty::OFF);
    }
    let warm = bench.plant.sensed;
    assert!(warm > 5.0, "{warm}");
    bench.tick(TARGET);
    assert!((bench.effective() - warm).abs() < 0.02, "{} {warm}", bench.effective());
    assert_cools_no_faster_than_the_ramp(&mut bench, 600);
}

/// The effective setpoint falls by 3 K in any 60 s, and the sensed supply does not run ahead of it.
fn assert_cools_no_faster_than_the_ramp(bench: &mut Bench, seconds: u32) {
    let mut minute = VecDeque::from(vec![bench.effective(); 600]);
    let mut ahead = 0.0f64;
    for _ in 0..seconds * 10 {
        bench.tick(TARGET);
        minute.push_back(bench.effective());
        let fall = minute.pop_front().unwrap() - bench.effective();
        assert!(fall <= 3.001, "{fall} K in a minute");
        ahead = ahead.max(bench.effective() - bench.plant.sensed);
    }
    println!("the supply runs ahead of the ramp by {ahead:.3} K at most");
    assert!(ahead <= 0.1, "{ahead}");
    assert!((bench.plant.sensed + 4.0).abs() < 0.1, "{}", bench.plant.sensed);
}

#[test]
fn a_short_sensor_fault_closes_the_valve_and_is_forgotten() {
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    for _ in 0..5 {
        let output = bench.tick_with(TARGET, Some(Fault::Bus));
        assert_eq!(output, LoopOutput { effective: TARGET, valve: Duty::OFF });
    }
    bench.tick(TARGET);
    assert_eq!(bench.output.effective, TARGET, "the ramp is not started again");
    let mut furthest = 0.0f64;
    for _ in 0..1_200 {
        bench.tick(TARGET);
        furthest = furthest.max((bench.plant.sensed + 4.0).abs());
    }
    println!("0.5 s of fault costs {furthest:.3} K");
    assert!(furthest < 0.5, "{furthest}");
    assert!((bench.plant.sensed + 4.0).abs() < 0.05);
}

#[test]
fn a_long_sensor_fault_starts_the_loop_again() {
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    for _ in 0..1_200 {
        assert_eq!(bench.tick_with(TARGET, Some(Fault::Open)).valve, Duty::OFF);
    }
    let warm = bench.plant.sensed;
    bench.tick(TARGET);
    assert!((bench.effective() - warm).abs() < 0.02, "{} {warm}", bench.effective());
    assert_cools_no_faster_than_the_ramp(&mut bench, 600);
}

#[test]
fn the_first_valid_sample_drives_the_valve_to_where_it_was() {
    let mut config = LoopConfig::reference(PERIOD).unwrap();
    config.valve.full_stroke = Duration::ZERO;
    let at = |supply, valve_achieved| Plant::reference().input(TARGET, supply, valve_achieved);
    let mut channel = CoolantLoop::new();
    let mut valve = Duty::OFF;
    for _ in 0..100 {
        valve = channel.step(&config, at(Ok(Coolant::from_milli(-3_000)), valve)).valve;
    }
    // At the effective setpoint nothing moves.
    let cold = Ok(Coolant::from_milli(-4_000));
    for _ in 0..100 {
        valve = channel.step(&config, at(cold, valve)).valve;
    }
    let before = channel.step(&config, at(cold, valve)).valve;
    assert!(before > Duty::OFF && before < Duty::FULL, "{before:?}");
    for _ in 0..10 {
        assert_eq!(channel.step(&config, at(Err(Fault::Bus), before)).valve, Duty::OFF);
    }
    // Whatever the actuator did meanwhile.
    for read_back in [Duty::OFF, Duty::FULL] {
        let mut resumed = channel;
        let after = resumed.step(&config, at(cold, read_back)).valve;
        assert!(after.0.abs_diff(before.0) <= 1, "{before:?} {after:?}");
    }
}

#[test]
fn a_loop_does_not_start_blind() {
    let mut bench = Bench::new(Plant::reference());
    for _ in 0..10 {
        let output = bench.tick_with(TARGET, Some(Fault::Open));
        assert_eq!(output, LoopOutput { effective: None, valve: Duty::OFF });
    }
    let measured = bench.plant.sensed;
    bench.tick(TARGET);
    assert!((bench.effective() - measured).abs() < 0.02, "{} {measured}", bench.effective());
}

#[test]
fn a_drive_taken_away_and_given_back_does_not_end_in_a_plunge() {
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    for _ in 0..3_000 {
        // The guard lets nothing through: the loop goes on asking, the valve is shut.
        let supply = Ok(bench.plant.measured());
        let valve_achieved = bench.plant.read_back();
        let input = bench.plant.input(TARGET, supply, valve_achieved);
        bench.output = bench.channel.step(&bench.config, input);
        bench.plant.step(Duty::OFF);
    }
    let warm = bench.plant.sensed;
    assert!(bench.effective() > warm - 1.1 && warm > 5.0, "{} {warm}", bench.effective());
    let (mut minute, mut steepest) = (VecDeque::from(vec![warm; 600]), 0.0f64);
    for _ in 0..9_000 {
        bench.tick(TARGET);
        minute.push_back(bench.plant.sensed);
        steepest = steepest.max(minute.pop_front().unwrap() - bench.plant.sensed);
    }
    println!("after the guard's release: at most {steepest:.2} K in a minute");
    assert!(steepest <= 4.0 + 0.5, "ramp and lead: {steepest}");
    assert!((bench.plant.sensed + 4.0).abs() < 0.05);
}

#[test]
fn a_warmer_target_is_taken_at_once_and_a_colder_one_is_ramped() {
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    let milder = Some(Coolant::from_milli(0));
    assert_eq!(bench.tick(milder).effective, milder);
    for _ in 0..3_000 {
        bench.tick(milder);
    }
    assert!(bench.plant.sensed.abs() < 0.1);
    bench.tick(TARGET);
    assert!((bench.effective() - -0.005).abs() < 0.002, "{}", bench.effective());
}

#[test]
fn a_tank_too_warm_saturates_without_winding_up() {
    let mut bench = Bench::new(Plant::new(5.0, 3.0, 0.0, 0.0));
    bench.run(3_000);
    assert_eq!(bench.output.valve, Duty::FULL);
    assert!(bench.effective() > bench.plant.sensed - 1.1);
    let mut lowest = 0.0f64;
    for _ in 0..6_000 {
        // The chiller recovers at 5 K/min.
        bench.plant.tank = (bench.plant.tank - 5.0 / 600.0).max(-8.0);
        bench.tick(TARGET);
        lowest = lowest.min(bench.plant.sensed);
    }
    println!("tank recovers from 0 to -8 °C: lowest {lowest:.2} °C");
    assert!(lowest > -5.1, "{lowest}");
    assert!((bench.plant.sensed + 4.0).abs() < 0.05);
}

#[test]
fn an_experiment_begins_and_ends_without_a_bump() {
    use fixed::types::I16F16;
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    let (start, command) = (bench.channel.trim(), bench.channel.command());
    let drive = |bench: &mut Bench, trim: I16F16| {
        let supply = Ok(bench.plant.measured());
        let input = bench.plant.input(TARGET, supply, bench.plant.read_back());
        bench.output = bench.channel.drive(&bench.config, input, trim);
        bench.plant.step(bench.output.valve);
        bench.channel.command()
    };
    // The beginning: the command moves by what the feed-forward moves, no more.
    let first = drive(&mut bench, start);
    assert!(first.abs_diff(command) < I16F16::lit("0.002"), "{command} {first}");
    let swung = start + I16F16::lit("0.1");
    for _ in 0..300 {
        let command = drive(&mut bench, swung);
        assert!(bench.channel.trim().abs_diff(swung) <= I16F16::DELTA && command < 1);
    }
    assert!(bench.plant.sensed < -4.2, "{}", bench.plant.sensed);
    // The end: the PID goes on from where the experiment was, and takes the supply back.
    let last = bench.channel.command();
    bench.tick(TARGET);
    let taken = bench.channel.command();
    assert!(taken.abs_diff(last) < I16F16::lit("0.004"), "{last} {taken}");
    bench.run(300);
    assert!((bench.plant.sensed + 4.0).abs() < 0.05, "{}", bench.plant.sensed);
}

#[test]
fn an_experiment_without_a_valid_supply_or_a_target_drives_a_closed_valve() {
    let mut bench = Bench::new(Plant::reference());
    bench.run(1_500);
    let half = fixed::types::I16F16::lit("0.5");
    for (target, supply) in [(TARGET, Err(Fault::Open)), (None, Ok(Coolant::from_milli(-4_000)))] {
        let input = bench.plant.input(target, supply, Duty::OFF);
        assert_eq!(bench.channel.drive(&bench.config, input, half).valve, Duty::OFF);
    }
}
