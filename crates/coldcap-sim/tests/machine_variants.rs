//! The variants of the virtual machine: chillers, viscous coolant, ice on the evaporator; in the plant, and under control.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod bench;
mod facade;

use bench::Bench;
use coldcap::{ChannelDrives, Config, Drives};
use coldcap_calibration::physics::coolant::{Brine, Solute};
use coldcap_guard::Condition;
use coldcap_guard::detect::{Limits, RawLimits};
use coldcap_sim::machine::{
    Chiller, CompressorParameters, FreezeParameters, HydraulicParameters, PeltierParameters,
};
use coldcap_sim::sensor::ratio_of;
use coldcap_sim::{
    CapPlacement, FaultKind, FaultSchedule, FaultWindow, MachineParameters, PatientParameters,
    VirtualMachine,
};
use coldcap_units::{Duty, Instant};
use facade::{COOLANT, Facade};

/// The page that has these figures.
const PAGE: &str = include_str!("../../../docs/machine.md");

/// Says a row of it, and holds the page to it.
fn told(row: &str) {
    let row = row.replace('-', "−");
    println!("{row}");
    assert!(PAGE.contains(&row), "docs/machine.md does not have: {row}");
}

const CHILL: Drives<1> = Drives {
    permit: true,
    chiller: Duty::FULL,
    channels: [ChannelDrives { pump: Duty::OFF, valve: Duty::OFF }],
};

fn peltier() -> MachineParameters {
    let mut machine = MachineParameters::standard();
    machine.tank.chiller = Chiller::Peltier(PeltierParameters::standard());
    machine
}

fn viscous() -> MachineParameters {
    let mut machine = MachineParameters::standard();
    machine.circuit.hydraulics = Some(HydraulicParameters::standard());
    machine.cap.film_part = 0.3;
    machine
}

fn freezing(glycol: f64) -> MachineParameters {
    let mut machine = MachineParameters { glycol, ..MachineParameters::standard() };
    machine.tank.freeze = Some(FreezeParameters::standard());
    machine
}

fn plant(machine: MachineParameters) -> VirtualMachine<1> {
    VirtualMachine::new(machine, [PatientParameters::standard()], 1).unwrap()
}

fn worn(mut machine: MachineParameters) -> Bench {
    machine.tank.start_c = -8.0;
    let mut bench = Bench::cold();
    bench.plant = plant(machine);
    bench.plant.place_cap(0, CapPlacement::Worn).unwrap();
    bench
}

/// Minutes until the tank is at `celsius`, from the room's temperature on; `None` where two hours are not enough.
fn pull_down_min(mut machine: MachineParameters, room_c: f64, celsius: f64) -> Option<f64> {
    (machine.ambient_c, machine.tank.start_c) = (room_c, room_c);
    let (mut plant, none) = (plant(machine), FaultSchedule::none());
    let steps = (0..120 * 600).position(|_| {
        plant.step(&CHILL, Instant::ZERO, &none);
        plant.truth(0).unwrap().tank_c <= celsius
    });
    steps.map(|steps| steps as f64 / 600.0)
}

#[test]
fn both_chillers_pull_the_tank_down_and_a_hot_room_costs_the_peltier_more() {
    let rows = [(22.0, -4.0), (22.0, -8.0), (30.0, -4.0), (30.0, -8.0)].map(|(room_c, celsius)| {
        let both = [MachineParameters::standard(), peltier()]
            .map(|machine| pull_down_min(machine, room_c, celsius).unwrap());
        told(&format!("| {room_c} | {celsius} | {:.1} | {:.1} |", both[0], both[1]));
        both
    });
    let minutes = |row: usize, chiller: usize| rows[row][chiller];
    assert!((20.0..30.0).contains(&minutes(1, 0)) && (20.0..40.0).contains(&minutes(0, 1)));
    let costs = |chiller| minutes(2, chiller) / minutes(0, chiller);
    assert!(costs(1) > 1.1 * costs(0), "{} {}", costs(1), costs(0));
}

