//! A machine that uses what the bench found out about its sensors: what control shows before and after, and what
//! a fit visit makes of a sensor that wanders.
//!
//! Every sensor has every error: ±1 % of resistance and of steepness, up to 30 mK of offset, 2 mK of noise, 5 Ω of
//! leads and 3.3 V that warm it. The bench is that of `calibration.rs`; here the tables it made are handed to
//! `Control`, and nothing is read but what a tick shows.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;
mod workshop;

use coldcap::{
    CapSensors, ChannelDrives, ChannelStatus, Config, Control, Phase, SensorPlace, TickInput,
};
use coldcap_calibration::check::drift::{DriftPolicy, DriftWatch};
use coldcap_calibration::coolant::Mixture;
use coldcap_calibration::heat::LoopHeat;
use coldcap_calibration::sensor::{SensorCalibration, SensorCalibrationError};
use coldcap_calibration::table::CubicTable;
use coldcap_guard::Condition;
use coldcap_session::Request;
use coldcap_session::record::Kind;
use coldcap_sim::machine::CAP_IDENTITY;
use coldcap_sim::sensor::Probe;
use coldcap_sim::{CapPlacement, MachineParameters, PatientParameters};
use coldcap_units::{Celsius, Coolant, Duty, Fault, MillilitersPerMinute};
use facade::{Facade, HEAD, PATIENT};
use workshop::{Day, Own, WINDOW, Workshop, calibrate};

const AT: [f64; 8] = [-15.0, -10.0, -4.0, 2.0, 10.0, 22.0, 30.0, 40.0];

/// As a start-up makes them of tables in flash.
fn stored(own: &Own) -> &'static CubicTable<'static> {
    let rows = own.rows[..usize::from(own.header.rows)].to_vec();
    Box::leak(Box::new(CubicTable::new(own.header, rows.leak()).unwrap()))
}

fn calibrated(own: &Own) -> SensorCalibration {
    SensorCalibration::new(stored(own), &own.certificate).unwrap()
}

/// The reference machine with the tables of these five sensors; the last, the freeze-safety sensor's, has no place.
fn configured([supply, returned, front, rear, _]: &[Own; 5]) -> Config {
    let [supply, returned, front, rear] =
        [supply, returned, front, rear].map(|own| Some(calibrated(own)));
    let mut config = Config::reference();
    let line = &mut config.sensors.channels[0];
    (line.supply, line.returned) = (supply, returned);
    let cap = CapSensors { identity: CAP_IDENTITY, front, rear };
    config.sensors.caps = vec![cap].leak();
    config
}

/// Two controls that see the same machine, one without and one with its own tables.
struct Pair([Control<1>; 2]);

impl Pair {
    fn new(own: &[Own; 5]) -> Self {
        Self([Config::reference(), configured(own)].map(Control::new))
    }

    /// What both show of one step of the machine.
    fn step(&mut self, workshop: &mut Workshop) -> [ChannelStatus; 2] {
        workshop.step();
        let inputs = workshop.plant.inputs(workshop.now);
        let tick = TickInput::new(workshop.now, inputs);
        let [before, after] = &mut self.0;
        [before, after].map(|control| control.tick(&tick).channels[0])
    }
}

fn celsius(micro: Celsius) -> f64 {
    f64::from(micro.to_fixed().to_bits()) / 65_536.0
}

/// Supply, return, front, rear and safety in °C.
fn shown(channel: &ChannelStatus) -> [f64; 5] {
    let face = |reading: coldcap_units::Reading<coldcap_units::Interface>| {
        celsius(reading.value.unwrap().0)
    };
    let [supply, returned] =
        [channel.supply, channel.returned].map(|coolant| celsius(coolant.value.unwrap().0));
    [supply, returned, face(channel.front), face(channel.rear), face(channel.safety)]
}

fn middle_and_worst(mut sizes: Vec<f64>) -> [f64; 2] {
    sizes.sort_by(f64::total_cmp);
    [sizes[sizes.len() / 2], sizes[sizes.len() - 1]]
}

