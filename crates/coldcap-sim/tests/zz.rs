#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic, dead_code)]
mod facade;
use facade::*;
use coldcap_session::*;
use coldcap_sim::*;
#[test]
fn look() {
    let mut f = Facade::cooling(PatientParameters { hair_resistance: 0.12, ..PatientParameters::standard() }, 1, Target::Cap(coldcap_units::Interface::from_milli(2000)));
    for s in 0..1800 {
        if s % 60 == 0 { let c = &f.channel; println!("{s} {:?} tgt {:?} eff {:?} ieff {:?} S {:?} F {:?} valve {:?} tank {:?} alarms {:?}", c.phase, c.target.map(|x| x.to_milli()), c.effective.map(|x| x.to_milli()), c.interface_effective.map(|x| x.to_milli()), c.supply.value.map(|x| x.to_milli()), c.front.value.map(|x| x.to_milli()), f.drives.channels[0].valve, f.truth().tank_c, f.machine.alarms.iter().collect::<Vec<_>>()); }
        f.run(1);
    }
    println!("======");
    let mut f = Facade::cooling(PatientParameters { hair_resistance: 0.08, ..PatientParameters::standard() }, 1, COOLANT);
    f.run(700);
    f.ask(Request::Worn(false)).unwrap();
    f.place(CapPlacement::Coupled);
    f.run(60);
    println!("{:?} {:?}", f.channel.phase, f.machine.alarms.iter().collect::<Vec<_>>());
    f.plant.seat_cap(0, 0.03).unwrap();
    f.place(CapPlacement::Worn);
    f.run(5);
    println!("{:?}", f.ask(Request::Worn(true)));
    f.run(5);
    println!("{:?} {:?}", f.channel.phase, f.machine.alarms.iter().collect::<Vec<_>>());
    println!("{:?}", f.ask(Request::Resume { confirm: false }));
}
