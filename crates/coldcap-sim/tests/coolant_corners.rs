//! The coolant loop of the shipped configuration on machines of which two parameters are 30 % off.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{Config, Phase};
use coldcap_session::Target;
use coldcap_sim::machine::Chiller;
use coldcap_sim::{MachineParameters, PatientParameters};
use facade::{CAP, COOLANT, Facade};

type Scale = fn(&mut MachineParameters, f64);

/// What the loop sees of a machine.
const PARTS: [(&str, Scale); 8] = [
    ("tank", |machine, by| {
        machine.tank.litres *= by;
        machine.tank.low_level_litres *= by;
    }),
    ("chiller's power", |machine, by| {
        let Chiller::Compressor(compressor) = &mut machine.tank.chiller else {
            panic!("the standard machine has a compressor")
        };
        compressor.full_w *= by;
        compressor.slope_w_per_k *= by;
    }),
    ("chiller's lag", |machine, by| machine.tank.evaporator_j_per_k *= by),
    ("line", |machine, by| machine.circuit.hose_ml *= by),
    ("sensors' lag", |machine, by| machine.sensors.lag_s *= by),
    ("flow", |machine, by| machine.circuit.full_flow_l_min *= by),
    ("cap's volume", |machine, by| machine.cap.coolant_ml *= by),
    ("valve's stroke", |machine, by| machine.circuit.valve_stroke_s *= by),
];

/// One part and its factor.
type Off = (usize, f64);
/// What is held at how many °C, and for how many seconds it may settle: a pull-down takes nine minutes.
type Aim = (Target, f64, u32);
const COLD: Aim = (COOLANT, -4.0, 840);
const CAPPED: Aim = (CAP, 4.0, 1_200);

/// How far the held temperature goes up and down once the loop has settled: half of its span in K over
/// five minutes, and its mean.
fn hold(off: &[Off], (target, celsius, settle_s): Aim) -> [f64; 2] {
    let mut machine = MachineParameters::standard();
    off.iter().for_each(|(part, by)| PARTS[*part].1(&mut machine, *by));
    let mut facade = Facade::on(machine, Config::reference(), PatientParameters::standard(), 1);
    facade.begin(target);
    facade.run(settle_s);
    let held: Vec<f64> = (0..TICKS).map(|_| held(&mut facade, target)).collect();
    let [low, high] = [
        held.iter().fold(f64::MAX, |low, it| low.min(*it)),
        held.iter().fold(f64::MIN, |high, it| high.max(*it)),
    ];
    let mean = held.iter().sum::<f64>() / held.len() as f64;
    assert!((mean - celsius).abs() <= 0.1, "{off:?}: {mean}");
    [(high - low) / 2.0, mean]
}

const TICKS: u32 = 3_000;

fn held(facade: &mut Facade, target: Target) -> f64 {
    facade.tick();
    let phase = facade.channel.phase;
    assert!(matches!(phase, Phase::PreCool | Phase::Ready), "{phase}");
    let truth = facade.truth();
    if target == COOLANT { truth.supply_c } else { truth.interface_front_c }
}

/// The widest hold of all, with the parts that it is of.
fn widest(all: &[Vec<Off>], aim: Aim) -> f64 {
    let mut widest = (0.0, String::new());
    for off in all {
        let [span, mean] = hold(off, aim);
        let name = off.iter().map(|(part, by)| format!("{} times {by}", PARTS[*part].0));
        let name = name.collect::<Vec<_>>().join(", ");
        println!("{name}: ± {span:.4} K around {mean:.3} °C");
        if span > widest.0 {
            widest = (span, name);
        }
    }
    println!("at worst ± {:.4} K: {}", widest.0, widest.1);
    widest.0
}

const FACTORS: [f64; 2] = [0.7, 1.3];

fn pairs() -> Vec<Vec<Off>> {
    let parts = (0..PARTS.len()).flat_map(|one| (0..one).map(move |other| [one, other]));
    let signs = FACTORS.iter().flat_map(|one| FACTORS.map(|other| [*one, other]));
    let signs: Vec<_> = signs.collect();
    parts
        .flat_map(|parts| signs.iter().map(move |by| vec![(parts[0], by[0]), (parts[1], by[1])]))
        .collect()
}

#[test]
fn the_coolant_is_held_with_any_two_parameters_off() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 28 * 4);
    let (some, others) = pairs.split_at(pairs.len() / 2);
    let widest = std::thread::scope(|scope| {
        let some = scope.spawn(|| widest(some, COLD));
        widest(others, COLD).max(some.join().unwrap())
    });
    assert!(widest <= 0.02, "{widest}");
}

#[test]
fn the_cap_is_held_with_any_parameter_off() {
    let singles = (0..PARTS.len()).flat_map(|part| FACTORS.map(|by| vec![(part, by)]));
    let widest = widest(&singles.collect::<Vec<_>>(), CAPPED);
    assert!(widest <= 0.05, "{widest}");
}