/// The error of what control shows, in mK: of every sensor in every bath.
#[test]
fn every_temperature_before_and_after() {
    let (mut before, mut after): ([Vec<f64>; 8], [Vec<f64>; 8]) = Default::default();
    let mut safety = vec![];
    for seed in 1..=6 {
        let mut workshop = Workshop::rough(seed);
        let (own, _) = calibrate(&mut workshop, Day::Apart);
        workshop.plant.place_cap(0, CapPlacement::Coupled).unwrap();
        let mut pair = Pair::new(&own);
        for (index, bath) in AT.into_iter().enumerate() {
            workshop.put_all(Probe::Bath(bath));
            workshop.run(60);
            let mut sums = [[0.0; 5]; 2];
            for _ in 0..WINDOW {
                let both = pair.step(&mut workshop).map(|channel| shown(&channel));
                for (sum, value) in sums.iter_mut().flatten().zip(both.iter().flatten()) {
                    *sum += value - bath;
                }
            }
            let off = sums.map(|sums| sums.map(|sum| sum.abs() * 1e3 / f64::from(WINDOW)));
            before[index].extend(&off[0][..4]);
            after[index].extend(&off[1][..4]);
            safety.push((off[0][4], off[1][4]));
        }
    }
    println!("24 sensors, errors in mK: median and largest before, after");
    for ((bath, before), after) in AT.iter().zip(before).zip(after) {
        let ([middle, worst], [left, most]) = (middle_and_worst(before), middle_and_worst(after));
        println!("{bath:>6} °C: {middle:>6.1} {worst:>6.1}   {left:>5.2} {most:>5.2}");
        assert!(middle > 50.0, "{bath}: {middle}");
        assert!(left < 4.0 && most < 7.0, "{bath}: {left} {most}");
    }
    // The freeze-safety sensor is shown by the table of its type, whatever else is calibrated.
    assert!(safety.iter().all(|(before, after)| before == after));
}

fn flow(workshop: &Workshop) -> MillilitersPerMinute {
    let liters = workshop.plant.truth(0).unwrap().flow_l_min;
    MillilitersPerMinute((liters * 1e3).round() as u16)
}

/// Heat of a minute in W between what control shows, and between the true temperatures.
fn heats(workshop: &mut Workshop, pair: &mut Pair) -> [f64; 3] {
    let fluid = Mixture::PropyleneGlycol30.fluid();
    let heat = LoopHeat { fluid, flow_ppm: 15_000, pair_uncertainty_uk: 0 };
    let mut sums = [0.0; 3];
    for _ in 0..WINDOW {
        let both = pair.step(workshop);
        let truth = workshop.plant.truth(0).unwrap();
        let exact = |it: f64| Coolant(Celsius::from_micro((it * 1e6).round() as i32));
        let [before, after] =
            both.map(|channel| (channel.supply.value.unwrap(), channel.returned.value.unwrap()));
        let ways = [before, after, (exact(truth.supply_c), exact(truth.return_c))];
        for (sum, (supply, returned)) in sums.iter_mut().zip(ways) {
            let heat = heat.between(flow(workshop), supply, returned).unwrap();
            *sum += f64::from(heat.milliwatts) * 1e-3 / f64::from(WINDOW);
        }
    }
    sums
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64).sqrt()
}

/// The heat of a head, by what control shows of supply and return.
#[test]
fn the_heat_of_a_head_before_and_after() {
    let mut off: [[Vec<f64>; 2]; 2] = Default::default();
    for seed in 1..=10 {
        for (day, off) in [Day::Apart, Day::Together].into_iter().zip(&mut off) {
            let mut workshop = Workshop::rough(seed);
            let (own, _) = calibrate(&mut workshop, day);
            workshop.put_all(Probe::Installed);
            workshop.plant.place_cap(0, CapPlacement::Worn).unwrap();
            let valve = Duty::from_permille(300);
            workshop.drives.channels = [ChannelDrives { pump: Duty::FULL, valve }];
            workshop.drives.chiller = Duty::from_permille(300);
            workshop.run(1_200);
            let [before, after, really] = heats(&mut workshop, &mut Pair::new(&own));
            off[0].push(before - really);
            off[1].push(after - really);
        }
    }
    let [[before, apart], [_, together]] = off.map(|off| off.map(|off| root_mean_square(&off)));
    println!("rms in W: before {before:.2}, calibrated apart {apart:.3}, together {together:.3}");
    assert!(before > 5.0 && apart < 0.35 && together < 0.03, "{before} {apart} {together}");
}