/// A stack that is off conducts the heat of its heatsink back into the tank.
#[test]
fn a_peltier_that_is_off_warms_the_tank() {
    let warmed = |mut machine: MachineParameters| {
        machine.tank.start_c = -8.0;
        let mut plant = plant(machine);
        let drives = Drives { chiller: Duty::OFF, ..CHILL };
        (0..6_000).for_each(|_| plant.step(&drives, Instant::ZERO, &FaultSchedule::none()));
        plant.truth(0).unwrap()
    };
    let (compressor, stack) = (warmed(MachineParameters::standard()), warmed(peltier()));
    told(&format!(
        "{:.1} °C with a compressor, {:.1} °C with the stack",
        compressor.tank_c, stack.tank_c
    ));
    assert!(stack.tank_c > compressor.tank_c + 2.0);
    assert!(stack.evaporator_c > stack.tank_c && compressor.heatsink_c.is_none());
    assert!(stack.heatsink_c.unwrap() < 22.0, "{stack:?}");
}

#[test]
fn heat_balances_with_every_variant_and_fault() {
    let mut all = viscous();
    all.tank.chiller = peltier().tank.chiller;
    all.tank.freeze = Some(FreezeParameters::standard());
    all.glycol = 0.2;
    let mut slow = freezing(0.22);
    slow.tank.chiller = Chiller::Compressor(CompressorParameters {
        start_delay_s: 10.0,
        minimum_on_s: 180.0,
        minimum_off_s: 180.0,
        ..CompressorParameters::standard()
    });
    for (name, machine) in
        [("all", all), ("slow", slow), ("peltier", peltier()), ("viscous", viscous())]
    {
        let mut bench = worn(machine);
        let faults = "leak@1000..1300,kink@1500..1800,partial-kink@1800..2000,cap-off@2500..2600,\
                      chiller-weak@2700..2900,evaporator-iced@2800..3000,chiller-stuck-on@3000";
        bench.faults = FaultSchedule::none();
        faults.split(',').for_each(|fault| bench.faults.push(fault.parse().unwrap()));
        bench.cool(3_600);
        let energy = bench.plant.energy();
        println!("{name}: {energy:?}");
        assert!(energy.chiller_j > 1.0e5 && energy.patients_j > 1.0e5, "{name}: {energy:?}");
        assert!(energy.residual_j().abs() < 0.1, "{name}: {energy:?}");
    }
}

/// The chiller's own hardware delays and prolongs what control asks, and the permit ends it at once.
#[test]
fn a_compressor_with_times_of_its_own_follows_late() {
    let mut machine = MachineParameters::standard();
    machine.tank.chiller = Chiller::Compressor(CompressorParameters {
        start_delay_s: 30.0,
        minimum_on_s: 120.0,
        minimum_off_s: 60.0,
        ..CompressorParameters::standard()
    });
    let mut plant = plant(machine);
    let mut chilled = |drives: Drives<1>, seconds: u32| {
        let before = plant.energy().chiller_j;
        (0..seconds * 10).for_each(|_| plant.step(&drives, Instant::ZERO, &FaultSchedule::none()));
        plant.energy().chiller_j - before
    };
    let off = Drives { chiller: Duty::OFF, ..CHILL };
    assert!(chilled(CHILL, 30) <= 0.0);
    assert!(chilled(CHILL, 20) > 8_000.0);
    assert!(chilled(off, 90) > 30_000.0, "it has not run for two minutes");
    assert!(chilled(off, 60) < 5_000.0);
    assert!(chilled(CHILL, 40) <= 0.0, "ten seconds of rest are left, and its delay");
    assert!(chilled(CHILL, 10) > 2_000.0);
    assert!(chilled(Drives { permit: false, ..off }, 60) <= 0.0, "without power nothing runs");
}

