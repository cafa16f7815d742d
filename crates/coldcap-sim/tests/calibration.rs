//! What the procedures remove from the sensors of the virtual machine: before and after.
//!
//! Sensors with every error that they can have: ±1 % of resistance and of steepness, an offset of up to 30 mK,
//! noise of 2 mK, leads of 5 Ω, and 3.3 V that warm them by about 24 mK at 8 mW/K. The bench measures the leads
//! with bridged terminals and the self-heating at two voltages, and never looks at the truth; its reference is
//! off by 2 mK (standard deviation) in every bath.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod workshop;

use coldcap::ChannelDrives;
use coldcap_calibration::certificate::Certificate;
use coldcap_calibration::coolant::{Mixture, temperature_rise};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::heat::{Heat, LoopHeat};
use coldcap_calibration::isothermal::{
    IsothermalFault, IsothermalOffsets, IsothermalTest, LoopTemperatures, PairOffset, Rest,
};
use coldcap_calibration::table::CubicTable;
use coldcap_sim::sensor::Probe;
use coldcap_sim::{CapPlacement, MachineParameters, STEP};
use coldcap_units::{Celsius, Coolant, Duty, Interface, MicroCelsius, MillilitersPerMinute, Ratio};
use workshop::{Day, WINDOW, Workshop, calibrate};

/// 1 L/min of 30 % propylene glycol carries this much.
const WATT_PER_KELVIN: f64 = 65.4;

const AT: [f64; 8] = [-15.0, -10.0, -4.0, 2.0, 10.0, 22.0, 30.0, 40.0];

/// Size at which this part of the values lies.
fn percentile(mut sizes: Vec<f64>, part: f64) -> f64 {
    sizes.sort_by(f64::total_cmp);
    sizes[((sizes.len() - 1) as f64 * part).round() as usize]
}

#[test]
fn two_points_leads_and_self_heating_of_every_sensor() {
    let machines = 6;
    let mut repeated = 0;
    let (mut before, mut after): ([Vec<f64>; 8], [Vec<f64>; 8]) = Default::default();
    for seed in 1..=machines {
        let mut workshop = Workshop::rough(seed);
        let (own, repeats) = calibrate(&mut workshop, Day::Apart);
        repeated += repeats;
        for (index, celsius) in AT.into_iter().enumerate() {
            for (code, own) in workshop.bath(celsius).into_iter().zip(&own) {
                let off = |read: MicroCelsius| (f64::from(read.0) * 1e-3 - celsius * 1e3).abs();
                before[index].push(off(ntc_10k3a1::TABLE.eval(code).unwrap()));
                after[index].push(off(own.table().eval(code).unwrap()));
            }
        }
        if seed == 1 {
            println!(
                "leads {:.3} Ω, self-heating {:.2} mW/K",
                own[0].leads_ohm, own[0].mw_per_kelvin
            );
            println!("{}", own[0].certificate);
        }
        for own in &own {
            assert!((own.leads_ohm - 5.0).abs() < 0.01, "{}", own.leads_ohm);
            assert!((own.mw_per_kelvin / 8.0 - 1.0).abs() < 0.05, "{}", own.mw_per_kelvin);
            let bytes = own.certificate.to_bytes().unwrap();
            assert_eq!(Certificate::from_bytes(&bytes), Ok(own.certificate));
            assert!(own.certificate.correction.is_table(own.header.crc));
        }
    }
    println!("baths made again after a failed check: {repeated}");
    println!("{} sensors, errors in mK: median and largest before, after", machines * 5);
    for ((celsius, before), after) in AT.iter().zip(before).zip(after) {
        let [middle, worst] = [0.5, 1.0].map(|part| percentile(before.clone(), part));
        let [left, most] = [0.5, 1.0].map(|part| percentile(after.clone(), part));
        println!("{celsius:>6} °C: {middle:>6.1} {worst:>6.1}   {left:>5.2} {most:>5.2}");
        assert!(middle > 50.0, "{celsius}: {middle}");
        assert!(most < 7.0 && left < 4.0, "{celsius}: {left} {most}");
    }
}

/// Supply and return by a table for each.
type Tables<'a> = [CubicTable<'a>; 5];

fn shown(codes: [Ratio; 5], tables: &Tables<'_>) -> LoopTemperatures {
    let read = |sensor: usize| tables[sensor].eval(codes[sensor]).map(MicroCelsius::to_celsius);
    LoopTemperatures {
        supply: read(0).map(Coolant),
        returned: read(1).map(Coolant),
        front: read(2).map(Interface),
        rear: read(3).map(Interface),
    }
}