/// A machine whose sensors were on the bench, ready for visits.
fn machine(seed: u64, config: impl FnOnce(&[Own; 5]) -> Config) -> Facade {
    let mut workshop = Workshop::rough(seed);
    let (own, _) = calibrate(&mut workshop, Day::Together);
    workshop.put_all(Probe::Installed);
    // Out of a bath that the guard would take for a frozen cap.
    workshop.run(120);
    let mut parameters = MachineParameters::standard();
    parameters.sensors.reference_volt = 3.3;
    let mut facade = Facade::on(parameters, config(&own), PatientParameters::standard(), seed);
    (facade.plant, facade.now) = (workshop.plant, workshop.now);
    facade
}

/// The first part of a fit visit: the sensors are matched, and the visit is left.
fn match_sensors(facade: &mut Facade) {
    facade.until(Phase::Standby);
    facade.ask(Request::StartFit).unwrap();
    facade.ask(Request::select(PATIENT)).unwrap();
    facade.place(CapPlacement::Coupled);
    facade.tick();
    facade.ask(Request::Measure(HEAD)).unwrap();
    facade.run(60);
    facade.ask(Request::Cancel).unwrap();
    facade.place(CapPlacement::Off);
    facade.run(60);
}

/// The heat in W that a fit visit records of a head.
fn recorded(mut facade: Facade) -> f64 {
    facade.fit_visit();
    f64::from(facade.calibration.unwrap().heat_mw) * 1e-3
}

/// The product's own measurement of a head, beside that of a machine whose sensors have no error but noise.
#[test]
fn the_heat_that_a_fit_visit_records() {
    let mut ideal = MachineParameters::standard();
    ideal.sensors.offset_k = 0.0;
    let (mut before, mut after) = (vec![], vec![]);
    for seed in 1..=6 {
        let exact = Facade::on(ideal, Config::reference(), PatientParameters::standard(), seed);
        let exact = recorded(exact);
        let raw = recorded(machine(seed, |_| Config::reference()));
        let own = recorded(machine(seed, configured));
        println!(
            "machine {seed}: {exact:.2} W; before {:+.2}, after {:+.2}",
            raw - exact,
            own - exact
        );
        before.push(raw - exact);
        after.push(own - exact);
    }
    let [before, after] = [before, after].map(|off| root_mean_square(&off));
    println!("rms in W: before {before:.2}, after {after:.3}");
    assert!(before > 3.0 && after < 0.5, "{before} {after}");
}

/// What is stated for the standard deviation of return less supply from visit to visit. The virtual loop has noise
/// only, and a quarter of that; a real one has a room and a pump that are not always the same.
const REPEATABILITY_UK: u32 = 600;

fn watched(baseline_uk: i32, policy: DriftPolicy) -> impl Fn(&[Own; 5]) -> Config {
    move |own| {
        let watch = DriftWatch::new(policy, baseline_uk, REPEATABILITY_UK).unwrap();
        let mut config = configured(own);
        config.sensors.channels[0].drift = Some(watch);
        config
    }
}

/// A policy under which the EWMA is the newest check alone, and never alarms.
const NEWEST: DriftPolicy = DriftPolicy {
    slack_milli: u16::MAX,
    sum_milli: u16::MAX,
    weight_milli: 1_000,
    smoothed_milli: u16::MAX,
};

fn newest_uk(facade: &Facade) -> f64 {
    let state = facade.control.checkpoint().channels[0].drift;
    f64::from(state.smoothed) * 1e-6 * f64::from(REPEATABILITY_UK)
}

fn sensor_entries(facade: &Facade) -> Vec<(u16, i32, i32, u64, u64)> {
    let of_sensors = facade.record.iter().map(|it| it.fields).filter(|it| it.kind == Kind::SENSOR);
    of_sensors.map(|it| (it.code, it.a, it.b, it.c, it.d)).collect()
}