/// Flow in L/min when the supply has come down to each of these, while a tank is pulled down through a coupled cap.
fn flows_at<const N: usize>(machine: MachineParameters, temperatures: [f64; N]) -> [f64; N] {
    let mut plant = plant(machine);
    plant.place_cap(0, CapPlacement::Coupled).unwrap();
    let channels = [ChannelDrives { pump: Duty::FULL, valve: Duty::FULL }];
    let drives = Drives { channels, ..CHILL };
    temperatures.map(|celsius| {
        for _ in 0..72_000 {
            plant.step(&drives, Instant::ZERO, &FaultSchedule::none());
            let truth = plant.truth(0).unwrap();
            if truth.supply_c <= celsius {
                return truth.flow_l_min;
            }
        }
        panic!("{celsius} °C was not reached")
    })
}

#[test]
fn cold_coolant_flows_less_and_its_hose_takes_longer() {
    let temperatures = [20.0, 10.0, 5.0, 0.0, -4.0, -8.0];
    let stronger = MachineParameters { glycol: 0.4, ..viscous() };
    let [flows, less] = [viscous(), stronger].map(|machine| flows_at(machine, temperatures));
    let brine = Brine::new(Solute::PropyleneGlycol, 0.3).unwrap();
    for (celsius, (flow, less)) in temperatures.into_iter().zip(flows.into_iter().zip(less)) {
        let viscosity = brine.properties(celsius).unwrap().viscosity * 1e3;
        let delay_s = 57e-3 / flow * 60.0;
        told(&format!("| {celsius} | {viscosity:.1} | {flow:.2} | {delay_s:.1} | {less:.2} |"));
    }
    assert!(flows.is_sorted_by(|warm, cold| warm > cold), "{flows:?}");
    assert!((1.4..1.6).contains(&flows[0]) && (0.95..1.1).contains(&flows[4]), "{flows:?}");
    assert!(flows.into_iter().zip(less).all(|(thin, thick)| thick < thin));
}

/// A plant of extreme variants under any drives stays between the coldest and the warmest that there can be, and heat closes.
mod within_bounds {
    use super::*;
    use proptest::prelude::*;

    fn chillers() -> impl Strategy<Value = Chiller> {
        let stack = (any::<[bool; 5]>(), 1.0..20.0f64).prop_map(|(high, modules)| {
            let pick = |index: usize, low, top| if high[index] { top } else { low };
            Chiller::Peltier(PeltierParameters {
                modules,
                conducts_w_per_k: pick(0, 0.4, 1.0),
                full_a: pick(1, 0.5, 4.0),
                sink_k_per_w: pick(2, 0.01, 0.05),
                sink_j_per_k: pick(3, 500.0, 50_000.0),
                ohm: pick(4, 2.0, 3.0),
                ..PeltierParameters::standard()
            })
        });
        let times = (0.0..60.0f64, 0.0..60.0f64, 0.0..60.0f64);
        let compressor = times.prop_map(|(start_delay_s, minimum_on_s, minimum_off_s)| {
            let standard = CompressorParameters::standard();
            let own =
                CompressorParameters { start_delay_s, minimum_on_s, minimum_off_s, ..standard };
            Chiller::Compressor(own)
        });
        prop_oneof![stack, compressor]
    }

