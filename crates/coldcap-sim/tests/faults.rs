//! Each fault changes what it should, and only while it is there.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod bench;

use bench::Bench;
use coldcap::{ChannelInputs, Drives, Inputs};
use coldcap_sim::sensor::ratio_of;
use coldcap_sim::{CapPlacement, FaultKind, FaultSchedule};
use coldcap_units::{Duty, Fault, Ratio, Reading};

/// A bench in the middle of a treatment, and its inputs before, during and after a fault of a minute.
fn struck(name: &str) -> (Bench, Bench, [Inputs<1>; 3]) {
    let mut bench = Bench::cold();
    bench.cool(900);
    bench.faults = FaultSchedule::parse(&format!("{name}@900..960")).unwrap();
    let before = bench.plant.inputs(bench.now);
    bench.cool(60);
    let during = bench.plant.inputs(bench.now);
    let mut after = bench.clone();
    after.cool(240);
    let last = after.plant.inputs(after.now);
    (bench, after, [before, during, last])
}

#[test]
fn a_kink_stops_the_flow_and_loads_the_pump() {
    let (bench, after, [before, during, last]) = struck("kink");
    assert!(bench.truth().flow_l_min <= 0.0);
    assert_eq!(during.channels[0].flow.value.unwrap().edges, 0);
    let current = |inputs: &Inputs<1>| inputs.channels[0].pump_current.value.unwrap().0;
    assert!(current(&during) > current(&before) + 200);
    assert!(bench.truth().interface_front_c > after.truth().interface_front_c);
    assert!(last.channels[0].flow.value.unwrap().edges > 160);
}

#[test]
fn a_stopped_pump_draws_no_current() {
    let (bench, _, [before, during, last]) = struck("pump-stop");
    assert!(bench.truth().flow_l_min <= 0.0);
    assert!(before.channels[0].pump_current.value.unwrap().0 > 600);
    assert!(during.channels[0].pump_current.value.unwrap().0 < 20);
    assert!(last.channels[0].pump_current.value.unwrap().0 > 600);
}

#[test]
fn a_stuck_pump_runs_against_the_demand_but_not_against_the_permit() {
    let mut bench = Bench::cold();
    bench.faults = FaultSchedule::parse("pump-stuck-on@0").unwrap();
    let current = |bench: &mut Bench| {
        let now = bench.now;
        bench.plant.inputs(now).channels[0].pump_current.value.unwrap().0
    };
    bench.run(10);
    assert!(bench.drives.channels[0].pump.is_off() && bench.drives.permit);
    assert!(current(&mut bench) > 600 && bench.truth().flow_l_min > 0.9);
    bench.drives = Drives::default();
    bench.run(10);
    assert!(current(&mut bench) < 20 && bench.truth().flow_l_min <= 0.0);
}

#[test]
fn a_welded_chiller_runs_against_the_demand_but_not_against_the_permit() {
    let mut bench = Bench::cold();
    bench.faults = FaultSchedule::parse("chiller-stuck-on@0").unwrap();
    bench.run(120);
    let chilled_j = bench.plant.energy().chiller_j;
    assert!(bench.drives.chiller.is_off() && chilled_j > 2.0e4);
    assert_eq!(bench.plant.inputs(bench.now).tank.chiller.value, Ok(Duty::FULL));
    assert!(bench.truth().tank_c < -8.5);
    bench.drives = Drives::default();
    bench.run(120);
    assert!((bench.plant.energy().chiller_j - chilled_j).abs() < 1e-9);
    assert_eq!(bench.plant.inputs(bench.now).tank.chiller.value, Ok(Duty::OFF));
}

#[test]
fn a_leak_wets_the_tray_and_empties_the_tank() {
    let (_, mut after, [before, during, last]) = struck("leak");
    let wet = |inputs: &Inputs<1>| inputs.leak.value.unwrap();
    assert_eq!([wet(&before), wet(&during), wet(&last)], [false, true, false]);
    assert_eq!(last.tank.level.value, Ok(true));
    after.faults = FaultSchedule::parse("leak@0").unwrap();
    after.run(960);
    assert_eq!(after.plant.inputs(after.now).tank.level.value, Ok(false));
}

#[test]
fn a_cap_that_is_off_is_uncoupled_and_warms() {
    let (bench, after, [before, during, last]) = struck("cap-off");
    let cap = |inputs: &Inputs<1>| inputs.channels[0].cap;
    assert_eq!(cap(&before).coupled.value, Ok(true));
    assert_eq!(cap(&during).coupled.value, Ok(false));
    assert_eq!(cap(&during).identity.value, Err(Fault::Unavailable));
    assert_eq!(cap(&last).coupled.value, Ok(true));
    assert!(bench.truth().heat_w.abs() <= 0.0 && bench.truth().flow_l_min <= 0.0);
    assert!(after.truth().heat_w > 30.0);
}

#[test]
fn a_cap_that_is_coupled_but_not_worn_takes_little_heat() {
    let mut bench = Bench::cold();
    bench.plant.place_cap(0, CapPlacement::Coupled).unwrap();
    bench.cool(1_800);
    let truth = bench.truth();
    assert!(truth.flow_l_min > 0.99 && truth.heat_w.abs() <= 0.0);
    let carried_w = truth.flow_l_min / 60.0 * 3_923.0 * (truth.return_c - truth.supply_c);
    assert!((10.0..35.0).contains(&carried_w), "{carried_w} W");
    assert!((truth.skin_c - 34.4).abs() < 0.1);
}

#[test]
fn every_thermistor_breaks_in_every_way() {
    type Seen = fn(&ChannelInputs) -> Reading<Ratio>;
    let places: [(&str, Seen); 5] = [
        ("supply", |channel| channel.supply),
        ("return", |channel| channel.returned),
        ("front", |channel| channel.front),
        ("rear", |channel| channel.rear),
        ("safety", |channel| channel.safety),
    ];
    let mut bench = Bench::cold();
    bench.cool(60);
    for (place, seen) in places {
        let code = |bench: &mut Bench, defect: &str| {
            bench.faults = FaultSchedule::parse(&format!("{place}-{defect}@0")).unwrap();
            bench.cool(1);
            let inputs = bench.plant.inputs(bench.now);
            for (other, others) in places.iter().filter(|(other, _)| *other != place) {
                let healthy = others(&inputs.channels[0]).value.unwrap();
                assert!(ratio_of(50.0) < healthy && healthy < ratio_of(-20.0), "{other}");
            }
            seen(&inputs.channels[0]).value.unwrap()
        };
        assert_eq!(code(&mut bench, "open"), Ratio(0xFFFF_FF00), "{place}");
        assert_eq!(code(&mut bench, "short"), Ratio(0), "{place}");
        let frozen = code(&mut bench, "stuck");
        bench.cool(30);
        assert_eq!(code(&mut bench, "stuck"), frozen, "{place}");
        bench.faults = FaultSchedule::none();
        bench.cool(1);
        let healed = seen(&bench.plant.inputs(bench.now).channels[0]).value.unwrap();
        assert!(ratio_of(50.0) < healed && healed < ratio_of(-20.0), "{place}");
    }
}

#[test]
fn the_plant_takes_no_notice_of_link_and_process() {
    let (_, _, untouched) = struck("link-loss");
    for kind in [FaultKind::FrameNoise, FaultKind::HostCrash, FaultKind::PowerCut] {
        assert_eq!(struck(kind.name()).2, untouched, "{kind}");
    }
    let kinked = struck("kink").2;
    assert_ne!(kinked, untouched);
}