#[test]
fn a_sensor_that_wanders_is_found_by_the_fit_visits() {
    // When new: the mean of twenty visits, and how they scatter.
    let mut new = machine(3, watched(0, NEWEST));
    let visits: Vec<f64> = (0..20)
        .map(|_| {
            match_sensors(&mut new);
            newest_uk(&new)
        })
        .collect();
    let mean = visits.iter().sum::<f64>() / 20.0;
    let scatter = root_mean_square(&visits.iter().map(|it| it - mean).collect::<Vec<_>>());
    println!("return less supply: {mean:+.0} µK, from visit to visit ±{scatter:.0} µK");
    assert!(sensor_entries(&new).is_empty() && !new.signals(Condition::CalibrationDue));
    assert!((50.0..f64::from(REPEATABILITY_UK)).contains(&scatter), "{scatter}");

    // In service: nothing for ten visits, then the supply sensor reads 2 mK warmer than it did.
    let mut facade = machine(3, watched(mean.round() as i32, DriftPolicy::STANDARD));
    (0..10).for_each(|_| match_sensors(&mut facade));
    assert!(sensor_entries(&facade).is_empty() && !facade.signals(Condition::CalibrationDue));
    facade.supply_codes = -SUPPLY_CODES_PER_KELVIN / 500;
    let found = (1..=12).find(|_| {
        match_sensors(&mut facade);
        facade.signals(Condition::CalibrationDue)
    });
    let entries = sensor_entries(&facade);
    println!("2 mK were found at visit {found:?} after: {entries:?}");
    assert!(found.is_some_and(|visits| visits <= 8));
    let [(place, fault, drift_uk, sensor, checks)] = entries[..] else { panic!("{entries:?}") };
    assert_eq!(
        (place, fault),
        (u16::from(SensorPlace::Returned.code()), Fault::Drift.code().into())
    );
    assert_eq!((sensor, checks), (2, 10 + found.unwrap()));
    assert!((-3_000..0).contains(&drift_uk), "{drift_uk}");
    assert!(facade.has_alarm(Condition::CalibrationDue));

    // It is no reason to refuse, and it survives a loss of power.
    match_sensors(&mut facade);
    let restored = Control::restored(*facade.control.config(), &facade.control.checkpoint(), None);
    facade.control = restored;
    facade.run(1);
    assert!(facade.signals(Condition::CalibrationDue));
}

/// At about 22 °C the reference divider gives up this many codes for a kelvin.
const SUPPLY_CODES_PER_KELVIN: i64 = 47_000_000;

/// Two certified sensors in one bath, one of them 60 mK off.
#[test]
fn certified_sensors_that_disagree_are_found_by_the_fit_visit() {
    let mut facade = machine(5, configured);
    match_sensors(&mut facade);
    assert!(sensor_entries(&facade).is_empty() && !facade.signals(Condition::CalibrationDue));
    facade.supply_codes = SUPPLY_CODES_PER_KELVIN * 60 / 1_000;
    match_sensors(&mut facade);
    let entries = sensor_entries(&facade);
    let [(place, fault, found_uk, sensor, en_milli)] = entries[..] else { panic!("{entries:?}") };
    println!("return shows {found_uk} µK above supply, E_n {en_milli} thousandths");
    assert_eq!(
        (place, fault),
        (u16::from(SensorPlace::Returned.code()), Fault::Disagrees.code().into())
    );
    assert!((50_000..70_000).contains(&found_uk) && sensor == 2 && en_milli > 1_000);
    assert!(facade.signals(Condition::CalibrationDue));
    // A loss of power does not mend it.
    let mut stored = facade.control.checkpoint();
    let restored = Control::restored(*facade.control.config(), &stored, None);
    assert!(restored.checkpoint().channels[0].disagrees);
    stored.channels[0].disagrees = false;
    let forgetful = Control::restored(*facade.control.config(), &stored, None);
    assert!(!forgetful.checkpoint().channels[0].disagrees);
    // Mended, the next visit says so.
    facade.supply_codes = 0;
    match_sensors(&mut facade);
    facade.run(1);
    assert!(!facade.signals(Condition::CalibrationDue));
}

/// The tables of two sensors, mixed up.
#[test]
fn a_table_of_another_sensor_is_refused() {
    let (own, _) = calibrate(&mut Workshop::rough(2), Day::Together);
    let [supply, returned, ..] = &own;
    let (certified, given) = (supply.header.crc, returned.header.crc);
    assert_ne!(certified, given);
    assert_eq!(
        SensorCalibration::new(stored(returned), &supply.certificate),
        Err(SensorCalibrationError::Table { certified, given })
    );
}