    fn machines() -> impl Strategy<Value = MachineParameters> {
        let extremes = (any::<[bool; 8]>(), 0.1..0.6f64, chillers());
        extremes.prop_map(|(high, glycol, chiller)| {
            let pick = |index: usize, low, top| if high[index] { top } else { low };
            let mut machine = MachineParameters { glycol, ..MachineParameters::standard() };
            machine.tank.chiller = chiller;
            machine.tank.litres = pick(0, 1.0, 10.0);
            machine.tank.evaporator_w_per_k = pick(1, 20.0, 500.0);
            machine.tank.evaporator_j_per_k = pick(2, 500.0, 10_000.0);
            machine.tank.freeze = Some(FreezeParameters {
                surface_m2: pick(3, 0.02, 1.0),
                metal_part: pick(4, 0.15, 0.5),
            });
            machine.circuit.hydraulics = Some(HydraulicParameters {
                shut_off_kpa: pick(5, 5.0, 300.0),
                bore_mm: pick(6, 3.0, 12.0),
                free_flow_l_min: pick(7, 0.5, 4.0),
                ..HydraulicParameters::standard()
            });
            machine.cap.film_part = 0.9;
            machine
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn variants_stay_finite_and_make_no_heat_up(
            machine in machines(),
            duties in proptest::collection::vec(any::<(u16, u16, u16, bool)>(), 6),
        ) {
            let mut plant = plant(machine);
            plant.place_cap(0, CapPlacement::Worn).unwrap();
            for (pump, valve, chiller, permit) in duties {
                let channels = [ChannelDrives { pump: Duty(pump), valve: Duty(valve) }];
                let drives = Drives { permit, chiller: Duty(chiller), channels };
                for _ in 0..1_200 {
                    plant.step(&drives, Instant::ZERO, &FaultSchedule::none());
                }
                let truth = plant.truth(0).unwrap();
                let temperatures = [truth.skin_c, truth.supply_c, truth.return_c, truth.tank_c];
                prop_assert!(temperatures.iter().all(|c| (-100.0..100.0).contains(c)), "{:?}", truth);
                prop_assert!((0.0..=4.0).contains(&truth.flow_l_min) && truth.ice_mm >= 0.0);
                prop_assert!(truth.heatsink_c.is_none_or(f64::is_finite));
                prop_assert!(plant.energy().residual_j().abs() < 1.0);
            }
        }
    }
}

#[test]
fn a_squeezed_hose_is_a_resistance_and_the_pump_works_against_it() {
    let mut bench = worn(viscous());
    bench.cool(1_800);
    let free = bench.truth();
    let current = |bench: &mut Bench| bench.plant.inputs(bench.now).channels[0].pump_current.value;
    let before = current(&mut bench).unwrap();
    bench.faults = FaultSchedule::parse("partial-kink@0").unwrap();
    bench.cool(60);
    let left = bench.truth().flow_l_min / free.flow_l_min;
    assert!((0.3..0.4).contains(&left), "{left}");
    assert!(current(&mut bench).unwrap().0 > before.0 + 100);
    bench.faults = FaultSchedule::parse("kink@0").unwrap();
    bench.cool(60);
    assert!(bench.truth().flow_l_min <= 0.0);
    assert!((960..1_000).contains(&current(&mut bench).unwrap().0));
}

/// A film that thickens where flow is less leaves the inner face warmer than one that does not, at the same coolant and flow.
#[test]
fn less_flow_warms_the_face_by_its_film() {
    let face_c = |film_part: f64, full_flow: bool| {
        let mut machine = MachineParameters::standard();
        machine.cap.film_part = film_part;
        let mut bench = worn(machine);
        bench.cool(1_800);
        if !full_flow {
            let duty = Duty::from_permille(250);
            bench.drives.channels[0].pump = duty;
            bench.run(300);
        }
        bench.truth().interface_front_c
    };
    assert!(
        (face_c(0.0, true) - face_c(0.3, true)).abs() < 1e-9,
        "at its rated flow it is the same"
    );
    let warmer_k = face_c(0.3, false) - face_c(0.0, false);
    told(&format!("warmer by {warmer_k:.1} K"));
    assert!((0.3..3.0).contains(&warmer_k), "{warmer_k} K");
}

/// What came of ice in an hour of cooling: when `evaporator_cold` rose and when ice began, in s, and how thick it was at most.
#[derive(Debug)]
struct Frozen {
    alarm_s: Option<f64>,
    ice_s: Option<f64>,
    thickest_mm: f64,
}

fn frozen(glycol: f64, config: Config, fault: Option<FaultKind>) -> Frozen {
    let machine = freezing(glycol);
    let mut facade = Facade::on(machine, config, PatientParameters::standard(), 1);
    facade.begin(COOLANT);
    if let Some(kind) = fault {
        let from = facade.now;
        facade.faults.push(FaultWindow { kind, from, until: None, channel: 0 });
    }
    let mut found = Frozen { alarm_s: None, ice_s: None, thickest_mm: 0.0 };
    for _ in 0..36_000 {
        facade.tick();
        let now = Some(facade.now.as_millis() as f64 / 1e3);
        let ice_mm = facade.truth().ice_mm;
        found.thickest_mm = found.thickest_mm.max(ice_mm);
        found.ice_s = found.ice_s.or(now.filter(|_| ice_mm > 0.0));
        let told = facade.signals(Condition::EvaporatorCold);
        found.alarm_s = found.alarm_s.or(now.filter(|_| told));
    }
    let moment = |at: Option<f64>| at.map_or("never".into(), |seconds| format!("{:.0} s", seconds));
    let limit =
        if config.limits.raw() == Config::reference().limits.raw() { "−12.0" } else { "its own" };
    let broken = if fault.is_some() { "iced" } else { "none" };
    let (ice, alarm) = (moment(found.ice_s), moment(found.alarm_s));
    let (freezes_c, thickest_mm) = (freezes_at(glycol), found.thickest_mm);
    told(&format!(
        "| {glycol} | {freezes_c:.1} | {limit} | {broken} | {ice} | {alarm} | {thickest_mm:.1} |"
    ));
    found
}

fn freezes_at(glycol: f64) -> f64 {
    Brine::new(Solute::PropyleneGlycol, glycol).unwrap().freezing()
}

/// The reference configuration with the evaporator's limit as far above this mix's freezing point as that of the reference
/// is above that of 30 %.
fn limited_for(glycol: f64) -> Config {
    let mut config = Config::reference();
    let limits = config.limits;
    let raw = RawLimits { evaporator_cold: ratio_of(freezes_at(glycol) + 0.8), ..*limits.raw() };
    let fitted = Limits::new(raw, *limits.flow(), *limits.delays()).unwrap();
    config.limits = fitted.with_watches(*limits.watches()).unwrap();
    config
}

#[test]
fn the_reference_mix_does_not_freeze_in_a_visit() {
    let found = frozen(0.3, Config::reference(), None);
    assert!(found.alarm_s.is_none() && found.ice_s.is_none());
}

/// Where the limit is made for the mix, the evaporator is told before ice begins, and the chiller rests before much is there.
#[test]
fn under_the_limit_of_its_mix_evaporator_cold_comes_before_the_ice() {
    let iced = Some(FaultKind::EvaporatorIced);
    for (glycol, fault) in [(0.3, iced), (0.26, iced), (0.24, None), (0.22, None)] {
        let found = frozen(glycol, limited_for(glycol), fault);
        let alarm_s = found.alarm_s.unwrap();
        assert!(found.ice_s.is_none_or(|ice_s| alarm_s < ice_s), "{glycol}: {found:?}");
        assert!(found.thickest_mm < 0.1, "{glycol}: {found:?}");
    }
}

/// A mix too weak for the limit freezes first. A little too weak, nobody is told at all, and the ice melts while the chiller
/// rests; far too weak, the ice makes the evaporator colder until it is told, and then stays within some millimetres.
#[test]
fn a_mix_weaker_than_its_limit_freezes_before_it_is_told() {
    let slightly = frozen(0.24, Config::reference(), None);
    assert!(slightly.alarm_s.is_none() && (1.0..3.0).contains(&slightly.thickest_mm));
    for glycol in [0.22, 0.2] {
        let far = frozen(glycol, Config::reference(), None);
        assert!(far.ice_s.unwrap() + 600.0 < far.alarm_s.unwrap());
        assert!((3.0..8.0).contains(&far.thickest_mm));
    }
}