/// What a pump of 5 W does to the flow, and how well that is known: 4 % of 76 mK.
const RISE_U_UK: u32 = 3_000;

type Matched = Result<(IsothermalOffsets, PairOffset), IsothermalFault>;

/// Pump on, chiller off, cap on its hook: the isothermal test with each set of tables.
fn match_pair(workshop: &mut Workshop, sets: &[Tables<'_>; 2]) -> [Matched; 2] {
    workshop.plant.place_cap(0, CapPlacement::Coupled).unwrap();
    workshop.drives.channels = [ChannelDrives { pump: Duty::FULL, valve: Duty::OFF }];
    workshop.run(60);
    let window = STEP.as_millis() * 300;
    let mut tests = [0, 1].map(|_| {
        IsothermalTest::new(coldcap_units::Duration::from_millis(window), Rest::REFERENCE)
    });
    let mut outcomes = [None, None];
    for _ in 0..300 {
        workshop.step();
        let codes = workshop.codes();
        let flow = flow(workshop);
        let rise = temperature_rise(flow, 5_000, Mixture::PropyleneGlycol30).unwrap();
        for ((test, tables), outcome) in tests.iter_mut().zip(sets).zip(&mut outcomes) {
            let bath = shown(codes, tables).ahead_of_pump(rise);
            *outcome = test.step(&bath, STEP).outcome();
        }
    }
    let [one, other] = outcomes.map(Option::unwrap);
    let pair = |offsets: Result<_, _>, test: &IsothermalTest| {
        offsets.and_then(|offsets| Ok((offsets, test.pair(RISE_U_UK)?)))
    };
    [pair(one, &tests[0]), pair(other, &tests[1])]
}

fn flow(workshop: &Workshop) -> MillilitersPerMinute {
    let liters = workshop.plant.truth(0).unwrap().flow_l_min;
    MillilitersPerMinute((liters * 1e3).round() as u16)
}

fn loop_heat(pair_uncertainty_uk: u32) -> LoopHeat<'static> {
    let fluid = Mixture::PropyleneGlycol30.fluid();
    LoopHeat { fluid, flow_ppm: 15_000, pair_uncertainty_uk }
}

