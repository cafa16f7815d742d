//! Every fault, in a closed loop, is found within the stated time.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod watch_support;

use coldcap_thermal::watch::{Finding, Verdict};
use coldcap_units::Duration;
use watch_support::{Defect, Order, Rig, machines};

const LOOPS: [(&str, fn(u64) -> Rig, f64); 4] = [
    ("valve", machines::valve, -4.0),
    ("glycol", machines::glycol, -3.0),
    ("tank", machines::tank, -8.0),
    ("heater", machines::heater, 37.0),
];

fn main_time(rig: &mut Rig, order: Order) -> (Finding, u32) {
    let start = rig.seconds;
    while rig.seconds < start + 3_600 {
        if let Verdict::Trip(finding) = rig.tick(order) {
            return (finding, rig.seconds - start);
        }
    }
    panic!("nothing found in an hour");
}

#[test]
fn explore() {
    for (name, build, target) in LOOPS {
        for defect in [
            Defect::StuckOff,
            Defect::StuckOn,
            Defect::Detached,
            Defect::Frozen,
            Defect::Swapped,
            Defect::Reversed,
            Defect::Noisy,
        ] {
            for early in [true, false] {
                for (read_back, companion) in [(false, false), (true, true)] {
                    let mut found = std::collections::BTreeMap::<String, (u32, u32)>::new();
                    for seed in 0..20 {
                        let mut rig = build(seed);
                        rig.read_back = read_back;
                        rig.companion = companion;
                        if defect == Defect::Swapped && name != "valve" {
                            continue;
                        }
                        let off = Order::Off { pumped: true };
                        rig.run(off, 180);
                        if early {
                            rig.defect = defect;
                        }
                        let start = rig.seconds;
                        if !early {
                            rig.run(Order::Hold(target), 2_400);
                            assert_eq!(rig.watch.verdict(), Verdict::Ok, "{name} {seed}");
                            rig.defect = defect;
                        }
                        let start = if early { start } else { rig.seconds };
                        let mut result = ("none".to_string(), 3600);
                        while rig.seconds < start + 3_600 {
                            if let Verdict::Trip(finding) = rig.tick(Order::Hold(target)) {
                                result = (finding.name().to_string(), rig.seconds - start);
                                break;
                            }
                        }
                        let entry = found.entry(result.0).or_insert((0, 0));
                        entry.0 += 1;
                        entry.1 = entry.1.max(result.1);
                    }
                    println!(
                        "{name} {defect:?} early={early} rb={read_back} comp={companion}: {found:?}"
                    );
                }
            }
        }
    }
    let _ = (main_time, Duration::ZERO);
}