/// Mean heat of a minute in W by each set of tables with each set of offsets, and by the true temperatures.
fn heats(
    workshop: &mut Workshop,
    ways: &[(&Tables<'_>, IsothermalOffsets, u32)],
) -> (Vec<(f64, f64)>, f64) {
    let mut sums = vec![(0.0, 0.0); ways.len()];
    let mut really = 0.0;
    let watts = |heat: Heat| (f64::from(heat.milliwatts) / 6e5, f64::from(heat.u_milliwatts) / 6e5);
    for _ in 0..WINDOW {
        workshop.step();
        let codes = workshop.codes();
        let flow = flow(workshop);
        for ((tables, offsets, pair_uk), sum) in ways.iter().zip(&mut sums) {
            let at = offsets.correct(&shown(codes, tables));
            let heat = loop_heat(*pair_uk).between(flow, at.supply.unwrap(), at.returned.unwrap());
            let (heat, u) = watts(heat.unwrap());
            *sum = (sum.0 + heat, sum.1 + u);
        }
        let truth = workshop.plant.truth(0).unwrap();
        let exact = |celsius: f64| Coolant(Celsius::from_micro((celsius * 1e6).round() as i32));
        let heat = loop_heat(0).between(flow, exact(truth.supply_c), exact(truth.return_c));
        really += watts(heat.unwrap()).0;
    }
    (sums, really)
}

/// On the head for twenty minutes, coolant at about −3 °C.
fn cool(workshop: &mut Workshop) {
    workshop.plant.place_cap(0, CapPlacement::Worn).unwrap();
    let valve = Duty::from_permille(300);
    workshop.drives.channels = [ChannelDrives { pump: Duty::FULL, valve }];
    workshop.drives.chiller = Duty::from_permille(300);
    workshop.run(1_200);
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64).sqrt()
}

/// A standard machine: sensors true to their type but for an offset of up to 30 mK. Matching is all they need.
#[test]
fn heat_of_a_head_where_sensors_have_an_offset_only() {
    println!("heat in W: really; off by, raw; matched");
    let raw: Tables<'_> = [ntc_10k3a1::TABLE; 5];
    let mut sizes: [Vec<f64>; 2] = Default::default();
    for seed in 1..=20 {
        let mut workshop = Workshop::with(MachineParameters::standard(), seed);
        let [pair, _] = match_pair(&mut workshop, &[raw, raw]);
        let (offsets, pair) = pair.unwrap();
        cool(&mut workshop);
        let ways = [(&raw, IsothermalOffsets::NONE, 0), (&raw, offsets, pair.stored_u_uk())];
        let (by_way, really) = heats(&mut workshop, &ways);
        let [before, after] = [0, 1].map(|way: usize| by_way[way].0 - really);
        if seed <= 4 {
            println!("machine {seed}: {really:.2}; {before:+.2}; {after:+.2}");
        }
        // No more is left than twice what the pair's stated uncertainty makes of watts.
        assert!(after.abs() <= 2.0 * f64::from(pair.stored_u_uk()) * 1e-6 * WATT_PER_KELVIN);
        sizes.iter_mut().zip([before, after]).for_each(|(sizes, off)| sizes.push(off));
    }
    let [before, after] = sizes.map(|sizes| root_mean_square(&sizes));
    println!("rms of 20 machines: raw {before:.2}, matched {after:.3} W");
    assert!(before > 0.8 && after < 0.1, "{before} {after}");
}

/// Sensors with every error. The heat is off by, in W: raw; raw and matched; each calibrated on its own;
/// that and matched; calibrated together in the same baths.
#[test]
fn heat_of_a_head_where_sensors_have_every_error() {
    let mut sizes: [Vec<f64>; 5] = Default::default();
    for seed in 1..=10 {
        let mut workshop = Workshop::rough(seed);
        let (apart, _) = calibrate(&mut workshop, Day::Apart);
        let (together, _) = calibrate(&mut workshop, Day::Together);
        let raw: Tables<'_> = [ntc_10k3a1::TABLE; 5];
        let apart: Tables<'_> = core::array::from_fn(|sensor| apart[sensor].table());
        let together: Tables<'_> = core::array::from_fn(|sensor| together[sensor].table());
        workshop.put_all(Probe::Installed);
        let [raw_pair, own_pair] = match_pair(&mut workshop, &[raw, apart]);
        let (offsets, pair) = own_pair.unwrap();
        let raw_offsets = raw_pair.map_or(IsothermalOffsets::NONE, |(offsets, _)| offsets);
        cool(&mut workshop);
        let ways = [
            (&raw, IsothermalOffsets::NONE, 0),
            (&raw, raw_offsets, 0),
            (&apart, IsothermalOffsets::NONE, 0),
            (&apart, offsets, pair.stored_u_uk()),
            (&together, IsothermalOffsets::NONE, 0),
        ];
        let (by_way, really) = heats(&mut workshop, &ways);
        let off: Vec<f64> = by_way.iter().map(|(heat, _)| heat - really).collect();
        let refused = if raw_pair.is_err() { ", raw pair refused" } else { "" };
        println!(
            "machine {seed}: {really:.2} W; off by {off:+.2?}; pair {:+.1} mK, u {:.1} mK{refused}",
            f64::from(pair.offset_uk) * 1e-3,
            f64::from(pair.stored_u_uk()) * 1e-3,
        );
        sizes.iter_mut().zip(off).for_each(|(sizes, off)| sizes.push(off));
    }
    let [raw, matched, apart, apart_matched, together] =
        sizes.map(|sizes| root_mean_square(&sizes));
    println!(
        "rms: raw {raw:.2}, matched {matched:.2}, calibrated apart {apart:.2}, and matched \
         {apart_matched:.2}, together {together:.3} W"
    );
    // Matched at room temperature, sensors of unlike steepness are apart again in the cold.
    assert!(raw > 5.0 && matched > 5.0, "{raw} {matched}");
    // 2 mK in each bath are 3.2 mK of the pair at −3 °C by the closed form, and 4.0 mK of what the pair
    // changes by between there and room temperature: matching two calibrated sensors does not pay.
    assert!(apart < 1.5 * 3.2e-3 * WATT_PER_KELVIN, "{apart}");
    assert!(apart_matched < 1.5 * 5.0e-3 * WATT_PER_KELVIN, "{apart_matched}");
    // What both took from one reference cancels.
    assert!(together < 0.03, "{together}");
}
